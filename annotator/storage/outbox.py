"""The outbox: what has yet to reach Label Studio. A row is written with the change it tells of, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func
from sqlmodel import Session, col, select

from annotator.storage.tables import Outbox


class OutboxKind(StrEnum):
    ANNOTATION = "annotation"
    ITEM_WITHDRAWN = "item_withdrawn"


@dataclass(frozen=True, slots=True)
class OutboxState:
    waiting: int
    failing: int
    oldest: datetime | None


def add(session: Session, at: datetime, kind: OutboxKind, subject: str) -> None:
    """Say that `subject` has to be mirrored."""
    session.add(Outbox(kind=kind.value, subject=subject, created_at=at, due_at=at))


def due(session: Session, now: datetime, limit: int) -> list[Outbox]:
    """Return rows whose time has come, oldest first."""
    statement = (
        select(Outbox).where(col(Outbox.done_at).is_(None), Outbox.due_at <= now).order_by(col(Outbox.id)).limit(limit)
    )
    return list(session.exec(statement))


def put_off(session: Session, row_id: str, now: datetime, error: str) -> None:
    """Try again later: after 1, 2, 4 … seconds, at most five minutes."""
    row = session.get_one(Outbox, row_id)
    row.attempts += 1
    row.error = error
    row.due_at = now + timedelta(seconds=min(2 ** (row.attempts - 1), 300))
    session.add(row)


def done(session: Session, row_id: str, now: datetime) -> None:
    row = session.get_one(Outbox, row_id)
    row.done_at = now
    row.error = None
    session.add(row)


def hurry(session: Session, now: datetime) -> None:
    """Make every waiting row due at once, as when Label Studio has come back."""
    for row in session.exec(select(Outbox).where(col(Outbox.done_at).is_(None), Outbox.due_at > now)):
        row.due_at = now
        session.add(row)


def state(session: Session) -> OutboxState:
    """Return how much waits, how much of it has failed before, and since when the oldest waits."""
    waiting = col(Outbox.done_at).is_(None)
    statement = select(func.count(), func.min(Outbox.created_at)).select_from(Outbox).where(waiting)
    count, oldest = session.exec(statement).one()
    failing = session.exec(select(func.count()).select_from(Outbox).where(waiting, col(Outbox.attempts) > 0)).one()
    return OutboxState(waiting=count, failing=failing, oldest=oldest)
