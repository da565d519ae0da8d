"""Queries of withdrawal: whose answers are to go, and the stone that stands in an answer's place afterwards."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, update
from sqlmodel import Session, col, select

from annotator.storage.outbox import OutboxKind
from annotator.storage.tables import Annotation, Outbox, StudioChange
from annotator.storage.tables_adjudication import Adjudication
from annotator.storage.tables_moving import WithdrawnImport
from annotator.storage.tables_people import Departure, Tombstone

KEPT, WITHDRAWN = "kept", "withdrawn"
_DEPARTED = (Departure, col(Departure.person_id) == Annotation.person_id)
_WITHDREW = (Departure.answers == WITHDRAWN, col(Annotation.created_at) <= col(Departure.at))


def depart(session: Session, at: datetime, person_id: str, *, withdraws: bool) -> None:
    """Record that a person leaves, and what becomes of the answers they gave until now."""
    answers, before = WITHDRAWN if withdraws else KEPT, departure_of(session, person_id)
    erased = before is not None and before.erased  # an account that is gone stays gone
    session.merge(Departure(person_id=person_id, at=at, answers=answers, erased=erased))


def departure_of(session: Session, person_id: str) -> Departure | None:
    return session.get(Departure, person_id)


def departures(session: Session) -> dict[str, Departure]:
    return {row.person_id: row for row in session.exec(select(Departure))}


def outstanding(session: Session, limit: int, person_id: str | None = None) -> list[str]:
    """Return leases whose answers were withdrawn and still stand, of one person or of all, those of withdrawn imports too."""
    by_giver = select(Annotation.lease_id).join(*_DEPARTED).where(*_WITHDREW).order_by(col(Annotation.id)).limit(limit)
    if person_id is not None:
        return list(session.exec(by_giver.where(Annotation.person_id == person_id)))
    with_import = select(Annotation.lease_id).where(_came_with_withdrawn()).order_by(col(Annotation.id)).limit(limit)
    return list(dict.fromkeys([*session.exec(by_giver), *session.exec(with_import)]))[:limit]


def count_outstanding(session: Session) -> int:
    """Count the answers that were withdrawn and still stand."""
    by_giver = select(Annotation.id).join(*_DEPARTED).where(*_WITHDREW)
    with_import = select(Annotation.id).where(_came_with_withdrawn())
    return session.exec(select(func.count()).select_from(by_giver.union(with_import).subquery())).one()


def _came_with_withdrawn() -> ColumnElement[bool]:
    return col(Annotation.origin).in_(select(WithdrawnImport.origin))


def of_lease(session: Session, lease_id: str) -> Annotation | None:
    return session.exec(select(Annotation).where(Annotation.lease_id == lease_id)).first()


def bury(session: Session, annotation: Annotation, at: datetime) -> None:
    """Delete an answer and every copy of it that we hold; a stone without its words stays."""
    session.add(
        Tombstone(
            annotation_id=annotation.id,
            item_id=annotation.item_id,
            person_id=annotation.person_id,
            guideline_version_id=annotation.guideline_version_id,
            answered_at=annotation.created_at,
            withdrawn_at=at,
        )
    )
    session.execute(delete(StudioChange).where(col(StudioChange.annotation_id) == annotation.id))
    session.execute(
        update(Adjudication).where(col(Adjudication.started_from) == annotation.id).values(started_from=None)
    )
    waiting = (col(Outbox.subject) == annotation.id) & (col(Outbox.kind) == OutboxKind.ANNOTATION)
    session.execute(delete(Outbox).where(waiting))
    session.execute(delete(Annotation).where(col(Annotation.id) == annotation.id))
    session.expunge(annotation)


def stone(session: Session, annotation_id: str) -> Tombstone | None:
    return session.get(Tombstone, annotation_id)


def stones_on(session: Session, item_id: str) -> list[str]:
    """Return the ids of the answers that were withdrawn from an item."""
    stones = select(Tombstone.annotation_id).where(Tombstone.item_id == item_id)
    return list(session.exec(stones.order_by(Tombstone.annotation_id)))
