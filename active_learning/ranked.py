"""Batches chosen one after another, so that the items of a batch do not repeat each other or what is labelled already.

Item i scores, with d the Euclidean distance to the nearest labelled or chosen row, u its least confidence, and
alpha = |unlabelled| / (|unlabelled| + |labelled|):

    alpha (1 - 1 / (1 + d)) + (1 - alpha) u density^beta - penalty [d <= radius]

With beta = 0 and penalty = 0 this is ranked batch-mode sampling (Cardoso, T. et al. 2017, Ranked batch-mode active learning,
Information Sciences 379:313-337) as modAL has it. `density` is the mean cosine similarity to the pool, which weights an item by
how many it stands for (Settles, B. & Craven, M. 2008, An Analysis of Active Learning Strategies for Sequence Labeling Tasks); the
mean of cosines is the cosine with the mean, so it costs one pass. The penalty keeps near-duplicates, such as postings of one
campaign, from filling a batch.

What makes it fast changes no pick: d only falls as items are chosen, so a score computed from an older d is an upper bound, and
an item whose bound is below the best found so far need not be looked at (Minoux, M. 1978, Accelerated greedy algorithms). What
makes it faster still when called again is that d to the labelled rows is kept and only lowered by the rows that are new.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy import sparse

from active_learning.arrays import FloatArray, IntArray, Rows, Selection, check_rows, empty_selection, how_many
from active_learning.linear import in_threads
from active_learning.strategies import least_confidence
from annotator.domain.errors import InputError

NEAR_DUPLICATE = 0.9
"""Cosine similarity from which two texts are taken for near-duplicates."""

_BLOCK = 512  # labelled rows compared at a time


@dataclass(slots=True)
class NearestLabelled:
    """Squared distance from every row of one pool to the nearest labelled row, kept while labelled rows are added."""

    pool: Rows
    square: FloatArray = field(init=False)
    least: FloatArray = field(init=False)
    labelled: Rows = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.pool = _csr(self.pool)
        self.square = _squares(self.pool)
        self.least = np.full(self.pool.shape[0], np.inf)

    def extend_to(self, labelled: Rows) -> None:
        """Take in labelled rows; only those past the ones known are new. Starts again where the known ones changed."""
        rows = _csr(labelled)
        known = 0 if self.labelled is None else self.labelled.shape[0]
        if known and not _same_rows(rows[:known], self.labelled):
            self.least = np.full(self.pool.shape[0], np.inf)
            known = 0
        for start in range(known, rows.shape[0], _BLOCK):
            self._lower(rows[start : start + _BLOCK])
        self.labelled = rows

    def _lower(self, rows: Rows) -> None:
        from active_learning.kernels import nearest

        columns = rows.tocsc()
        csr = (self.pool.data, self.pool.indices, self.pool.indptr)
        csc = (columns.data, columns.indices, columns.indptr)
        squares = _squares(rows)
        in_threads(
            lambda start, stop: nearest(csr, self.square, csc, squares, self.least, start, stop), self.pool.shape[0]
        )


@dataclass(slots=True)
class RankedBatch:
    """Query strategy for batches. Keeps what it learned of the last pool: call it with the very same object to be fast.

    `density` is beta above. Rows closer to a labelled or chosen row than `near_duplicate` (cosine similarity of unit rows) lose
    `penalty` from their score. The defaults of 0 give modAL's picks. Scores lie in [-penalty, 1].
    """

    density: float = 0.0
    penalty: float = 0.0
    near_duplicate: float = NEAR_DUPLICATE
    _nearest: NearestLabelled | None = field(default=None, init=False, repr=False)
    _pool: Any = field(default=None, init=False, repr=False)

    def __call__(
        self,
        classifier: Any,
        pool: Rows,
        n_instances: int = 20,
        *,
        labelled: Rows | None = None,
        rng: np.random.Generator | None = None,
    ) -> Selection:
        """Choose a batch; `labelled` defaults to the learner's `X_training`. `rng` is not used: ties go to the lower index."""
        del rng
        k = how_many(n_instances, check_rows(pool))
        if k == 0:
            return empty_selection()
        near = self._known(pool)
        near.extend_to(_labelled(classifier) if labelled is None else labelled)
        value = least_confidence(classifier, pool)
        if self.density:
            value = value * information_density(pool) ** self.density
        return self._pick(near, value, k)

    def _known(self, pool: Rows) -> NearestLabelled:
        if self._nearest is None or self._pool is not pool:
            self._nearest, self._pool = NearestLabelled(pool), pool
        return self._nearest

    def _pick(self, near: NearestLabelled, value: FloatArray, k: int) -> Selection:
        from active_learning.kernels import greedy_batch

        rows = (near.pool.data, near.pool.indices, near.pool.indptr)
        radius = float(np.sqrt(2 - 2 * self.near_duplicate)) if self.penalty else -1.0
        found: tuple[IntArray, FloatArray] = greedy_batch(
            rows, near.square, near.least.copy(), value, (k, near.labelled.shape[0], radius, float(self.penalty))
        )
        return found


def diverse_batch() -> RankedBatch:
    """Return the batch strategy for postings: representative items first, near-duplicates last."""
    return RankedBatch(density=1.0, penalty=1.0)


def information_density(pool: Rows) -> FloatArray:
    """Return the mean cosine similarity of each row to all rows, shape (n,); a row without features has 0."""
    rows = _csr(check_rows(pool))
    if rows.shape[0] == 0:
        return np.empty(0)
    norm = np.sqrt(_squares(rows))
    inverse = np.divide(1.0, norm, out=np.zeros_like(norm), where=norm > 0)
    mean = np.asarray(rows.T @ inverse).ravel() / rows.shape[0]
    return np.asarray(np.asarray(rows @ mean).ravel() * inverse)


def _labelled(classifier: Any) -> Rows:
    found = getattr(classifier, "X_training", None)
    if found is None:
        raise InputError(
            "has no labelled rows.", where="classifier", mend="Teach it first, or start with typicality_sampling."
        )
    return found


def _csr(rows: Rows) -> Rows:
    """Rows as CSR with no column twice in a row."""
    csr = rows.tocsr() if sparse.issparse(rows) else sparse.csr_matrix(np.asarray(rows, dtype=np.float64))
    if not csr.has_canonical_format:
        csr = csr.copy()
        csr.sum_duplicates()
    return csr


def _squares(rows: Rows) -> FloatArray:
    squared = rows.copy()
    squared.data = squared.data.astype(np.float64) ** 2
    return np.asarray(squared.sum(axis=1), dtype=np.float64).ravel()


def _same_rows(rows: Rows, known: Rows) -> bool:
    return bool(
        rows.shape == known.shape
        and np.array_equal(rows.indptr, known.indptr)
        and np.array_equal(rows.indices, known.indices)
        and np.array_equal(rows.data, known.data)
    )
