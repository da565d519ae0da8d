"""Agreement of a whole label matrix: Krippendorff's alpha, with its interval.

Alpha is worked out from the counts of classes in each item, never from a table of raters by items. Where agreement is
undefined the outcome says so and why; it is never silently 0 or 1.

Source: Krippendorff, K. (2019). Content Analysis, 4th ed., chapter 12; (2011) Computing Krippendorff's Alpha-Reliability.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from annotator.consensus.bootstrap import Kinds, Resampling, Statistic, bootstrap_interval
from annotator.consensus.counts import count_kinds, kinds_of_rows
from annotator.consensus.labels import LabelMatrix
from annotator.consensus.metric import LEVELS, Metric
from annotator.domain.errors import InputError

__all__ = ["LEVELS", "Agreement", "krippendorff_alpha", "krippendorff_alpha_from_counts", "measure"]

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
    numeric classes (codes count as numbers). `bootstrap` draws of items give a BCa interval; without `rng` they are
    seeded with 0, so that a report can be made again. Undefined (value None): no item has two labels, or all labels
    that can be paired are of one class. Raises `InputError` for an unknown level or classes that do not suit it.
    """
    metric = Metric.of_labels(level, labels)
    resampling = Resampling(bootstrap, confidence, rng)
    rows, times = count_kinds(labels.task, labels.label, labels.n_tasks, labels.n_classes)
    n_raters = pairable_raters(labels) if len(times) else 0
    return measure(Kinds(rows, times, metric.vectors), metric.alpha, ONE_CLASS, n_raters, resampling)


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
    numbers = np.arange(table.shape[1]) if values is None else np.asarray(values)
    if numbers.shape != (table.shape[1],):
        raise InputError(f"has shape {numbers.shape}, not one number a class.", where="values")
    metric = Metric.of_level(level, numbers.astype(np.float64))
    rows, times = kinds_of_rows(table[table.sum(axis=1) >= 2])
    n_raters = int(rows.sum(axis=1).max()) if len(rows) else 0
    resampling = Resampling(bootstrap, confidence, rng)
    return measure(Kinds(rows, times, metric.vectors), metric.alpha, ONE_CLASS, n_raters, resampling)


def measure(kinds: Kinds, statistic: Statistic, reason: str, n_raters: int, resampling: Resampling) -> Agreement:
    """Return a statistic over items, given as rows of counts, as an `Agreement`; `reason` is said where it is undefined."""
    if not len(kinds.times):
        return Agreement(None, None, None, 0, 0, 0, NO_PAIR)
    found = bootstrap_interval(kinds, statistic, resampling)
    n_labels = int(kinds.times @ kinds.rows.sum(axis=1))
    if np.isnan(found.value):
        return Agreement(None, None, None, kinds.n_items, n_labels, n_raters, reason)
    return Agreement(found.value, found.low, found.high, kinds.n_items, n_labels, n_raters)


def pairable_raters(labels: LabelMatrix) -> int:
    """Return how many raters have a label that can be paired."""
    pairable = np.bincount(labels.task, minlength=labels.n_tasks) >= 2
    workers = labels.worker if pairable.all() else labels.worker[pairable[labels.task]]
    return int(np.count_nonzero(np.bincount(workers, minlength=labels.n_workers)))
