"""The feature store of a home: one row an item, kept in step with the pool. What is withdrawn is forgotten there too."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from active_learning.arrays import Rows
from active_learning.feature_store import FeatureStore
from active_learning.features import HashedNgrams
from annotator.storage import learning
from annotator.storage.database import Database

_READ = 1000
_SCORE = 5000

Report = Callable[[int], object]
"""Told how many items are done."""


def open_store(home: Path) -> FeatureStore:
    """Return the store inside a home folder, making it where it is missing."""
    return FeatureStore(home / "features", HashedNgrams())


def catch_up(database: Database, store: FeatureStore, item_ids: Sequence[str], report: Report = lambda _: None) -> None:
    """Compute the rows that are missing, a page of texts at a time, and forget items that are not named."""
    store.refresh()
    kept = set(item_ids)
    if any(known not in kept for known in store.ids):
        store.keep(kept)
    missing = [item_id for item_id in item_ids if item_id not in store]
    for start in range(0, len(missing), _READ):
        page = missing[start : start + _READ]
        with database.reading() as session:
            texts = learning.texts(session, page)
        store.append(list(texts), list(texts.values()))
        report(start + len(page))


def in_parts(store: FeatureStore, item_ids: Sequence[str]) -> Iterator[tuple[Sequence[str], Rows]]:
    """Yield ids and rows a part at a time, so that a large pool never lies in memory whole."""
    for start in range(0, len(item_ids), _SCORE):
        part = item_ids[start : start + _SCORE]
        yield part, store.rows(part)
