"""The frozen snapshot that exports read: Arrow tables of items and annotations, taken in one transaction, without identities."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
import pyarrow as pa
from sqlmodel import Session, col, select

from annotator.domain.items import ItemState
from annotator.storage.tables import Annotation, GuidelineVersion, Item, Person

ITEMS = pa.schema(
    [(name, pa.string()) for name in ("id", "text", "sha256", "source", "language", "campaign", "epoch", "region")]
    + [("quarter", pa.string()), ("state", pa.string()), ("overlap", pa.int32()), ("answers", pa.int32())]
)
ANNOTATIONS = pa.schema(
    [(name, pa.string()) for name in ("id", "item", "annotator", "guideline", "guideline_version", "guideline_sha256")]
    + [
        ("created_at", pa.string()),
        ("lead_time", pa.float64()),
        ("rating", pa.string()),
        ("cannot_tell", pa.bool_()),
        ("labels", pa.string()),
        ("answer", pa.string()),
        ("result", pa.string()),
    ]
)
_SHUT = (ItemState.QUARANTINED.value, ItemState.WITHDRAWN.value)
_BATCH = 5_000


def items_of(session: Session, project_id: str) -> Iterator[pa.RecordBatch]:
    """Yield the items that may leave, in order of their public ids; quarantined and withdrawn ones may not."""
    statement = (
        select(Item)
        .where(Item.project_id == project_id, col(Item.state).not_in(_SHUT))
        .order_by(col(Item.public_id))
        .execution_options(yield_per=_BATCH)
    )
    for part in session.exec(statement).partitions(_BATCH):
        yield pa.RecordBatch.from_pylist([_item(item) for item in part], schema=ITEMS)


def annotations_of(session: Session, project_id: str) -> Iterator[pa.RecordBatch]:
    """Yield every single annotation of those items, in order of item and annotation id."""
    statement = (
        select(Annotation, Item.public_id, Person.pseudonym, GuidelineVersion)
        .join(Item, col(Item.id) == Annotation.item_id)
        .join(Person, col(Person.id) == Annotation.person_id)
        .join(GuidelineVersion, col(GuidelineVersion.id) == Annotation.guideline_version_id)
        .where(Item.project_id == project_id, col(Item.state).not_in(_SHUT))
        .order_by(col(Item.public_id), col(Annotation.id))
        .execution_options(yield_per=_BATCH)
    )
    for part in session.exec(statement).partitions(_BATCH):
        rows = [_annotation(*row) for row in part]
        yield pa.RecordBatch.from_pylist(rows, schema=ANNOTATIONS)


def _item(item: Item) -> dict[str, Any]:
    return {
        "id": item.public_id,
        "text": item.text,
        "sha256": item.text_sha256,
        "source": item.source,
        "language": item.language,
        "campaign": item.campaign,
        "epoch": item.epoch,
        "region": item.region,
        "quarter": item.quarter,
        "state": ItemState.READY.value if item.state == ItemState.LEASED else item.state,
        "overlap": item.overlap,
        "answers": item.answered,
    }


def _annotation(annotation: Annotation, item: str, pseudonym: str, version: GuidelineVersion) -> dict[str, Any]:
    return {
        "id": annotation.id,
        "item": item,
        "annotator": pseudonym,
        "guideline": version.name,
        "guideline_version": version.version,
        "guideline_sha256": version.sha256,
        "created_at": annotation.created_at.isoformat(timespec="seconds"),
        "lead_time": annotation.lead_time,
        "rating": annotation.rating,
        "cannot_tell": annotation.cannot_tell,
        "labels": orjson.dumps(annotation.labels).decode(),
        "answer": orjson.dumps(annotation.answer).decode(),
        "result": orjson.dumps(annotation.result).decode(),
    }
