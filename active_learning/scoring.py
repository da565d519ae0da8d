"""Scoring a whole store, larger than memory: a part at a time, here or on a cluster whose machines see the same folder.

Ids are not read. A store's row `n` becomes row `n` of the result, which may be a file that is mapped too (`numpy.memmap`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from scipy import sparse

from active_learning.arrays import FloatArray, Rows
from active_learning.feature_store import FeatureStore, committed, mapped
from active_learning.spread import Each

PART = 20_000  # rows


class Scorer(Protocol):
    """What says something of rows."""

    def predict_proba(self, rows: Rows, /) -> FloatArray:
        """Return probabilities, shape (n, K)."""
        ...


@dataclass(frozen=True, slots=True)
class StoredRows:
    """The committed rows of a store's folder, read a span at a time."""

    folder: Path
    width: int

    @classmethod
    def of(cls, store: FeatureStore) -> StoredRows:
        """Return the rows of a store as other processes may read them."""
        return cls(store.folder.absolute(), store.width)

    def __len__(self) -> int:
        return committed(self.folder).rows

    def span(self, start: int, stop: int) -> Rows:
        """Return rows `start` to `stop`, in memory."""
        commit = committed(self.folder)
        ends = mapped(self.folder, commit, "ends")
        first = int(ends[start - 1]) if start else 0
        indptr = np.concatenate([[first], ends[start:stop]]) - first
        data, indices = (
            np.array(mapped(self.folder, commit, name)[first : first + int(indptr[-1])]) for name in ("data", "indices")
        )
        return sparse.csr_matrix((data, indices, indptr), shape=(len(indptr) - 1, self.width), copy=False)


def score(rows: StoredRows, model: Scorer, out: Any, each: Each = map, *, part: int = PART) -> None:
    """Write the model's probabilities of all rows into `out` (n, K)."""
    spans = [(start, min(start + part, len(out))) for start in range(0, len(out), part)]
    for (start, stop), said in zip(spans, each(partial(_said, rows, model), spans), strict=True):
        out[start:stop] = said


def _said(rows: StoredRows, model: Scorer, span: tuple[int, int]) -> FloatArray:
    return model.predict_proba(rows.span(*span))
