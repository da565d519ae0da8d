"""The outbox: what has yet to reach Label Studio. A row is written with the change it tells of, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, exists, func, or_
from sqlmodel import Session, col, select, update

from annotator.storage.prepared import store
from annotator.storage.tables import Annotation, Item, Outbox
from annotator.storage.tables_people import Tombstone

_LONGEST = timedelta(minutes=5)


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
    store(session, Outbox, kind=kind.value, subject=subject, created_at=at, due_at=at)


def due(session: Session, project_id: str, now: datetime, limit: int) -> list[Outbox]:
    """Return rows whose time has come, oldest first: those of a project, and those whose subject is gone.

    A row that is due later than anything is put off was written by a clock that ran ahead, and does not wait for that moment.
    """
    come = or_(col(Outbox.due_at) <= now, col(Outbox.due_at) > now + _LONGEST)
    elsewhere = col(Item.project_id) != project_id
    answered = exists().where(col(Annotation.id) == Outbox.subject, col(Item.id) == Annotation.item_id, elsewhere)
    item = exists().where(col(Item.id) == Outbox.subject, elsewhere)
    stone = exists().where(col(Tombstone.annotation_id) == Outbox.subject, col(Item.id) == Tombstone.item_id, elsewhere)
    statement = select(Outbox).where(come, ~answered, ~item, ~stone)
    return list(session.exec(statement.order_by(col(Outbox.id)).limit(limit)))


def put_off(session: Session, row_id: str, now: datetime, error: str) -> None:
    """Try again later: after 1, 2, 4 … seconds, at most five minutes."""
    row = session.get_one(Outbox, row_id)
    row.attempts += 1
    row.error = error
    row.due_at = now + min(timedelta(seconds=2 ** min(row.attempts - 1, 30)), _LONGEST)
    session.add(row)


def done(session: Session, row_id: str) -> None:
    """Forget a row whose subject has been mirrored."""
    session.exec(delete(Outbox).where(col(Outbox.id) == row_id))


def cancel(session: Session, kind: OutboxKind, subject: str) -> None:
    """Forget what was to be told of a subject, since it does not hold any more."""
    session.exec(delete(Outbox).where(col(Outbox.kind) == kind.value, col(Outbox.subject) == subject))


def hurry(session: Session, now: datetime) -> None:
    """Make every waiting row due at once, as when Label Studio has come back."""
    session.exec(update(Outbox).where(col(Outbox.due_at) > now).values(due_at=now))


def begin_now(session: Session, now: datetime) -> None:
    """Let every row wait from now on only, as when the past that left them is made up."""
    session.exec(update(Outbox).values(created_at=now, due_at=now))


def state(session: Session) -> OutboxState:
    """Return how much waits, how much of it has failed before, and since when the oldest waits."""
    count, oldest = session.exec(select(func.count(), func.min(Outbox.created_at)).select_from(Outbox)).one()
    failing = session.exec(select(func.count()).select_from(Outbox).where(col(Outbox.attempts) > 0)).one()
    return OutboxState(waiting=count, failing=failing, oldest=oldest)
