"""Answers in pairs: the first two that an item got under one guideline version, whatever came after.

Items that people differ on get more answers than others; taking the first two of each leaves that choice out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotator.consensus.labels import LabelMatrix
from annotator.consensus.shift import Pairs
from annotator.domain.schema import LabelSpec, Schema
from annotator.insight.labels import LabelTable

OF_CAMPAIGN = 3
"""So many pairs of one campaign count at the most, so that copies of one posting are not taken for many."""


@dataclass(frozen=True, slots=True)
class PairTable:
    """Row `i` of each array is a pair, in the order in which pairs became whole.

    `answers` (n, 2) are rows of `table`, `at` (n,) when the second answer came, `version` (n,) the guideline version's id,
    `item` (n,) the public id, `campaign` (n,) the item's campaign, empty where it has none.
    """

    table: LabelTable
    answers: NDArray[np.int64]
    at: NDArray[np.float64]
    version: NDArray[Any]
    item: NDArray[Any]
    campaign: NDArray[Any]

    @classmethod
    def of(cls, schema: Schema, rows: Sequence[Any]) -> PairTable:
        """Pair the answers that `storage.alert_data.answers_since` returns."""
        items, people = [row.item_id for row in rows], [row.person_id for row in rows]
        table = LabelTable.of(schema, items, people, [row.labels for row in rows])
        first: dict[tuple[str, str], int] = {}
        whole: set[tuple[str, str]] = set()
        found = []
        for place, row in enumerate(rows):
            key = (row.item_id, row.guideline_version_id)
            if key in whole:
                continue
            if key in first:
                found.append((first[key], place))
                whole.add(key)
            else:
                first[key] = place
        seconds = [rows[second] for _, second in found]
        return cls(
            table,
            np.array(found, dtype=np.int64).reshape(-1, 2),
            np.array([row.created_at.timestamp() for row in seconds]),
            np.array([row.guideline_version_id for row in seconds], dtype=object),
            np.array([row.public_id for row in seconds], dtype=object),
            np.array([row.campaign or "" for row in seconds], dtype=object),
        )

    def between(self, start: datetime | None, end: datetime | None, versions: Sequence[str]) -> NDArray[np.int64]:
        """Return the rows of pairs that became whole from `start` on and before `end`, under one of the versions."""
        kept = np.isin(self.version, list(versions))
        if start is not None:
            kept &= self.at >= start.timestamp()
        if end is not None:
            kept &= self.at < end.timestamp()
        return _few_of_each(np.flatnonzero(kept), self.campaign)

    def distances(self, spec: LabelSpec, rows: NDArray[np.int64]) -> tuple[Pairs, NDArray[np.int64]]:
        """Return the pairs of a label with their distances, and which of `rows` have it on either side."""
        codes = self.table.codes[self.table.specs.index(spec)][self.answers[rows]]
        rows = rows[(codes >= 0).all(axis=1)]
        codes = codes[(codes >= 0).all(axis=1)]
        apart = np.abs(codes[:, 0] - codes[:, 1]).astype(np.float64)
        if not spec.is_scale:
            apart = (apart > 0).astype(np.float64)
        people = self.table.person[self.answers[rows]].astype(np.int64)
        return Pairs(apart, people[:, 0], people[:, 1]), rows

    def matrix(self, spec: LabelSpec, rows: NDArray[np.int64]) -> LabelMatrix:
        """Return the answers of some pairs as a label matrix, for agreement."""
        places = self.answers[rows].ravel()
        table = self.table
        codes = table.codes[table.specs.index(spec)][places]
        return LabelMatrix(
            table.item[places], table.person[places], codes, table.items, table.people, np.array(spec.values)
        )


def _few_of_each(rows: NDArray[np.int64], campaign: NDArray[Any]) -> NDArray[np.int64]:
    seen: dict[str, int] = {}
    kept = []
    for row in rows.tolist():
        name = campaign[row]
        seen[name] = seen.get(name, 0) + 1
        if not name or seen[name] <= OF_CAMPAIGN:
            kept.append(row)
    return np.array(kept, dtype=np.int64)
