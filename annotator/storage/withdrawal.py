"""Queries of withdrawal: whose answers are to go, and the stone that stands in an answer's place afterwards."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from annotator.storage.outbox import OutboxKind
from annotator.storage.tables import Annotation, Outbox, StudioChange
from annotator.storage.tables_adjudication import Adjudication
from annotator.storage.tables_people import Departure, Tombstone

KEPT, WITHDRAWN = "kept", "withdrawn"


def depart(session: Session, at: datetime, person_id: str, *, withdraws: bool) -> None:
    """Record that a person leaves, and what becomes of the answers they gave until now."""
    answers = WITHDRAWN if withdraws else KEPT
    session.merge(Departure(person_id=person_id, at=at, answers=answers, erased=False))


def departure_of(session: Session, person_id: str) -> Departure | None:
    return session.get(Departure, person_id)


def departures(session: Session) -> dict[str, Departure]:
    return {row.person_id: row for row in session.exec(select(Departure))}


def outstanding(session: Session, limit: int, person_id: str | None = None) -> list[str]:
    """Return leases whose answers were withdrawn and still stand, of one person or of all."""
    statement = (
        select(Annotation.lease_id)
        .join(Departure, col(Departure.person_id) == Annotation.person_id)
        .where(Departure.answers == WITHDRAWN, col(Annotation.created_at) <= col(Departure.at))
        .order_by(col(Annotation.id))
        .limit(limit)
    )
    if person_id is not None:
        statement = statement.where(Annotation.person_id == person_id)
    return list(session.exec(statement))


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
    return list(session.exec(select(Tombstone.annotation_id).where(Tombstone.item_id == item_id)))
