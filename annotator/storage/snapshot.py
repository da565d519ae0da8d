"""What exports and releases read: items and annotations, taken in one transaction, without identities."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import orjson
import pyarrow as pa
from sqlalchemy import ColumnElement, Row, Text, cast, collate, func
from sqlmodel import Session, col, select

from annotator.domain.items import SHUT, ItemState
from annotator.domain.leases import LeaseState
from annotator.storage.tables import Annotation, GuidelineVersion, Item, Lease, Person
from annotator.storage.tables_adjudication import Adjudication
from annotator.storage.tables_recheck import Recheck

ITEMS = pa.schema(
    [(name, pa.string()) for name in ("id", "text", "sha256", "source", "language", "campaign", "epoch", "region")]
    + [("quarter", pa.string()), ("state", pa.string()), ("overlap", pa.int32()), ("answers", pa.int32())]
)
ANNOTATIONS = pa.schema(
    [(name, pa.string()) for name in ("id", "item", "annotator", "guideline", "guideline_version", "guideline_sha256")]
    + [
        ("created_at", pa.string()),
        ("lead_time", pa.float64()),
        ("pick", pa.string()),
        ("propensity", pa.float64()),
        ("origin", pa.string()),
        ("rating", pa.string()),
        ("cannot_tell", pa.bool_()),
        ("labels", pa.string()),
        ("answer", pa.string()),
        ("result", pa.string()),
    ]
)
_BATCH = 5_000


def items_of(session: Session, project_id: str) -> Iterator[pa.RecordBatch]:
    """Yield the items that may leave, in order of their public ids; quarantined and withdrawn ones may not."""
    statement = (
        select(Item)
        .where(Item.project_id == project_id, col(Item.state).not_in(SHUT))
        .order_by(col(Item.public_id))
        .execution_options(yield_per=_BATCH)
    )
    for part in session.exec(statement).partitions(_BATCH):
        yield pa.RecordBatch.from_pylist([_item(item) for item in part], schema=ITEMS)


def annotations_of(session: Session, project_id: str) -> Iterator[pa.RecordBatch]:
    """Yield every single annotation of those items, in order of item and annotation id."""
    statement = (
        select(Annotation, Item.public_id, Person.pseudonym, GuidelineVersion, Lease.pick, Lease.propensity)  # type: ignore[call-overload]
        .join(Item, col(Item.id) == Annotation.item_id)
        .join(Person, col(Person.id) == Annotation.person_id)
        .join(GuidelineVersion, col(GuidelineVersion.id) == Annotation.guideline_version_id)
        .join(Lease, col(Lease.id) == Annotation.lease_id)
        .where(Item.project_id == project_id, col(Item.state).not_in(SHUT))
        .order_by(col(Item.public_id), col(Annotation.id))
        .execution_options(yield_per=_BATCH)
    )
    for part in session.exec(statement).partitions(_BATCH):
        rows = [_annotation(*row) for row in part]
        yield pa.RecordBatch.from_pylist(rows, schema=ANNOTATIONS)


FINISHED = (ItemState.AGREED, ItemState.ADJUDICATING, ItemState.GOLD)
"""States of items that have all the judgements asked for, and so may be released."""


def finished_items(session: Session, project_id: str, size: int) -> Iterator[Sequence[Row[Any]]]:
    """Yield the items that may be released, in batches, in the order of their public ids' bytes on any database.

    A row holds id, public_id, text, text_sha256, source, language, campaign, epoch, region, quarter and state.
    """
    columns = (Item.id, Item.public_id, Item.text, Item.text_sha256, Item.source, Item.language, Item.campaign)
    public_id = _bytewise(session)
    statement = (
        select(*columns, Item.epoch, Item.region, Item.quarter, Item.state)  # type: ignore[call-overload]
        .where(Item.project_id == project_id, col(Item.state).in_(FINISHED))
        .order_by(public_id)
        .limit(size)
    )
    after: str | None = None
    while rows := session.execute(statement if after is None else statement.where(public_id > after)).all():
        yield rows
        after = rows[-1].public_id


def judgements(session: Session, project_id: str, first: str, last: str) -> Sequence[Row[Any]]:
    """Return all judgements of the items that may be released from one public id to another, in order of item and time.

    A row holds public_id, person_id, guideline_version_id, labels, answer and result (as JSON text), cannot_tell, lead_time,
    created_at, origin, pick and propensity.
    """
    public_id = _bytewise(session)
    texts = [cast(getattr(Annotation, name), Text).label(name) for name in ("labels", "answer", "result")]
    owner = (Annotation.person_id, Annotation.guideline_version_id)
    given = (
        Annotation.cannot_tell,
        Annotation.lead_time,
        Annotation.created_at,
        Annotation.origin,
        Lease.pick,
        Lease.propensity,
    )
    statement = (
        select(Item.public_id, *owner, *texts, *given)  # type: ignore[call-overload]
        .join(Item, col(Item.id) == Annotation.item_id)
        .join(Lease, col(Lease.id) == Annotation.lease_id)
        .where(Item.project_id == project_id, col(Item.state).in_(FINISHED), public_id >= first, public_id <= last)
        .order_by(public_id, col(Annotation.id))
    )
    return session.execute(statement).all()


def guideline_versions(session: Session) -> dict[str, GuidelineVersion]:
    """Return every guideline version by id."""
    return {version.id: version for version in session.exec(select(GuidelineVersion))}


def decisions(session: Session, project_id: str) -> Sequence[Row[Any]]:
    """Return the decisions that settled items which may be released: item_id, labels, cause, and the role of who decided."""
    statement = (
        select(Adjudication.item_id, Adjudication.labels, Adjudication.cause, Person.role)
        .join(Item, col(Item.id) == Adjudication.item_id)
        .join(Person, col(Person.id) == Adjudication.person_id)
        .where(Item.project_id == project_id, col(Item.state).in_(FINISHED))
        .where(col(Adjudication.settles), col(Adjudication.superseded_at).is_(None))
    )
    return session.execute(statement).all()


def finished_ids(session: Session, project_id: str) -> set[str]:
    """Return the internal ids of the items that may be released."""
    statement = select(Item.id).where(Item.project_id == project_id, col(Item.state).in_(FINISHED))
    return set(session.exec(statement))


def region_cells(session: Session, project_id: str) -> dict[tuple[str | None, str | None], int]:
    """Count the items that may be released by region and quarter."""
    statement = (
        select(Item.region, Item.quarter, func.count())
        .where(Item.project_id == project_id, col(Item.state).in_(FINISHED))
        .group_by(col(Item.region), col(Item.quarter))
    )
    return {(region, when): int(count) for region, when, count in session.exec(statement)}


def skips(session: Session, project_id: str) -> int:
    """Count how often an item that may be released was skipped; by whom is nobody's business."""
    statement = (
        select(func.count())
        .select_from(Lease)
        .join(Item, col(Item.id) == Lease.item_id)
        .where(Item.project_id == project_id, col(Item.state).in_(FINISHED), Lease.state == LeaseState.SKIPPED.value)
    )
    return session.exec(statement).one()


def gate_versions(session: Session, project_id: str) -> dict[str, int]:
    """Count imported items that may be released by the version of the gate that let them in."""
    statement = (
        select(Recheck.gate_version, func.count())
        .join(Item, col(Item.id) == Recheck.item_id)
        .where(Item.project_id == project_id, col(Item.state).in_(FINISHED))
        .group_by(Recheck.gate_version)
    )
    return {version: int(count) for version, count in session.exec(statement)}


def _bytewise(session: Session) -> ColumnElement[str]:
    """Return the public id as both databases compare it alike: by its bytes."""
    column: Any = col(Item.public_id)
    return column if session.get_bind().dialect.name == "sqlite" else collate(column, "C")


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


def _annotation(
    annotation: Annotation,
    item: str,
    pseudonym: str,
    version: GuidelineVersion,
    pick: str | None,
    propensity: float | None,
) -> dict[str, Any]:
    return {
        "id": annotation.id,
        "item": item,
        "annotator": pseudonym,
        "guideline": version.name,
        "guideline_version": version.version,
        "guideline_sha256": version.sha256,
        "created_at": annotation.created_at.isoformat(timespec="seconds"),
        "lead_time": annotation.lead_time,
        "pick": pick,
        "propensity": propensity,
        "origin": annotation.origin,
        "rating": annotation.rating,
        "cannot_tell": annotation.cannot_tell,
        "labels": orjson.dumps(annotation.labels).decode(),
        "answer": orjson.dumps(annotation.answer).decode(),
        "result": orjson.dumps(annotation.result).decode(),
    }
