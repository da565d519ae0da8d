"""How often each item got each class, with equal items folded into kinds. The base of all agreement of whole items."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from annotator.consensus.labels import IntArray

_DIGITS = 53  # a float64, which bincount sums in, holds whole numbers of this many bits


def count_kinds(
    unit: IntArray, label: IntArray, n_units: int, n_classes: int
) -> tuple[NDArray[np.integer], NDArray[np.int64]]:
    """Return the distinct rows of class counts, shape (P, n_classes), and how many units have each, shape (P,).

    Units with fewer than two labels are left out: nothing can be paired in them.
    """
    bits = _DIGITS // n_classes
    size = np.bincount(unit, minlength=n_units)
    if bits and size.max(initial=0) < 1 << bits:
        place = np.ldexp(1.0, bits * np.arange(n_classes))
        key = np.bincount(unit, weights=place[label], minlength=n_units)[size >= 2].astype(np.int64)
        keys, times = _distinct(key)
        return (keys[:, None] >> (bits * np.arange(n_classes))) & ((1 << bits) - 1), times
    cell = unit.astype(np.int64) * n_classes + label
    counts = np.bincount(cell, minlength=n_units * n_classes).reshape(n_units, n_classes)
    return kinds_of_rows(counts[size >= 2])


def kinds_of_rows(counts: NDArray[np.integer]) -> tuple[NDArray[np.integer], NDArray[np.int64]]:
    """Return the distinct rows, shape (P, n_classes), in order, and how many times each occurs, shape (P,)."""
    n_classes = counts.shape[1]
    bits = 63 // n_classes if n_classes else 0
    if bits and len(counts) and counts.min() >= 0 and counts.max() < 1 << bits:
        place = bits * np.arange(n_classes)[::-1]  # the first class counts most, so that keys sort as rows do
        keys, times = _distinct((counts.astype(np.int64) << place).sum(axis=1))
        return (keys[:, None] >> place) & ((1 << bits) - 1), times
    rows, times = np.unique(counts, axis=0, return_counts=True)
    return rows, times.astype(np.int64)


def _distinct(keys: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    keys = np.sort(keys)
    starts = np.flatnonzero(np.concatenate([np.ones(min(len(keys), 1), dtype=bool), keys[1:] != keys[:-1]]))
    return keys[starts], np.diff(np.append(starts, len(keys)))
