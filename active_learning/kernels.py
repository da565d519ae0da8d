"""The compiled inner loops. Nothing else of this package knows of numba, and this module is imported on first use.

Every loop releases the interpreter's lock, so that plain threads use all cores. Compiled code is cached on disk. Strict IEEE
arithmetic throughout. Sparse rows come as `(data, indices, indptr)` of a CSR matrix.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def one_logit(rows: Any, weights: Any, intercept: float, out: Any, start: int, stop: int) -> None:
    """Write `row @ weights + intercept` for rows from `start` to `stop`; weights (d,)."""
    data, indices, indptr = rows
    for i in range(start, stop):
        total = intercept
        for j in range(indptr[i], indptr[i + 1]):
            total += data[j] * weights[indices[j]]
        out[i] = total


@njit(cache=True, nogil=True)
def many_logits(rows: Any, weights: Any, intercept: Any, out: Any, start: int, stop: int) -> None:
    """Write `row @ weights + intercept` for rows from `start` to `stop`; weights (d, C), out (n, C)."""
    data, indices, indptr = rows
    width = weights.shape[1]
    for i in range(start, stop):
        for c in range(width):
            out[i, c] = intercept[c]
        for j in range(indptr[i], indptr[i + 1]):
            value, column = data[j], indices[j]
            for c in range(width):
                out[i, c] += value * weights[column, c]


@njit(cache=True, nogil=True)
def nearest(rows: Any, square: Any, others: Any, other_square: Any, least: Any, start: int, stop: int) -> None:
    """Lower `least` (squared Euclidean distance) to the nearest of `others`, given column by column.

    `others` is (data, indices, indptr) of a CSC matrix of shape (n_others, d); `square` and `other_square` are squared norms.
    """
    data, indices, indptr = rows
    their, owner, columns = others
    dot = np.zeros(len(other_square))
    for i in range(start, stop):
        dot[:] = 0.0
        for j in range(indptr[i], indptr[i + 1]):
            value, column = data[j], indices[j]
            for o in range(columns[column], columns[column + 1]):
                dot[owner[o]] += np.float64(value) * their[o]
        for o in range(len(dot)):
            distance = square[i] - 2.0 * dot[o] + other_square[o]
            if distance < least[i]:
                least[i] = max(distance, 0.0)


@njit(cache=True, nogil=True)
def greedy_batch(rows: Any, square: Any, least: Any, value: Any, batch: Any) -> Any:
    """Pick a ranked batch: see `active_learning.ranked`, which has the formula and says why skipping is exact.

    `least` (n,) holds squared distances to the nearest labelled row and is overwritten; `batch` is
    (k, n_labelled, radius, penalty). Returns indices (k,) and scores (k,).
    """
    k, n_labelled, radius, penalty = batch
    n = len(least)
    picked, scores = np.empty(k, dtype=np.int64), np.empty(k)
    fresh = np.zeros(n, dtype=np.int32)
    gone = np.zeros(n, dtype=np.bool_)
    far, close = _far(np.sqrt(least)), _far(np.full(1, radius))[0]
    dot = np.zeros(k)
    chain = _new_chain(rows, k)
    seed = -1
    for step in range(k):
        alpha = (n - step) / (n + n_labelled)
        top, top_score, second, second_score = -1, -np.inf, -1, -np.inf
        for turn in range(-1, n):
            i = seed if turn < 0 else turn
            if i < 0 or gone[i] or (turn >= 0 and i == seed):
                continue
            score = alpha * far[i] + (1.0 - alpha) * value[i] - (penalty if far[i] <= close else 0.0)
            if score < top_score or (score == top_score and i > top):
                continue
            if fresh[i] < step:
                _dots(rows, i, chain, fresh[i], dot)
                for pick in range(fresh[i], step):
                    least[i] = min(least[i], max(square[i] - 2.0 * dot[pick] + square[picked[pick]], 0.0))
                    dot[pick] = 0.0
                fresh[i] = step
                distance = np.sqrt(least[i])
                far[i] = 1.0 - 1.0 / (1.0 + distance)
                score = alpha * far[i] + (1.0 - alpha) * value[i] - (penalty if far[i] <= close else 0.0)
            if score > top_score or (score == top_score and i < top):
                second, second_score = top, top_score
                top, top_score = i, score
            elif score > second_score:
                second, second_score = i, score
        picked[step], scores[step] = top, top_score
        gone[top] = True
        seed = second
        _link(rows, top, step, chain)
    return picked, scores


@njit(cache=True, nogil=True)
def _far(distance: Any) -> Any:
    return 1.0 - 1.0 / (1.0 + distance)


@njit(cache=True, nogil=True)
def _new_chain(rows: Any, k: int) -> Any:
    """Room for the picks' entries, listed by column, the newest pick first: (head, following, pick, value, size)."""
    _, indices, indptr = rows
    width, longest = 1, 0
    for i in range(len(indptr) - 1):
        longest = max(longest, indptr[i + 1] - indptr[i])
    for j in range(indptr[len(indptr) - 1]):
        width = max(width, indices[j] + 1)
    room = k * longest
    head = np.full(width, -1, dtype=np.int64)
    following, pick = np.empty(room, dtype=np.int64), np.empty(room, dtype=np.int64)
    return head, following, pick, np.empty(room), np.zeros(1, dtype=np.int64)


@njit(cache=True, nogil=True)
def _link(rows: Any, i: int, step: int, chain: Any) -> None:
    data, indices, indptr = rows
    head, following, pick, value, size = chain
    for j in range(indptr[i], indptr[i + 1]):
        entry = size[0]
        following[entry], pick[entry], value[entry] = head[indices[j]], step, data[j]
        head[indices[j]] = entry
        size[0] += 1


@njit(cache=True, nogil=True)
def _dots(rows: Any, i: int, chain: Any, first: int, dot: Any) -> None:
    """Add to `dot` the products of a row with the picks from `first` on."""
    data, indices, indptr = rows
    head, following, pick, value, _ = chain
    for j in range(indptr[i], indptr[i + 1]):
        entry = head[indices[j]]
        while entry >= 0 and pick[entry] >= first:
            dot[pick[entry]] += data[j] * value[entry]
            entry = following[entry]


@njit(cache=True, nogil=True)
def gains(posterior: Any, confusion: Any, noise: Any, out: Any, start: int, stop: int) -> int:
    """Write the mutual information in nats for rows from `start` to `stop`; return the first that is no distribution, or -1.

    `noise` (K,) is the entropy of each row of `confusion`.
    """
    width = confusion.shape[0]
    for i in range(start, stop):
        total, known = 0.0, 0.0
        for t in range(width):
            if not posterior[i, t] >= 0.0:
                return i
            total += posterior[i, t]
            known += posterior[i, t] * noise[t]
        if not abs(total - 1.0) < 1e-3:
            return i
        spread = 0.0
        for o in range(width):
            q = 0.0
            for t in range(width):
                q += posterior[i, t] * confusion[t, o]
            if q > 0.0:
                spread -= q * np.log(q)
        out[i] = max(spread - known, 0.0)
    return -1
