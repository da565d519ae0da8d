"""Where to start when nothing is labelled yet: typical items, one from each neighbourhood of the pool.

Rows are projected on their leading singular directions (randomised subspace iteration: Halko, N., Martinsson, P. & Tropp, J.
2011, Finding Structure with Randomness), clustered on the sphere, and each cluster gives its most typical item first, the
largest cluster before the others. Typicality is the inverse mean distance to the nearest neighbours within the cluster.

Source: Hacohen, G., Dekel, A. & Weinshall, D. (2022), Active Learning on a Budget: Opposite Strategies Suit High and Low Budgets
(TypiClust), ICML, PMLR 162:8175-8195. Differences: a deterministic farthest-first start of the clustering, so that the order of
the pool does not matter; and a pool too large to cluster is thinned first, by the direction of its rows and not by their places.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from active_learning.arrays import (
    FloatArray,
    IntArray,
    Rows,
    Selection,
    best,
    check_rows,
    empty_selection,
    how_many,
)

_DIRECTIONS = 32
_NEIGHBOURS = 20
_MAX_CLUSTERS = 500
_MAX_ROWS = 20_000
_ROUNDS = 15


def typicality_sampling(
    classifier: Any, pool: Rows, n_instances: int = 1, *, rng: np.random.Generator | None = None
) -> Selection:
    """Ask about the typical items of the largest clusters. Needs no labels and does not look at the classifier.

    Score: typicality, in (0, 1], for the item of its cluster's turn; minus 1 for each earlier turn of that cluster. `rng` seeds the
    projection (a fixed seed without it).
    """
    del classifier
    pool = check_rows(pool)
    k = how_many(n_instances, pool)
    if k == 0:
        return empty_selection()
    rng = np.random.default_rng(0) if rng is None else rng
    points = _directions(pool, rng)
    kept = _thinned(points, max(_MAX_ROWS, k), rng)
    cluster = _clusters(points[kept], min(k, _MAX_CLUSTERS))
    chosen, score = _turns(points[kept], cluster, k)
    return kept[chosen], score


def _directions(pool: Rows, rng: np.random.Generator) -> FloatArray:
    """Unit rows in at most `_DIRECTIONS` dimensions; a row without features stays at the origin."""
    width = min(_DIRECTIONS, *pool.shape)
    probe = rng.standard_normal((pool.shape[1], width))
    basis, _ = np.linalg.qr(np.asarray(pool.T @ (pool @ probe)))
    points = np.asarray(pool @ basis, dtype=np.float64)
    length = np.linalg.norm(points, axis=1, keepdims=True)
    return np.asarray(np.divide(points, length, out=np.zeros_like(points), where=length > 1e-12))


def _thinned(points: FloatArray, room: int, rng: np.random.Generator) -> IntArray:
    """At most `room` rows, by a random key that depends on where a row points and not on its place in the pool."""
    if len(points) <= room:
        return np.arange(len(points), dtype=np.int64)
    key = np.modf(np.abs(points @ rng.standard_normal(points.shape[1])) * 1e6)[0]
    return np.sort(best(key, room))


def _clusters(points: FloatArray, k: int) -> IntArray:
    """Spherical k-means from farthest-first centres, the first of them the point nearest the mean; labels (n,)."""
    nearest = points @ points.mean(axis=0)
    centres = [int(nearest.argmax())]
    similar = points @ points[centres[0]]
    for _ in range(k - 1):
        centres.append(int(similar.argmin()))
        similar = np.maximum(similar, points @ points[centres[-1]])
    middle = points[centres]
    label = np.full(len(points), -1)
    for _ in range(_ROUNDS):
        moved = (points @ middle.T).argmax(axis=1)
        if np.array_equal(moved, label):
            break
        label = moved
        sums = np.zeros_like(middle)
        np.add.at(sums, label, points)
        length = np.linalg.norm(sums, axis=1, keepdims=True)
        middle = np.divide(sums, length, out=middle.copy(), where=length > 1e-12)
    return np.asarray(label, dtype=np.int64)


def _turns(points: FloatArray, cluster: IntArray, k: int) -> Selection:
    """Every cluster in turn, larger ones first; within one the most typical item that is left."""
    typical = np.zeros(len(points))
    turn = np.zeros(len(points), dtype=np.int64)
    size = np.bincount(cluster)
    for c in np.flatnonzero(size):
        members = np.flatnonzero(cluster == c)
        typical[members] = _typicality(points[members])
        turn[members[np.lexsort((members, -typical[members]))]] = np.arange(len(members))
    order = np.lexsort((-typical, -size[cluster], turn))[:k]
    return order.astype(np.int64), typical[order] - turn[order]


def _typicality(points: FloatArray) -> FloatArray:
    """Inverse of one plus the mean distance to the nearest neighbours, shape (n,), in (0, 1]."""
    n = len(points)
    k = min(_NEIGHBOURS, n - 1)
    if k == 0:
        return np.full(n, 1 / (1 + np.sqrt(2)))
    found = np.empty(n)
    for start in range(0, n, 1000):
        block = points[start : start + 1000]
        square = np.maximum(2 - 2 * (block @ points.T), 0)
        square[np.arange(len(block)), np.arange(start, start + len(block))] = np.inf
        found[start : start + 1000] = np.sqrt(np.partition(square, k - 1, axis=1)[:, :k]).mean(axis=1)
    return 1 / (1 + found)
