"""The outbox: what has yet to reach Label Studio. A row is written with the change it tells of, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, exists, func
from sqlmodel import Session, col, select, update

from annotator.storage.tables import Annotation, Item, Outbox
from annotator.storage.tables_people import Tombstone


class OutboxKind(StrEnum):
    ANNOTATION = "annotation"
    ANNOTATION_WITHDRAWN = "annotation_withdrawn"
    ITEM_WITHDRAWN = "item_withdrawn"


@dataclass(frozen=True, slots=True)
class OutboxState:
    waiting: int
    failing: int
    oldest: datetime | None


def add(session: Session, at: datetime, kind: OutboxKind, subject: str) -> None:
    """Say that `subject` has to be mirrored."""
    session.add(Outbox(kind=kind.value, subject=subject, created_at=at, due_at=at))


def due(session: Session, project_id: str, now: datetime, limit: int) -> list[Outbox]:
    """Return rows whose time has come, oldest first: those of a project, and those whose subject is gone."""
    elsewhere = col(Item.project_id) != project_id
    answered = exists().where(col(Annotation.id) == Outbox.subject, col(Item.id) == Annotation.item_id, elsewhere)
    item = exists().where(col(Item.id) == Outbox.subject, elsewhere)
    stone = exists().where(col(Tombstone.annotation_id) == Outbox.subject, col(Item.id) == Tombstone.item_id, elsewhere)
    statement = select(Outbox).where(Outbox.due_at <= now, ~answered, ~item, ~stone)
    return list(session.exec(statement.order_by(col(Outbox.id)).limit(limit)))


def put_off(session: Session, row_id: str, now: datetime, error: str) -> None:
    """Try again later: after 1, 2, 4 … seconds, at most five minutes."""
    row = session.get_one(Outbox, row_id)
    row.attempts += 1
    row.error = error
    row.due_at = now + timedelta(seconds=min(2 ** (row.attempts - 1), 300))
    session.add(row)


def done(session: Session, row_id: str) -> None:
    """Forget a row whose subject has been mirrored."""
    session.exec(delete(Outbox).where(col(Outbox.id) == row_id))


def hurry(session: Session, now: datetime) -> None:
    """Make every waiting row due at once, as when Label Studio has come back."""
    session.exec(update(Outbox).where(col(Outbox.due_at) > now).values(due_at=now))


def state(session: Session) -> OutboxState:
    """Return how much waits, how much of it has failed before, and since when the oldest waits."""
    count, oldest = session.exec(select(func.count(), func.min(Outbox.created_at)).select_from(Outbox)).one()
    failing = session.exec(select(func.count()).select_from(Outbox).where(col(Outbox.attempts) > 0)).one()
    return OutboxState(waiting=count, failing=failing, oldest=oldest)
