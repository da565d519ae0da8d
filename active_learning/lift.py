"""Does the model's ordering teach more than chance? A learning curve on held-out random items, and a verdict that may be trusted.

Two arms start from the same random labels. One then learns from items that the model chose, the other from equally many random
ones, and both are scored on random items that neither has seen. The lift is how much larger the area under the first one's
learning curve is. (From chosen items alone hardly any model learns well: they are no sample. Nobody trains like that.)

The test is a permutation test: if the choice were no better than chance, it would not matter which labelled items are called
chosen, so the lift is compared with those after exchanging the items of both arms at random. That takes in the luck of the
training sets as well as of the test items, which an interval over test items alone would miss. Looks at a growing campaign are
few (each at twice the random labels of the one before) and share one error level between them, so that over a whole campaign
lift without cause is claimed with at most that chance.

Both arms learn by ridge regression on class shares, a linear classifier on the rows that the product's own classifier reads; in
its dual form (Saunders, Gammerman & Vovk 1998, Ridge Regression Learning Algorithm in Dual Variables) one matrix of products
serves every exchange, and hundreds of exchanges take seconds.

Sources: Edgington, E. & Onghena, P. (2007), Randomization Tests. Baldridge, J. & Osborne, M. (2004), Active Learning and the Total
Cost of Annotation (equal labels, held out). Hand, D. & Till, R. (2001), Machine Learning 45:171-186 (AUC over several classes).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse
from scipy.linalg import solve
from scipy.stats import rankdata
from scipy.stats import t as student

from active_learning.arrays import FloatArray, IntArray, Rows, check_rows
from active_learning.classifier import as_posterior
from annotator.domain.errors import InputError

LEVEL = 0.05
"""Chance of a false claim of lift over all looks of a campaign."""
TRIAL_SHARE = 0.2
"""Share of picks that the model orders while lift is not proven: enough to prove it later, little enough to lose."""

_LEAST = 20  # labels an arm needs for the first look
_MOST = 400  # and how many it learns from at most
_FOLDS = 2
_EXCHANGES = 200
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
    return bool(min(n_chosen, n_random // (2 * _FOLDS)) >= _LEAST * 2**looks)


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
    folds = np.array_split(n_chosen + rng.permutation(n - n_chosen), _FOLDS)
    level = LEVEL / ((looks + 1) * (looks + 2))
    parts = [_part(np.arange(n_chosen), folds, test, rng) for test in range(_FOLDS)]
    curves = np.stack([arms.curve(*part) for part in parts])
    value = float(np.nanmean(curves[:, :, 0] - curves[:, :, 1])) if np.isfinite(curves).any() else float("nan")
    null = np.array([_exchanged(arms, parts, rng) for _ in range(_EXCHANGES)])
    p_value = _tail(value, null)
    sizes = [len(parts[0][1]) // 2, len(parts[0][1])]
    curve = tuple((size, float(a), float(b)) for size, (a, b) in zip(sizes, curves.mean(axis=0), strict=True))
    proven = bool(p_value <= level)
    reason = _reason(proven, value, p_value, level)
    return Lift(proven, value, p_value, level, curve, reason)


@dataclass(frozen=True, slots=True)
class _Arms:
    """`products` (n, n) of all labelled rows with each other, `targets` (n, K)."""

    products: FloatArray
    targets: FloatArray

    def curve(self, base: IntArray, chosen: IntArray, random: IntArray, test: IntArray) -> FloatArray:
        """AUC with half and with all of the labels beyond the base for both arms, shape (2, 2)."""
        sizes = (len(chosen) // 2, len(chosen))
        return np.array([[self._score(np.r_[base, arm[:size]], test) for arm in (chosen, random)] for size in sizes])

    def _score(self, train: IntArray, test: IntArray) -> float:
        y = self.targets[train] - self.targets[train].mean(axis=0)
        dual = solve(self.products[np.ix_(train, train)] + _RIDGE * np.eye(len(train)), y, assume_a="pos")
        return area_under_curve(self.products[np.ix_(test, train)] @ dual, self.targets[test])


def area_under_curve(p: FloatArray, targets: FloatArray) -> float:
    """Return the AUC of each class against the rest, weighted by prevalence; NaN where only one class is there.

    `targets` (n, K) may be soft: an item then counts for a class as much as its posterior says.
    """
    scores, weights = [], []
    for k in range(p.shape[1]):
        positive, negative = targets[:, k], 1 - targets[:, k]
        pairs = positive.sum() * negative.sum()
        if pairs > 1e-9:
            scores.append(_soft_auc(p[:, k], positive, negative) / pairs)
            weights.append(positive.sum())
    return float(np.average(scores, weights=weights)) if scores else float("nan")


def _soft_auc(score: FloatArray, positive: FloatArray, negative: FloatArray) -> float:
    """Weight of the pairs in the right order; a tie counts half."""
    place = rankdata(score, method="dense") - 1
    below = np.bincount(place, weights=negative)
    at_or_below = np.cumsum(below)
    return float(positive @ (at_or_below[place] - below[place] / 2))


def _part(chosen: IntArray, folds: list[IntArray], test: int, rng: np.random.Generator) -> tuple[IntArray, ...]:
    """One fold tests, half of the others is the base; the arms are cut to one length, to what was chosen last."""
    random = rng.permutation(np.concatenate([fold for place, fold in enumerate(folds) if place != test]))[: 2 * _MOST]
    base, more = np.array_split(random, 2)
    size = min(len(chosen), len(more))
    return base, chosen[-size:], more[:size], folds[test]


def _exchanged(arms: _Arms, parts: list[tuple[IntArray, ...]], rng: np.random.Generator) -> float:
    found = []
    for base, chosen, random, test in parts:
        mixed = rng.permutation(np.concatenate([chosen, random]))
        curve = arms.curve(base, mixed[: len(chosen)], mixed[len(chosen) :], test)
        found.append(curve[:, 0] - curve[:, 1])
    return float(np.mean(found))


def _tail(value: float, null: FloatArray) -> float:
    """Student's tail of the value among the exchanged ones: finer than their number would allow."""
    null = null[np.isfinite(null)]
    if not np.isfinite(value) or len(null) < 3:
        return 1.0
    spread = float(null.std(ddof=1)) * np.sqrt(1 + 1 / len(null))
    return float(student.sf((value - null.mean()) / spread, len(null) - 1)) if spread > 0 else 1.0


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


def _reason(proven: bool, value: float, p_value: float, level: float) -> str:
    found = f"AUC differs by {value:+.3f} (p = {p_value:.3g}, needed {level:.3g})"
    return f"lift is proven: {found}" if proven else f"lift is not proven, so the order is random: {found}"
