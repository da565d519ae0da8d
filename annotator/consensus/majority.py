"""Majority vote: the baseline, with its ties in sight."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from annotator.consensus.labels import LabelMatrix
from annotator.consensus.skills import FloatArray, top_class


@dataclass(kw_only=True)
class Majority:
    """Shares of votes. A tie is never settled: `predict` gives -1, and `tied_` marks it.

    A task without labels has equal shares, and so is tied too.
    """

    posterior_: FloatArray = field(init=False, repr=False)
    """Shares of votes, shape (n_tasks, n_classes)."""
    tied_: NDArray[np.bool_] = field(init=False, repr=False)
    """Whether the most votes are shared by two classes or more, shape (n_tasks,)."""
    n_votes_: NDArray[np.intp] = field(init=False, repr=False)
    """Labels of each task, shape (n_tasks,)."""

    def fit(self, labels: LabelMatrix) -> Majority:
        """Count the votes."""
        cell = labels.task.astype(np.int64) * labels.n_classes + labels.label
        votes = np.bincount(cell, minlength=labels.n_tasks * labels.n_classes).reshape(labels.n_tasks, labels.n_classes)
        self.n_votes_ = votes.sum(axis=1)
        shares = votes / np.maximum(self.n_votes_, 1)[:, None]
        self.posterior_ = np.where(self.n_votes_[:, None] > 0, shares, 1 / labels.n_classes)
        self.tied_ = top_class(self.posterior_) < 0
        return self

    def predict_proba(self) -> FloatArray:
        """Return the shares of votes, shape (n_tasks, n_classes)."""
        return self.posterior_

    def predict(self) -> NDArray[np.intp]:
        """Return the code of the class with the most votes, -1 for a tie, shape (n_tasks,)."""
        return top_class(self.posterior_)
