"""The array types of this package, the checks on what comes in, and the choice of the k best.

No strategy and no model lives here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from annotator.domain.errors import InputError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Rows = Any
"""Feature rows, shape (n, d): a SciPy CSR matrix or a NumPy array."""

Selection = tuple[IntArray, FloatArray]
"""Indices into the pool, best first, and their scores: the larger, the sooner to ask. Both of shape (min(k, n),)."""

Strategy = Callable[..., Selection]
"""`strategy(classifier, pool, n_instances=1, *, rng=None)`, as modAL calls it."""

_SUM_TOLERANCE = 1e-3


def check_rows(rows: Rows, where: str = "X") -> Rows:
    """Return rows as CSR or as a 2-D float array. Raises `InputError` for another shape."""
    if sparse.issparse(rows):
        return rows.tocsr()
    dense = np.asarray(rows, dtype=np.float64)
    if dense.ndim != 2:
        raise InputError(f"has {dense.ndim} dimensions, not 2 (items by features).", where=where)
    return dense


def check_posterior(posterior: ArrayLike, where: str = "posterior") -> FloatArray:
    """Return a posterior, shape (n, K). Raises `InputError` where a row is no distribution over two classes or more."""
    p = np.asarray(posterior, dtype=np.float64)
    if p.ndim != 2 or p.shape[1] < 2:
        raise InputError(f"has shape {p.shape}, not (items, classes) with two classes or more.", where=where)
    wrong = np.flatnonzero(~((p >= 0).all(axis=1) & (np.abs(p.sum(axis=1) - 1) < _SUM_TOLERANCE)))
    if len(wrong):
        raise not_a_distribution(where, int(wrong[0]))
    return p


def not_a_distribution(where: str, row: int) -> InputError:
    """Return the error for a row, counted from 0 here and from 1 in its message."""
    return InputError("is not a distribution over the classes.", where=f"{where}, row {row + 1}")


def check_confusion(confusion: ArrayLike, n_classes: int, where: str = "confusion") -> FloatArray:
    """Return a confusion matrix `[true, observed]`, shape (K, K). Raises `InputError` where a row is no distribution."""
    c = np.asarray(confusion, dtype=np.float64)
    if c.shape != (n_classes, n_classes):
        raise InputError(f"has shape {c.shape}, not ({n_classes}, {n_classes}).", where=where)
    return check_posterior(c, where)


def how_many(n_instances: int, rows: Rows) -> int:
    """Return how many items can be chosen. Raises `InputError` for a negative number."""
    if n_instances < 0:
        raise InputError(f"{n_instances} is below 0.", where="n_instances", mend="Ask for 0 items or more.")
    return min(int(n_instances), int(rows.shape[0]))


def best(key: FloatArray, k: int, rng: np.random.Generator | None = None) -> IntArray:
    """Return the indices of the k largest keys, largest first.

    Ties go to the lower index, or are broken at random where `rng` is given.
    """
    k = how_many(k, key)
    if k == 0:
        return np.empty(0, dtype=np.int64)
    least = np.partition(key, len(key) - k)[len(key) - k]
    found = np.flatnonzero(key >= least)
    tie_break = np.arange(len(found)) if rng is None else rng.permutation(len(found))
    order = np.lexsort((tie_break, -key[found]))[:k]
    return np.asarray(found[order], dtype=np.int64)


def empty_selection() -> Selection:
    """Return the choice from an empty pool."""
    return np.empty(0, dtype=np.int64), np.empty(0)
