"""Linear classifiers scored over large pools: one pass over the rows, in threads, whatever the classifier is wrapped in.

Which classifiers count as linear is decided here; what is made of their logits is not.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

import numpy as np
from scipy import sparse
from scipy.special import expit, softmax

from active_learning.arrays import FloatArray, Rows
from annotator.domain.errors import InputError

Result = TypeVar("Result")

_LEAST_ROWS = 20_000  # a thread is worth its start from about this many rows


@dataclass(frozen=True, slots=True)
class LinearMap:
    """Logits are `X @ weights + intercept`; `weights` (d, C), `intercept` (C,).

    C is 1 for two classes (the log odds of the second) and K for K > 2, up to a constant a row.
    """

    weights: FloatArray
    intercept: FloatArray

    def logits(self, rows: Rows) -> FloatArray:
        """Return logits, shape (n, C). Raises `InputError` where the columns are not those the classifier knows."""
        if rows.shape[1] != self.weights.shape[0]:
            raise InputError(
                f"has {rows.shape[1]} columns where the classifier knows {self.weights.shape[0]}.",
                where="X",
                mend="Use the features the classifier was fitted on.",
            )
        if not sparse.issparse(rows):
            return np.asarray(rows @ self.weights + self.intercept)
        return _sparse_logits(rows, self.weights, self.intercept)


def linear_map(classifier: Any) -> LinearMap | None:
    """Return the classifier's linear map, or None where it has none (or is not a single linear model).

    Knows scikit-learn's `LogisticRegression`, whatever gives a `linear_map()`, and modAL's learners around either.
    """
    inner = getattr(classifier, "estimator", classifier)
    if hasattr(inner, "linear_map"):
        found: LinearMap | None = inner.linear_map()
        return found
    from sklearn.linear_model import LogisticRegression

    if type(inner) is LogisticRegression and hasattr(inner, "coef_"):
        return LinearMap(
            np.ascontiguousarray(inner.coef_.T, dtype=np.float64), np.asarray(inner.intercept_, np.float64)
        )
    return None


def probabilities(logits: FloatArray) -> FloatArray:
    """Return probabilities, shape (n, K), of logits as `LinearMap` gives them."""
    if logits.shape[1] == 1:
        return np.column_stack([expit(-logits[:, 0]), expit(logits[:, 0])])
    return np.asarray(softmax(logits, axis=1))


def in_threads(run: Callable[[int, int], Result], n_rows: int) -> list[Result]:
    """Return what `run(start, stop)` gives for parts of the rows, in as many threads as are worth it."""
    parts = max(1, min(os.cpu_count() or 1, n_rows // _LEAST_ROWS))
    bounds = np.linspace(0, n_rows, parts + 1).astype(int).tolist()
    if parts == 1:
        return [run(0, n_rows)]
    with ThreadPoolExecutor(parts) as pool:
        return list(pool.map(run, bounds[:-1], bounds[1:]))


def one_blas_thread() -> Any:
    """Return a context in which small matrices are not spread over threads, where they would wait for each other."""
    return _controller().limit(limits=1, user_api="blas")


@cache
def _controller() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def _sparse_logits(rows: Rows, weights: FloatArray, intercept: FloatArray) -> FloatArray:
    from active_learning.kernels import many_logits, one_logit

    csr = (rows.data, rows.indices, rows.indptr)
    n, width = rows.shape[0], weights.shape[1]
    out = np.empty((n, width))
    if width == 1:
        column, offset, flat = np.ascontiguousarray(weights[:, 0]), float(intercept[0]), out[:, 0]
        in_threads(lambda start, stop: one_logit(csr, column, offset, flat, start, stop), n)
    else:
        table = np.ascontiguousarray(weights)
        in_threads(lambda start, stop: many_logits(csr, table, intercept, out, start, stop), n)
    return out
