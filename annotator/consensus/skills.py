"""What a fitted model knows of the workers, in the small form that the posterior of one more task needs.

A worker refits in the background and stores `Skills`; whoever takes an answer loads them and moves one posterior. No
fitting happens here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import log_softmax

from annotator.consensus.labels import LabelMatrix
from annotator.consensus.prior import LEAST_PROBABILITY
from annotator.domain.errors import InputError

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Skills:
    """Confusion matrices `[worker, true, observed]`, the prior of the classes, and `unknown`: the matrix of a new worker.

    `temper` (0 to 1] is the power of the posterior that is reported; it answers for labels of one task that are less
    independent than the model has it, and never changes which class is the most probable. `slope` and `bias` (n_classes,)
    say how a classifier's probability is to be read; see `annotator.consensus.prior`.
    """

    classes: tuple[Any, ...]
    workers: tuple[Any, ...]
    prior: FloatArray
    confusion: FloatArray
    unknown: FloatArray
    temper: float = 1.0
    slope: float = 1.0
    bias: FloatArray | None = None
    _place: dict[Any, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_place", {worker: place for place, worker in enumerate(self.workers)})

    def matrix(self, worker: Any) -> FloatArray:
        """Return the confusion matrix `[true, observed]` of a worker, known or not."""
        place = self._place.get(worker)
        return self.unknown if place is None else np.asarray(self.confusion[place])

    def posterior(self, workers: Sequence[Any], labels: Sequence[int], prior: ArrayLike | None = None) -> FloatArray:
        """Return the probability of each class given labels (codes) by workers (ids), shape (n_classes,).

        `prior` (n_classes,) is a classifier's probability, and then stands in for the prevalence.
        """
        log_p = np.log(self.prior) if prior is None else self._log_prior(prior)
        for worker, label in zip(workers, labels, strict=True):
            log_p = log_p + np.log(self.matrix(worker)[:, label])
        return _normalised(self.temper * log_p)

    def update(self, posterior: ArrayLike, worker: Any, label: int) -> FloatArray:
        """Return the posterior moved by one label more. In any order, updates come to the same as `posterior`."""
        likelihood = self.matrix(worker)[:, label]
        return _normalised(np.log(np.asarray(posterior, dtype=np.float64)) + self.temper * np.log(likelihood))

    def predict_proba(self, labels: LabelMatrix, prior: ArrayLike | None = None) -> FloatArray:
        """Return the posterior of every task of a label matrix with the same classes, shape (n_tasks, n_classes)."""
        if labels.n_classes != len(self.classes):
            raise InputError(
                f"holds {labels.n_classes} classes where {len(self.classes)} were learned.", where="column label"
            )
        log_rows = np.log(np.stack([self.matrix(worker) for worker in labels.workers.tolist()]))
        log_p = np.log(self.prior) if prior is None else self._log_prior(prior)
        log_p = np.broadcast_to(log_p, (labels.n_tasks, labels.n_classes)).copy()
        for k in range(labels.n_classes):
            weights = log_rows[labels.worker, k, labels.label]
            log_p[:, k] += np.bincount(labels.task, weights=weights, minlength=labels.n_tasks)
        return _normalised(self.temper * log_p)

    def priors(self, prior: ArrayLike) -> FloatArray:
        """Return the posterior of tasks that have no labels yet: a classifier's probability (n_tasks, n_classes), as it is read here."""
        return _normalised(self.temper * self._log_prior(prior))

    def _log_prior(self, prior: ArrayLike) -> FloatArray:
        p = np.clip(np.asarray(prior, dtype=np.float64), LEAST_PROBABILITY, None)
        return np.asarray(log_softmax(self.slope * np.log(p) + (0.0 if self.bias is None else self.bias), axis=-1))

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "classes": list(self.classes),
            "workers": list(self.workers),
            "prior": self.prior.tolist(),
            "confusion": self.confusion.tolist(),
            "unknown": self.unknown.tolist(),
            "temper": self.temper,
            "slope": self.slope,
            "bias": None if self.bias is None else self.bias.tolist(),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Read what `to_json` wrote."""
        n_classes = len(data["classes"])
        return cls(
            tuple(data["classes"]),
            tuple(data["workers"]),
            np.array(data["prior"], dtype=np.float64),
            np.array(data["confusion"], dtype=np.float64).reshape(-1, n_classes, n_classes),
            np.array(data["unknown"], dtype=np.float64),
            data["temper"],
            data["slope"],
            None if data["bias"] is None else np.array(data["bias"], dtype=np.float64),
        )


def top_class(posterior: FloatArray) -> NDArray[np.intp]:
    """Return the code of the most probable class of each row; -1 where two or more are equally probable."""
    top = posterior.max(axis=1, keepdims=True)
    tied = np.isclose(posterior, top, rtol=1e-9, atol=0).sum(axis=1) > 1
    return np.where(tied, -1, posterior.argmax(axis=1))


def expected_accuracy(posterior: FloatArray, truth: NDArray[np.integer]) -> float:
    """Return the share of tasks whose most probable class is the true one, a tie counting as a fair draw among the tied.

    `truth` (n_tasks,) holds class codes: -1 where the truth is not known, below that where it is no class of the model
    (and the task is lost). NaN where the truth is known of no task.
    """
    known = np.flatnonzero(truth != -1)
    if not len(known):
        return float("nan")
    rows, true = posterior[known], truth[known]
    tied = np.isclose(rows, rows.max(axis=1, keepdims=True), rtol=1e-9, atol=0)
    won = np.where(true >= 0, tied[np.arange(len(known)), np.maximum(true, 0)], False)
    return float(np.mean(won / tied.sum(axis=1)))


def _normalised(log_p: FloatArray) -> FloatArray:
    return np.asarray(np.exp(log_softmax(log_p, axis=-1)))
