"""The feature store of a home: one row an item, kept in step with the pool. What is withdrawn is forgotten there too."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Literal

from active_learning.arrays import Rows
from active_learning.embeddings import WordLlamaEmbeddings
from active_learning.feature_store import FeatureStore
from active_learning.features import Features, HashedNgrams
from active_learning.spread import Each
from annotator.storage import learning
from annotator.storage.database import Database

_READ = 1000
_SCORE = 5000

Report = Callable[[int], object]
"""Told how many items are done."""


Kind = Literal["words", "embeddings"]
"""What the classifier reads: the setting `features`."""


def of_kind(kind: Kind) -> Features:
    """Return the features of a kind; embeddings raise `ConfigError` once they are used where the extra is not installed."""
    return WordLlamaEmbeddings() if kind == "embeddings" else HashedNgrams()


def open_store(home: Path, kind: Kind = "words") -> FeatureStore:
    """Return the store inside a home folder, making it where it is missing."""
    return FeatureStore(home / "features", of_kind(kind))


def catch_up(
    database: Database,
    store: FeatureStore,
    item_ids: Sequence[str],
    report: Report = lambda _: None,
    each: Each = map,
) -> None:
    """Compute the rows that are missing, a page of texts at a time, and forget items that are not named, and other features."""
    store.refresh()
    for other in set(store.folder.parent.iterdir()) - {store.folder}:  # what is withdrawn would stay in them
        shutil.rmtree(other)
    kept = set(item_ids)
    if any(known not in kept for known in store.ids):
        store.keep(kept)
    missing = [item_id for item_id in item_ids if item_id not in store]
    for start in range(0, len(missing), _READ):
        page = missing[start : start + _READ]
        with database.reading() as session:
            texts = learning.texts(session, page)
        store.append(list(texts), list(texts.values()), each)
        report(start + len(page))


def in_parts(store: FeatureStore, item_ids: Sequence[str]) -> Iterator[tuple[Sequence[str], Rows]]:
    """Yield ids and rows a part at a time, so that a large pool never lies in memory whole."""
    for start in range(0, len(item_ids), _SCORE):
        part = item_ids[start : start + _SCORE]
        yield part, store.rows(part)
