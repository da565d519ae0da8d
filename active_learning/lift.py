"""Does the model's ordering teach more than chance? A learning curve on held-out random items, and a verdict that may be trusted.

Two arms start from the same random labels. One then learns from items that the model chose, the other from equally many random
ones, and both are scored on random items that neither has seen. The lift is how much larger the area under the first one's
learning curve is. (From chosen items alone hardly any model learns well: they are no sample. Nobody trains like that.)

The test is a permutation test: if the choice were no better than chance, it would not matter which labelled items are called
chosen, so the lift is compared with those found after mixing all labelled items and calling as many of them chosen. That takes in the luck of the
training sets as well as of the test items, which an interval over test items alone would miss. Looks at a growing campaign are
few (each at twice the labels of the one before) and share one error level between them alike, so that over a whole campaign lift
without cause is claimed with at most that chance.

Both arms learn by ridge regression on class shares, a linear classifier on the rows that the product's own classifier reads; in
its dual form (Saunders, Gammerman & Vovk 1998, Ridge Regression Learning Algorithm in Dual Variables) one matrix of products
serves every exchange, and a hundred exchanges take a second or so.

Sources: Edgington, E. & Onghena, P. (2007), Randomization Tests. Baldridge, J. & Osborne, M. (2004), Active Learning and the Total
Cost of Annotation (equal labels, held out). Hand, D. & Till, R. (2001), Machine Learning 45:171-186 (AUC over several classes).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse
from scipy.linalg import solve
from scipy.special import stdtr

from active_learning.arrays import FloatArray, IntArray, Rows, check_rows
from active_learning.classifier import as_posterior
from active_learning.linear import one_blas_thread
from annotator.domain.errors import InputError

LEVEL = 0.02
"""Chance of a false claim of lift over all looks of a campaign."""
MOST_LOOKS = 8
"""Looks of a campaign; the last needs 128 times the labels of the first."""
TRIAL_SHARE = 0.2
"""Share of picks that the model orders while lift is not proven: enough to prove it later, little enough to lose."""

_LEAST = 20  # labels an arm needs for the first look
_MOST = 400  # and how many it learns from at most
_SPLITS = 2
_EXCHANGES = 100
_RIDGE = 1.0


@dataclass(frozen=True, slots=True)
class Lift:
    """What one look found.

    `value` is the mean difference of AUC between the arms, NaN where no class can be scored; `curve` holds (labels beyond the shared
    ones, AUC with chosen items, AUC with random ones); `p_value` is to be held against `level`, this look's part of `LEVEL`.
    """

    proven: bool
    value: float
    p_value: float
    level: float
    curve: tuple[tuple[int, float, float], ...]
    reason: str

    def model_share(self, audit_share: float) -> float:
        """Return the share of picks the model may order: all but the audit where lift is proven, else a trial's worth."""
        return max(0.0, 1 - audit_share) if self.proven else min(TRIAL_SHARE, max(0.0, 1 - audit_share))


def look_is_due(n_chosen: int, n_random: int, looks: int) -> bool:
    """Say whether the labels suffice for the next look, after so many looks: both arms doubled since the last."""
    return looks < MOST_LOOKS and bool(min(n_chosen, n_random // 4) >= _LEAST * 2**looks)


def measure_lift(
    chosen: tuple[Rows, ArrayLike],
    random: tuple[Rows, ArrayLike],
    *,
    n_classes: int,
    looks: int,
    rng: np.random.Generator,
) -> Lift:
    """Take a look: `chosen` and `random` are (rows, classes or posteriors) of labelled items in the order they were labelled.

    `looks` counts the looks taken before this one. Raises `InputError` where the labels do not suffice for this look (see `look_is_due`).
    """
    rows, targets = _joined(chosen, random, n_classes)
    n_chosen, n = chosen[0].shape[0], rows.shape[0]
    if not look_is_due(n_chosen, n - n_chosen, looks):
        raise InputError(
            f"{n_chosen} chosen and {n - n_chosen} random items are too few for look {looks + 1}.", where="labels"
        )
    arms = _Arms(_products(rows), targets)
    level = LEVEL / MOST_LOOKS
    with one_blas_thread():
        sizes, curve = arms.compared(np.arange(n_chosen), np.arange(n_chosen, n), rng)
        value = _difference(curve)
        exchanged = (rng.permutation(n) for _ in range(_EXCHANGES))
        null = [_difference(arms.compared(mixed[:n_chosen], mixed[n_chosen:], rng)[1]) for mixed in exchanged]
    p_value = _tail(value, np.array(null))
    proven = p_value <= level
    points = tuple((size, float(a), float(b)) for size, (a, b) in zip(sizes, curve, strict=True))
    if proven:
        reason = f"lift is proven: AUC differs by {value:+.3f} (p = {p_value:.3g}, needed {level:.3g})"
    else:
        reason = f"lift is not proven, so the order is random: AUC differs by {value:+.3f} (p = {p_value:.3g}, needed {level:.3g})"
    return Lift(proven, value, p_value, level, points, reason)


@dataclass(frozen=True, slots=True)
class _Arms:
    """`products` (n, n) of all labelled rows with each other, `targets` (n, K)."""

    products: FloatArray
    targets: FloatArray

    def compared(self, chosen: IntArray, random: IntArray, rng: np.random.Generator) -> tuple[list[int], FloatArray]:
        """Labels beyond the base, and AUC at each for both arms, shape (2, 2): the mean over splits of the random items.

        Half of them tests, a quarter is the base, and a quarter the random arm, as long as what was chosen last.
        """
        size = min(len(chosen), len(random) // 4, _MOST)
        curves = []
        for _ in range(_SPLITS):
            halves = self._halves(random, rng)
            for train, test in (halves, halves[::-1]):
                arms = chosen[-size:], train[:size]
                base = train[size:][:_MOST]
                curves.append([[self._score(np.r_[base, arm[:s]], test) for arm in arms] for s in (size // 2, size)])
        return [size // 2, size], np.asarray(np.mean(curves, axis=0))

    def _halves(self, random: IntArray, rng: np.random.Generator) -> list[IntArray]:
        """Two random halves with, as nearly as can be, the same classes in each."""
        shuffled = rng.permutation(random)
        by_class = shuffled[np.argsort(self.targets[shuffled].argmax(axis=1), kind="stable")]
        return [rng.permutation(by_class[::2]), rng.permutation(by_class[1::2])]

    def _score(self, train: IntArray, test: IntArray) -> float:
        y = self.targets[train] - self.targets[train].mean(axis=0)
        dual = solve(self.products[np.ix_(train, train)] + _RIDGE * np.eye(len(train)), y, assume_a="pos")
        return area_under_curve(self.products[np.ix_(test, train)] @ dual, self.targets[test])


def area_under_curve(p: FloatArray, targets: FloatArray) -> float:
    """Return the AUC of each class against the rest, weighted by prevalence (of two classes, that of the second); NaN where only one class is there.

    `targets` (n, K) may be soft: an item then counts for a class as much as its posterior says.
    """
    scores, weights = [], []
    for k in range(1 if p.shape[1] == 2 else 0, p.shape[1]):
        positive, negative = targets[:, k], 1 - targets[:, k]
        pairs = positive.sum() * negative.sum()
        if pairs > 1e-9:
            scores.append(_soft_auc(p[:, k], positive, negative) / pairs)
            weights.append(positive.sum())
    return float(np.average(scores, weights=weights)) if scores else float("nan")


def _soft_auc(score: FloatArray, positive: FloatArray, negative: FloatArray) -> float:
    """Weight of the pairs in the right order; a tie counts half."""
    place = np.unique(score, return_inverse=True)[1]
    below = np.bincount(place, weights=negative)
    at_or_below = np.cumsum(below)
    return float(positive @ (at_or_below[place] - below[place] / 2))


def _difference(curve: FloatArray) -> float:
    return float((curve[:, 0] - curve[:, 1]).mean())


def _tail(value: float, null: FloatArray) -> float:
    """Student's tail of the value among the exchanged ones: finer than their number would allow."""
    null = null[np.isfinite(null)]
    if not np.isfinite(value) or len(null) < 3:
        return 1.0
    spread = float(null.std(ddof=1)) * np.sqrt(1 + 1 / len(null))
    return float(stdtr(len(null) - 1, (null.mean() - value) / spread)) if spread > 0 else 1.0


def _products(rows: Rows) -> FloatArray:
    found = rows @ rows.T
    return np.asarray(found.toarray() if sparse.issparse(found) else found, dtype=np.float64)


def _joined(chosen: tuple[Rows, ArrayLike], random: tuple[Rows, ArrayLike], n_classes: int) -> tuple[Rows, FloatArray]:
    parts = [check_rows(rows) for rows, _ in (chosen, random)]
    targets = [as_posterior(y, n_classes, rows.shape[0]) for rows, y in (chosen, random)]
    if parts[0].shape[1] != parts[1].shape[1]:
        raise InputError("have different widths.", where="chosen, random")
    rows = sparse.vstack(parts, format="csr") if sparse.issparse(parts[0]) else np.concatenate(parts)
    return rows, np.concatenate(targets)
