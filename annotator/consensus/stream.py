"""Consensus that keeps up with labels as they arrive: a microsecond or two a label, and a refit now and then.

Between refits the workers' confusion matrices stand still, and a label moves the posterior of its own task by Bayes' rule.
A refit is due each time the labels have grown by a given share, so that all refits together cost a constant a label.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from annotator.consensus.hierarchical import HierarchicalDawidSkene
from annotator.consensus.labels import IntArray, LabelMatrix
from annotator.consensus.problem import FloatArray
from annotator.domain.errors import InputError

_FIRST_REFIT = 64  # labels

_T = TypeVar("_T", bound=np.generic)


class StreamingConsensus:
    """Posterior of every task after every label. Tasks, workers and classes are integer codes from 0.

    `model` is what refits fit, and gives what is thought of workers before the first. A worker new since the last refit
    counts as one of the pool. `growth` is the share by which labels grow between the refits that `update` does by
    itself; None leaves refits to the caller. Not for use from several threads at once.
    """

    def __init__(
        self, n_classes: int, *, model: HierarchicalDawidSkene | None = None, growth: float | None = 0.15
    ) -> None:
        from annotator.consensus.kernels import add_label

        if n_classes < 2:
            raise InputError(f"{n_classes} is too few.", where="n_classes", mend="Consensus needs two classes.")
        if growth is not None and not growth > 0:
            raise InputError(f"{growth} is not above 0.", where="growth", mend="Use 0.15, or None.")
        self.model = replace(HierarchicalDawidSkene(tol=1e-5) if model is None else model)
        self.growth = growth
        self.n_classes = n_classes
        self.n_tasks = self.n_workers = self.n_labels = 0
        self.prevalence_: FloatArray = np.full(n_classes, 1 / n_classes)
        self._unknown: FloatArray = self.model.base(n_classes)
        self._temper = 1.0
        self._due = _FIRST_REFIT
        self._labels: IntArray = np.empty((0, 3), dtype=np.int32)
        self._posterior: FloatArray = np.empty((0, n_classes))
        self._table: FloatArray = np.empty((0, n_classes))
        self._add = add_label

    def update(self, task: int, worker: int, label: int) -> FloatArray:
        """Take in one label and return the posterior of its task, shape (n_classes,).

        Raises `InputError` for codes out of range.
        """
        if not (0 <= label < self.n_classes and task >= 0 and worker >= 0):
            raise InputError(f"({task}, {worker}, {label}) is out of range.", where="task, worker, label")
        if task >= self.n_tasks or worker >= self.n_workers or self.n_labels >= len(self._labels):
            self._make_room(task, worker)
        self._labels[self.n_labels] = task, worker, label
        self.n_labels += 1
        self._add(self._posterior, self._table, task, worker * self.n_classes + label)
        if self.n_labels >= self._due and self.growth is not None:
            self.refit()
        return self.posterior(task)

    def posterior(self, task: int) -> FloatArray:
        """Return the posterior of a task, shape (n_classes,). A task without a label has the prevalence."""
        if not 0 <= task < self.n_tasks:
            return self.prevalence_
        return self._posterior[task].copy() if self._temper == 1 else _power(self._posterior[task], self._temper)

    def predict_proba(self) -> FloatArray:
        """Return the posterior of all tasks, shape (n_tasks, n_classes)."""
        return _power(self._posterior[: self.n_tasks], self._temper)

    def labels(self) -> LabelMatrix:
        """Return the labels so far, in order of arrival. Raises `InputError` where there are none."""
        task, worker, label = self._labels[: self.n_labels].T
        return LabelMatrix.from_codes(
            task, worker, label, n_tasks=self.n_tasks, n_workers=self.n_workers, n_classes=self.n_classes
        )

    def refit(self) -> None:
        """Fit the model to all labels and go on from there. A single worker teaches nothing, and is waited out.

        EM starts from the votes. A start from where the stream stands costs as many steps, and would keep for good what
        a few early labels suggested.
        """
        self._due = int(self.n_labels * (1 + (self.growth or 0))) + 1
        if self.n_workers < 2:
            return
        skills = self.model.fit(self.labels()).skills_
        self._temper, self._unknown, self.prevalence_ = skills.temper, skills.unknown.T, skills.prior
        self._table[: self.n_workers * self.n_classes] = skills.confusion.swapaxes(1, 2).reshape(-1, self.n_classes)
        self._posterior[: self.n_tasks] = _power(self.model.posterior_, 1 / self._temper)

    def _make_room(self, task: int, worker: int) -> None:
        """Let the task and the worker exist, with what is thought of those of whom nothing is known."""
        k = self.n_classes
        self._labels = _grown(self._labels, self.n_labels + 1)
        self._posterior = _grown(self._posterior, task + 1)
        self._table = _grown(self._table, (worker + 1) * k)
        if task >= self.n_tasks:
            self._posterior[self.n_tasks : task + 1] = self.prevalence_
            self.n_tasks = task + 1
        if worker >= self.n_workers:
            self._table[self.n_workers * k : (worker + 1) * k] = np.tile(
                self._unknown, (worker + 1 - self.n_workers, 1)
            )
            self.n_workers = worker + 1


def _grown(array: NDArray[_T], rows: int) -> NDArray[_T]:
    """Return the array with room for so many rows, at least doubled where it must grow."""
    if rows <= len(array):
        return array
    bigger = np.empty((max(rows, 2 * len(array)), *array.shape[1:]), dtype=array.dtype)
    bigger[: len(array)] = array
    return bigger


def _power(posterior: FloatArray, temper: float) -> FloatArray:
    raised = posterior**temper
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True))
