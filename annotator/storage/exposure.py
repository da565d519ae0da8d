"""Queries of the exposure ledger: opened when an item is handed out, closed when its lease ends, forgotten after a fortnight."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Session, col, select

from annotator.domain.exposure import LOOK_BACK, Interval
from annotator.storage.tables_exposure import Exposure

KEPT = timedelta(days=14)


def ledger(session: Session, person_id: str, now: datetime) -> list[Interval]:
    """Return the person's active time as far back as limits reach, oldest first; what is open lasts until now at most."""
    statement = (
        select(Exposure.started_at, Exposure.ended_at, Exposure.high_concern)
        .where(Exposure.person_id == person_id, col(Exposure.ended_at) > now - LOOK_BACK)
        .order_by(col(Exposure.ended_at), col(Exposure.id))
    )
    return [Interval(started, max(started, min(ended, now)), high) for started, ended, high in session.exec(statement)]


def begin(session: Session, person_id: str, now: datetime, until: datetime, *, high: bool | None) -> None:
    """Open an interval that ends by itself at `until`, and forget what is older than any limit needs."""
    session.execute(delete(Exposure).where(col(Exposure.person_id) == person_id, col(Exposure.ended_at) < now - KEPT))
    session.add(Exposure(person_id=person_id, started_at=now, ended_at=until, open=True, high_concern=high))


def end(session: Session, person_id: str, now: datetime, *, high: bool | None = None) -> None:
    """Close the person's open interval, if there is one; `high` is what their own answer says, where it says anything."""
    statement = select(Exposure).where(Exposure.person_id == person_id, col(Exposure.open).is_(True)).with_for_update()
    interval = session.exec(statement).first()
    if interval is None:
        return
    interval.open = False
    interval.ended_at = max(interval.started_at, min(interval.ended_at, now))
    interval.high_concern = interval.high_concern if high is None else high
    session.add(interval)
    session.flush()
