"""Scores of predictions against hard and soft labels, with intervals that resample whole groups.

Items of a campaign resemble one another, so intervals that resample single items would be too narrow: groups are drawn instead
(cluster bootstrap; Field & Welsh 2007). Every score is a function of sums over items, so all replicates are one matrix product.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

REPLICATES = 2_000
_AT_ONCE = 10_000_000  # draws of a group in memory, in all replicates at once
_LOW, _HIGH = 0.025, 0.975
_TINY = 1e-12


@dataclass(frozen=True, slots=True)
class Score:
    """A score with its 95 % interval; None where it is undefined, such as F1 of a value that neither side has."""

    value: float | None
    low: float | None
    high: float | None


Sums = Mapping[str, Floats]
"""Sums over items by name; the first axis is the replicate, and the first replicate is the sample itself."""


def hard_sums(true: Ints, predicted: Ints, n_values: int) -> Floats:
    """Return the confusion of each item, flattened: row the true value, column the predicted one, shape (n, K * K)."""
    made = np.zeros((len(true), n_values * n_values))
    made[np.arange(len(true)), true * n_values + predicted] = 1.0
    return made


def soft_sums(true: Floats, predicted: Floats) -> Floats:
    """Return of each item cross-entropy (nats), Brier score and Jensen-Shannon divergence (bits) of two distributions, shape (n, 3)."""
    cross = -(true * np.log(np.clip(predicted, _TINY, None))).sum(axis=1)
    brier = ((true - predicted) ** 2).sum(axis=1)
    mixed = (true + predicted) / 2
    divergence = (_relative_entropy(true, mixed) + _relative_entropy(predicted, mixed)) / 2
    return np.stack([cross, brier, divergence], axis=1)


def resampled(per_item: Mapping[str, Floats], groups: NDArray[np.generic], rng: np.random.Generator) -> Sums:
    """Return the sums of the sample and of `REPLICATES` samples of its groups, each array (1 + REPLICATES, columns)."""
    _, code = np.unique(groups, return_inverse=True)
    n = int(code.max()) + 1 if len(code) else 0
    by_group = {name: np.zeros((n, values.shape[1])) for name, values in per_item.items()}
    for name, values in per_item.items():
        np.add.at(by_group[name], code, values)
    parts: dict[str, list[Floats]] = {name: [summed.sum(axis=0)[None]] for name, summed in by_group.items()}
    for drawn in _drawn(n, rng):
        for name, summed in by_group.items():
            parts[name].append(drawn @ summed)
    return {name: np.concatenate(some) for name, some in parts.items()}


def score(sums: Sums, of: Callable[[Sums], Floats]) -> Score:
    """Return a score of the sample with the percentile interval of its replicates."""
    values = of(sums)
    if not np.isfinite(values[0]):
        return Score(None, None, None)
    drawn = values[1:][np.isfinite(values[1:])]
    if len(drawn) < len(values) // 2:
        return Score(float(values[0]), None, None)
    low, high = np.quantile(drawn, [_LOW, _HIGH])
    return Score(float(values[0]), float(low), float(high))


def accuracy(sums: Sums) -> Floats:
    """Share of items whose predicted value is the true one."""
    confusion = _square(sums["hard"])
    with np.errstate(invalid="ignore"):
        return np.asarray(np.trace(confusion, axis1=1, axis2=2) / confusion.sum(axis=(1, 2)))


def f1(value: int) -> Callable[[Sums], Floats]:
    """Harmonic mean of precision and recall of one value; undefined where neither side has it."""

    def of(sums: Sums) -> Floats:
        return _f1(_square(sums["hard"]), value)

    return of


def macro_f1(sums: Sums) -> Floats:
    """Mean F1 of the values that occur."""
    confusion = _square(sums["hard"])
    return _nanmean(np.stack([_f1(confusion, value) for value in range(confusion.shape[1])], axis=1))


def weighted_kappa(sums: Sums) -> Floats:
    """Cohen's kappa with quadratic weights (1968): 0 is chance, 1 perfect; large mistakes weigh more."""
    confusion = _square(sums["hard"])
    k = confusion.shape[1]
    distance = (np.arange(k)[:, None] - np.arange(k)[None, :]) ** 2
    expected = confusion.sum(axis=2)[:, :, None] * confusion.sum(axis=1)[:, None, :]
    with np.errstate(invalid="ignore", divide="ignore"):
        chance = (expected * distance).sum(axis=(1, 2)) / confusion.sum(axis=(1, 2))
        return np.asarray(1 - (confusion * distance).sum(axis=(1, 2)) / chance)


def absolute_error(sums: Sums) -> Floats:
    """Mean distance between predicted and true value, in steps of the scale."""
    confusion = _square(sums["hard"])
    k = confusion.shape[1]
    distance = np.abs(np.arange(k)[:, None] - np.arange(k)[None, :])
    with np.errstate(invalid="ignore"):
        return np.asarray((confusion * distance).sum(axis=(1, 2)) / confusion.sum(axis=(1, 2)))


def mean_of(name: str, column: int) -> Callable[[Sums], Floats]:
    """Mean of one column over items; the last column of `name` counts them."""

    def of(sums: Sums) -> Floats:
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(sums[name][:, column] / sums[name][:, -1])

    return of


def counted(values: Floats) -> Floats:
    """Return values with a column of ones, so that their sums know how many they are of."""
    return np.column_stack([values, np.ones(len(values))])


def _drawn(n: int, rng: np.random.Generator) -> Iterator[Floats]:
    """Yield how often each of n groups is drawn in each replicate, a block of replicates at a time."""
    at_once = max(1, _AT_ONCE // max(n, 1))
    for begin in range(0, REPLICATES if n else 0, at_once):
        yield rng.multinomial(n, np.full(n, 1 / n), min(at_once, REPLICATES - begin)).astype(np.float64)


def _square(flat: Floats) -> Floats:
    k = int(np.sqrt(flat.shape[1]))
    return flat.reshape(-1, k, k)


def _f1(confusion: Floats, value: int) -> Floats:
    both = confusion[:, value, :].sum(axis=1) + confusion[:, :, value].sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(2 * confusion[:, value, value] / both)


def _nanmean(values: Floats) -> Floats:
    present = np.isfinite(values)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(present, values, 0.0).sum(axis=1) / present.sum(axis=1))


def _relative_entropy(p: Floats, q: Floats) -> Floats:
    ratio = np.where(p > 0, p / np.clip(q, _TINY, None), 1.0)
    return np.asarray((p * np.log2(ratio)).sum(axis=1))
