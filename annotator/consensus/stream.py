"""Consensus that keeps up with labels as they arrive: microseconds a label, and a warm-started refit now and then.

A label renews the posterior of its own task and the counts of all who labelled it, given everything else: incremental EM
(Neal, R. & Hinton, G. 1998, A view of the EM algorithm that justifies incremental, sparse, and other variants), with the
task's own share taken out of the counts (Asuncion, A. et al. 2009, On Smoothing and Inference for Topic Models: CVB0).
Other tasks wait for the refit, which is due each time the labels have grown by a given share.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from annotator.consensus.hierarchical import HierarchicalDawidSkene
from annotator.consensus.labels import LabelMatrix
from annotator.consensus.pool import STRENGTH_START
from annotator.consensus.problem import FloatArray, Passes, Problem
from annotator.domain.errors import InputError

_FIRST_REFIT = 64  # labels


class StreamingConsensus:
    """Posterior of every task after every label. Tasks, workers and classes are integer codes from 0.

    `model` is fitted in refits and gives the priors in between. `growth` is the share by which labels grow between the
    refits that `update` does by itself; None leaves refits to the caller. Not for use from several threads at once.
    """

    def __init__(
        self, n_classes: int, *, model: HierarchicalDawidSkene | None = None, growth: float | None = 0.25
    ) -> None:
        if n_classes < 2:
            raise InputError(f"{n_classes} is too few.", where="n_classes", mend="Consensus needs two classes.")
        if growth is not None and not growth > 0:
            raise InputError(f"{growth} is not above 0.", where="growth", mend="Use 0.25, or None.")
        self.n_classes = n_classes
        self.model = replace(HierarchicalDawidSkene(tol=1e-5) if model is None else model, warm_start=True)
        self.growth = growth
        self.n_tasks = self.n_workers = self.n_labels = 0
        self._due = _FIRST_REFIT
        self._temper = 1.0
        self._posterior = np.zeros((0, n_classes))
        self._strength = np.full(n_classes, STRENGTH_START)
        self._pseudo_counts = self.model.base(n_classes) * STRENGTH_START
        self._allocate(1024, 64, 4096)

    def update(self, task: int, worker: int, label: int) -> FloatArray:
        """Take in one label and return the posterior of its task, shape (n_classes,).

        Raises `InputError` for codes out of range.
        """
        number = self.n_labels
        if not (0 <= label < self.n_classes and task >= 0 and worker >= 0):
            raise InputError(f"({task}, {worker}, {label}) is out of range.", where="task, worker, label")
        if task >= self._room[0] or worker >= self._room[1] or number >= self._room[2]:
            self._allocate(task + 1, worker + 1, number + 1)
        self._add(self._chain, self._sums, self._prior, self._posterior, (number, task, worker, label))
        self.n_labels = number + 1
        self.n_tasks = max(self.n_tasks, task + 1)
        self.n_workers = max(self.n_workers, worker + 1)
        if self.growth is not None and number + 1 >= self._due:
            self.refit()
        return self.posterior(task)

    def posterior(self, task: int) -> FloatArray:
        """Return the posterior of a task, shape (n_classes,). A task without a label has the prevalence."""
        if not (0 <= task < self.n_tasks and self._chain[1][task]):
            return self.prevalence()
        found = self._posterior[task]
        return found.copy() if self._temper == 1 else _power(found, self._temper)

    def predict_proba(self) -> FloatArray:
        """Return the posterior of all tasks, shape (n_tasks, n_classes)."""
        bare = self._chain[1][: self.n_tasks, None] == 0
        return np.where(bare, self.prevalence(), _power(self._posterior[: self.n_tasks], self._temper))

    def prevalence(self) -> FloatArray:
        """Return the estimated share of each class, shape (n_classes,)."""
        weights = self._sums[2] + self.model.prevalence_weight
        return np.asarray(weights / weights.sum())

    def labels(self) -> LabelMatrix:
        """Return the labels so far, in order of arrival. Raises `InputError` where there are none."""
        _, _, _, code, owner = (array[: self.n_labels] for array in self._chain)
        worker, label = np.divmod(code, self.n_classes)
        return LabelMatrix.from_codes(owner, worker, label, n_tasks=self.n_tasks, n_classes=self.n_classes)

    def refit(self) -> None:
        """Fit the model to all labels, starting from the votes and from the pool of the last fit.

        A start from the stream's own posterior costs as many steps, and keeps for good what a few early labels
        suggested. A single worker teaches nothing, and is waited out.
        """
        self._due = int(self.n_labels * (1 + (self.growth or 0))) + 1
        if self.n_workers < 2:
            return
        labels = self.labels()
        self.model.fit(labels)
        self._temper = self.model.skills_.temper
        self._posterior[: self.n_tasks] = _power(self.model.posterior_, 1 / self._temper)
        with Passes(Problem.of([labels], least=2)) as passes:
            sums = passes.sums(self._posterior[: self.n_tasks])
        counts, rows, totals = self._sums
        counts[: self.n_workers * self.n_classes] = sums.counts[0].reshape(-1, self.n_classes)
        rows[: self.n_workers] = sums.counts[0].sum(axis=1)
        totals[:] = sums.totals[0]
        self._strength[:] = self.model.pool_.strength[0]
        self._pseudo_counts[:] = self.model.pool_.pseudo_counts[0]

    def _allocate(self, tasks: int, workers: int, labels: int) -> None:
        """Make room for at least so many, doubling what there is."""
        from annotator.consensus.kernels import add_label  # noqa: PLC0415 numba loads on first use

        self._add = add_label
        old = getattr(self, "_room", (0, 0, 0))
        room = tuple(
            max(want, 2 * had if want > had else had) for want, had in zip((tasks, workers, labels), old, strict=True)
        )
        k = self.n_classes
        before = (*self._chain, *self._sums, self._posterior) if any(old) else ()
        arrays = [
            np.full(room[0], -1, dtype=np.int32),
            np.zeros(room[0], dtype=np.int32),
            np.empty(room[2], dtype=np.int32),
            np.empty(room[2], dtype=np.int32),
            np.empty(room[2], dtype=np.int32),
            np.zeros((room[1] * k, k)),
            np.zeros((room[1], k)),
            np.zeros(k),
            np.zeros((room[0], k)),
        ]
        for array, held in zip(arrays, before, strict=False):
            array[: len(held)] = held
        self._room = room
        self._chain: tuple[Any, ...] = tuple(arrays[:5])
        self._sums: tuple[Any, ...] = tuple(arrays[5:8])
        self._posterior = arrays[8]
        self._prior = self._pseudo_counts, self._strength, float(self.model.prevalence_weight)


def _power(posterior: FloatArray, temper: float) -> FloatArray:
    raised = posterior**temper
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True))
