"""Agreement of a whole label matrix: Krippendorff's alpha, with its interval.

Alpha is worked out from the counts of classes in each item, never from a table of raters by items. Where agreement is
undefined the outcome says so and why; it is never silently 0 or 1.

Source: Krippendorff, K. (2019). Content Analysis, 4th ed., chapter 12; (2011) Computing Krippendorff's Alpha-Reliability.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from annotator.consensus.bootstrap import FloatArray, Interval, Kinds, Resampling, Statistic, bootstrap_interval
from annotator.consensus.counts import count_kinds, kinds_of_rows
from annotator.consensus.labels import LabelMatrix
from annotator.domain.errors import InputError

LEVELS = ("nominal", "ordinal", "interval", "ratio")

NO_PAIR = "no item has two labels"
ONE_CLASS = "every label that can be paired is of one class, so no disagreement could be expected by chance"


@dataclass(frozen=True, slots=True)
class Agreement:
    """One measure of agreement, with its interval and what it rests on.

    `value` is None where the measure is undefined, and `reason` then says why. `low` and `high` are None where no
    interval was asked for or none can be had (a single item; undefined in most replicates). `n_items` and `n_labels`
    count what could be paired: items with two labels or more, and the labels in them, by `n_raters` raters.
    """

    value: float | None
    low: float | None
    high: float | None
    n_items: int
    n_labels: int
    n_raters: int
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {name: getattr(self, name) for name in self.__slots__}


def krippendorff_alpha(
    labels: LabelMatrix,
    *,
    level: str = "nominal",
    bootstrap: int = 0,
    confidence: float = 0.95,
    rng: np.random.Generator | None = None,
) -> Agreement:
    """Return Krippendorff's alpha of all labels; missing values and any number of raters are as they come.

    `level` is nominal, ordinal, interval or ratio; ordinal needs classes whose order is known, interval and ratio need
    numeric classes (codes count as numbers). `bootstrap` items draws give a BCa interval; without `rng` they are seeded
    with 0, so that a report can be made again. Undefined (value None): no item has two labels, or all labels that can
    be paired are of one class. Raises `InputError` for an unknown level or classes that do not suit it.
    """
    values = _check_level(labels, level)
    resampling = Resampling(bootstrap, confidence, rng)
    rows, times = count_kinds(labels.task, labels.label, labels.n_tasks, labels.n_classes)
    n_raters = _pairable_raters(labels) if len(times) else 0
    return _alpha(rows, times, _distance(level, values), n_raters, resampling)


def krippendorff_alpha_from_counts(
    counts: ArrayLike,
    *,
    level: str = "nominal",
    values: ArrayLike | None = None,
    bootstrap: int = 0,
    confidence: float = 0.95,
    rng: np.random.Generator | None = None,
) -> Agreement:
    """As `krippendorff_alpha`, from how often each item got each class, shape (n_items, n_classes).

    `values` (n_classes,) are the classes as numbers, by default 0, 1, 2, … `n_raters` is the most labels an item has.
    """
    table = np.asarray(counts)
    if table.ndim != 2 or table.dtype.kind not in "iu" or (table.size and table.min() < 0):
        raise InputError("is not a table of counts (items by classes).", where="counts", mend="Use whole numbers >= 0.")
    _known_level(level)
    numbers = np.arange(table.shape[1]) if values is None else np.asarray(values)
    if numbers.shape != (table.shape[1],):
        raise InputError(f"has shape {numbers.shape}, not one number a class.", where="values")
    rows, times = kinds_of_rows(table[table.sum(axis=1) >= 2])
    n_raters = int(rows.sum(axis=1).max()) if len(rows) else 0
    distance = _distance(level, numbers.astype(np.float64))
    return _alpha(rows, times, distance, n_raters, Resampling(bootstrap, confidence, rng))


def alpha_kinds(rows: NDArray[np.integer], times: NDArray[np.int64], distance: FloatArray | None) -> Kinds:
    """Return kinds of items whose vectors sum to what alpha needs; `distance` None stands for the ordinal level."""
    if distance is None:
        return Kinds(rows, times, _ordinal_vectors)
    return Kinds(rows, times, lambda part: _metric_vectors(part, distance))


def alpha_statistic(n_classes: int, distance: FloatArray | None) -> Statistic:
    """Return alpha as a function of the sums of `alpha_kinds`."""
    if distance is None:
        return lambda sums: _ordinal_alpha(sums, n_classes)
    return lambda sums: _metric_alpha(sums, distance)


def outcome(interval: Interval, reason: str, *, n_items: int, n_labels: int, n_raters: int) -> Agreement:
    """Return the interval as an `Agreement`; `reason` is given where the value is undefined."""
    if np.isnan(interval.value):
        return Agreement(None, None, None, n_items, n_labels, n_raters, reason)
    return Agreement(interval.value, interval.low, interval.high, n_items, n_labels, n_raters)


def _alpha(
    rows: NDArray[np.integer],
    times: NDArray[np.int64],
    distance: FloatArray | None,
    n_raters: int,
    resampling: Resampling,
) -> Agreement:
    if not len(times):
        return Agreement(None, None, None, 0, 0, 0, NO_PAIR)
    kinds, statistic = alpha_kinds(rows, times, distance), alpha_statistic(rows.shape[1], distance)
    interval = bootstrap_interval(kinds, statistic, resampling)
    n_labels = int(times @ rows.sum(axis=1))
    return outcome(interval, ONE_CLASS, n_items=int(times.sum()), n_labels=n_labels, n_raters=n_raters)


def _distance(level: str, values: FloatArray) -> FloatArray | None:
    """Return the squared differences of a level, shape (n_classes, n_classes); None where they depend on the data."""
    if level == "ordinal":
        return None
    if level == "nominal":
        return 1 - np.eye(len(values))
    gaps, sums = values[:, None] - values, values[:, None] + values
    if level == "ratio":
        gaps = gaps / np.where(sums == 0, 1, sums)
    return np.asarray(gaps**2, dtype=np.float64)


def _metric_vectors(rows: NDArray[np.generic], distance: FloatArray) -> FloatArray:
    """Disagreement within the item (each pair weighted by 1 / (m - 1)), then the counts of the classes."""
    counts = rows.astype(np.float64)
    within = np.einsum("pk,pk->p", counts @ distance, counts) / (counts.sum(axis=1) - 1)
    return np.column_stack([within, counts])


def _metric_alpha(sums: FloatArray, distance: FloatArray) -> FloatArray:
    margins = sums[..., 1:]
    between = np.einsum("...k,...k->...", margins @ distance, margins)
    return _ratio(sums[..., 0], between / (margins.sum(axis=-1) - 1))


def _ordinal_vectors(rows: NDArray[np.generic]) -> FloatArray:
    """Coincidences of each two different classes, then the counts: ordinal distances depend on the sum of the counts."""
    counts = rows.astype(np.float64)
    first, second = np.triu_indices(counts.shape[1], k=1)
    pairs = counts[:, first] * counts[:, second] / (counts.sum(axis=1, keepdims=True) - 1)
    return np.concatenate([pairs, counts], axis=1)


def _ordinal_alpha(sums: FloatArray, n_classes: int) -> FloatArray:
    """The ordinal difference of two classes is the difference of their mid-ranks among all pairable labels."""
    first, second = np.triu_indices(n_classes, k=1)
    pairs, margins = sums[..., : len(first)], sums[..., len(first) :]
    ranks = np.cumsum(margins, axis=-1) - margins / 2
    gaps = (ranks[..., first] - ranks[..., second]) ** 2
    within = 2 * (pairs * gaps).sum(axis=-1)
    between = 2 * (margins[..., first] * margins[..., second] * gaps).sum(axis=-1)
    return _ratio(within, between / (margins.sum(axis=-1) - 1))


def _ratio(observed: FloatArray, expected: FloatArray) -> FloatArray:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(1 - np.where(expected > 0, observed / expected, np.nan))


def _check_level(labels: LabelMatrix, level: str) -> FloatArray:
    _known_level(level)
    if level == "ordinal" and not labels.ordered:
        raise InputError(
            f"the order of the classes {', '.join(map(str, labels.classes[:5]))} is not known.",
            where="column label",
            mend="Give the classes in order, or use the nominal level.",
        )
    return labels.class_values() if level in ("interval", "ratio") else np.arange(labels.n_classes, dtype=np.float64)


def _known_level(level: str) -> None:
    if level not in LEVELS:
        raise InputError(
            f"{level!r} is no level of measurement.", where="level", mend=f"Use one of {', '.join(LEVELS)}."
        )


def _pairable_raters(labels: LabelMatrix) -> int:
    pairable = np.bincount(labels.task, minlength=labels.n_tasks) >= 2
    workers = labels.worker if pairable.all() else labels.worker[pairable[labels.task]]
    return int(np.count_nonzero(np.bincount(workers, minlength=labels.n_workers)))
