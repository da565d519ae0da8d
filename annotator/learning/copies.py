"""Which labelled items vouch for one another: those of one campaign, copies of a text, and whatever those share in turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from sqlmodel import Session

from active_learning.arrays import IntArray
from annotator.storage import learning
from annotator.storage.batches import batches
from annotator.storage.learning import PoolItem
from exports import near_duplicates

_BATCH = 500
_SEED = 8_191


@dataclass(frozen=True, slots=True)
class Vouching:
    """The set of each item, (n,): by campaign and copies in `groups`, by copies alone in `copies`."""

    groups: IntArray
    copies: IntArray

    @property
    def apart(self) -> IntArray:
        """What shares a fold. One campaign can be told from itself alone, which is enough for an order that has to prove itself."""
        return self.groups if len(np.unique(self.groups)) > 1 else self.copies


def sets_of(session: Session, items: Sequence[PoolItem]) -> Vouching:
    """Find the sets of items; texts are read a batch at a time."""
    found = np.empty((len(items), near_duplicates.HASHES), dtype=np.uint16)
    for number, batch in enumerate(batches([item.id for item in items], _BATCH)):
        text = learning.texts(session, batch)
        known = pa.array([text[item_id] for item_id in batch], pa.large_string())
        found[number * _BATCH : number * _BATCH + len(batch)] = near_duplicates.signatures(known, _SEED)
    campaigns = [item.campaign for item in items]
    return Vouching(
        near_duplicates.united(found, campaigns).roots(), near_duplicates.united(found, [None] * len(items)).roots()
    )
