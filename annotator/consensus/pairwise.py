"""Agreement of each two raters: the joint tables of all pairs in one pass, and Cohen's kappa of each.

Sources: Cohen, J. (1960). A coefficient of agreement for nominal scales. Educational and Psychological Measurement
20:37-46; Cohen, J. (1968). Weighted kappa. Psychological Bulletin 70:213-220.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotator.consensus.agreement import NO_PAIR, Agreement
from annotator.consensus.bootstrap import Kinds, Resampling, bootstrap_interval
from annotator.consensus.labels import LabelMatrix
from annotator.consensus.metric import FloatArray, quotient
from annotator.consensus.observed import CHANCE_IS_CERTAIN
from annotator.domain.errors import InputError

WEIGHTS = ("none", "linear", "quadratic")

MAX_CELLS = 100_000_000
"""Joint tables with more entries than this (raters x raters x classes x classes) are refused."""

_NO_VARIANCE = 1e-12  # what rounding leaves of a variance of 0


@dataclass(frozen=True, slots=True)
class Pairwise:
    """`joint[a, b, i, j]` counts the items that rater `a` gave class `i` and rater `b` class `j`."""

    joint: NDArray[np.int64]

    @property
    def shared(self) -> NDArray[np.int64]:
        """How many items each two raters both labelled, shape (n_raters, n_raters)."""
        return np.asarray(self.joint.sum(axis=(2, 3)))

    def kappa(self, weights: str = "none") -> FloatArray:
        """Return Cohen's kappa of each two raters, shape (n_raters, n_raters); NaN where it is undefined."""
        return _kappa(self.joint.reshape(*self.joint.shape[:2], -1).astype(np.float64), _disagreement(self, weights))

    def kappa_interval(self, weights: str = "none", z: float = 1.96) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return kappa of each two raters with large-sample bounds, each of shape (n_raters, n_raters), all pairs at once.

        The bounds are NaN where kappa is, and where the variance is 0: two raters who never differed leave no trace of how often
        they would. For one pair of few items `agreement` draws the items instead. Source of the variance: Fleiss, J. L., Cohen, J.
        & Everitt, B. S. (1969). Large sample standard errors of kappa and weighted kappa. Psychological Bulletin 72:323-327.
        """
        disagreement = _disagreement(self, weights)
        cells = self.joint.astype(np.float64)
        n_items = cells.sum(axis=(2, 3))
        share = quotient(cells, np.broadcast_to(n_items[..., None, None], cells.shape))
        first, second = share.sum(axis=3), share.sum(axis=2)
        by_first, by_second = second @ disagreement, first @ disagreement
        observed = (share * disagreement).sum(axis=(2, 3))
        expected = (first * by_first).sum(axis=2)
        kappa = 1 - quotient(observed, expected)
        chance = by_first[..., :, None] + by_second[..., None, :] - 2 * expected[..., None, None]
        influence = (1 - kappa)[..., None, None] * chance - (disagreement - observed[..., None, None])
        variance = quotient((share * influence**2).sum(axis=(2, 3)), expected**2 * n_items)
        spread = z * np.sqrt(np.where(variance > _NO_VARIANCE, variance, np.nan))
        return kappa, np.maximum(kappa - spread, -1.0), np.minimum(kappa + spread, 1.0)

    def agreement(
        self,
        first: int,
        second: int,
        *,
        weights: str = "none",
        bootstrap: int = 0,
        confidence: float = 0.95,
        rng: np.random.Generator | None = None,
    ) -> Agreement:
        """Return Cohen's kappa of two raters with its interval.

        Undefined where they share no item, and where both used one and the same class throughout.
        """
        cells = self.joint[first, second].ravel()
        n_items = int(cells.sum())
        if not n_items:
            return Agreement(None, None, None, 0, 0, 0, NO_PAIR)
        disagreement = _disagreement(self, weights)
        used = np.flatnonzero(cells)
        kinds = Kinds(used, cells[used], lambda part: np.eye(len(cells))[part.astype(np.intp)])
        resampling = Resampling(bootstrap, confidence, rng)
        found = bootstrap_interval(kinds, lambda sums: _kappa(sums, disagreement), resampling)
        if np.isnan(found.value):
            return Agreement(None, None, None, n_items, 2 * n_items, 2, CHANCE_IS_CERTAIN)
        return Agreement(found.value, found.low, found.high, n_items, 2 * n_items, 2)


def pairwise(labels: LabelMatrix) -> Pairwise:
    """Count the joint labels of each two raters, in one pass over the items.

    Raises `InputError` where a rater labelled an item twice, and where the tables would be too large.
    """
    from annotator.consensus.grouping import group_by_task
    from annotator.consensus.kernels import joint_labels

    labels.require_unique()
    cells = (labels.n_workers * labels.n_classes) ** 2
    if cells > MAX_CELLS:
        raise InputError(
            f"{labels.n_workers:,} raters with {labels.n_classes:,} classes need {cells:,} entries.",
            where="column worker",
            mend="Leave out raters with few labels.",
        )
    indptr, code = group_by_task(labels)
    joint = np.zeros((labels.n_workers * labels.n_classes,) * 2, dtype=np.int64)
    joint_labels(indptr, code, joint)
    shape = (labels.n_workers, labels.n_classes) * 2
    return Pairwise(joint.reshape(shape).transpose(0, 2, 1, 3))


def _disagreement(pairs: Pairwise, weights: str) -> FloatArray:
    n_classes = pairs.joint.shape[-1]
    gap = np.abs(np.subtract.outer(np.arange(n_classes), np.arange(n_classes))).astype(np.float64)
    if weights not in WEIGHTS:
        raise InputError(f"{weights!r} is unknown.", where="weights", mend=f"Use one of {', '.join(WEIGHTS)}.")
    return np.asarray({"none": (gap > 0).astype(np.float64), "linear": gap, "quadratic": gap**2}[weights])


def _kappa(cells: FloatArray, disagreement: FloatArray) -> FloatArray:
    """`cells` (..., K * K); 1 less the disagreement observed over that expected."""
    n_classes = len(disagreement)
    table = cells.reshape(*cells.shape[:-1], n_classes, n_classes)
    observed = (table * disagreement).sum(axis=(-2, -1)) * table.sum(axis=(-2, -1))
    first, second = table.sum(axis=-1), table.sum(axis=-2)
    expected = ((first @ disagreement) * second).sum(axis=-1)
    return np.asarray(1 - quotient(observed, expected))
