"""Queries of the exposure ledger: opened when an item is handed out, closed when its lease ends, forgotten after a fortnight."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import bindparam, case, delete, update
from sqlmodel import Session, col, select

from annotator.domain.exposure import LOOK_BACK, Interval
from annotator.storage.prepared import Prepared, store
from annotator.storage.tables_exposure import Exposure
from annotator.storage.types import UtcDateTime

KEPT = timedelta(days=14)


def ledger(session: Session, person_id: str, now: datetime) -> list[Interval]:
    """Return the person's active time as far back as limits reach, oldest first; what is open lasts until now at most."""
    rows = _LEDGER.rows(session, person=person_id, since=now - LOOK_BACK)
    return [Interval(started, ended if ended <= now else max(started, now), high) for started, ended, high in rows]


def ledgers_between(session: Session, start: datetime, end: datetime) -> dict[str, list[Interval]]:
    """Return everybody's active time that began between two moments, by person in order of time: to be summed up, never shown."""
    statement = (
        select(Exposure.person_id, Exposure.started_at, Exposure.ended_at)
        .where(col(Exposure.started_at) >= start, col(Exposure.started_at) < end)
        .order_by(col(Exposure.person_id), col(Exposure.started_at))
    )
    found: dict[str, list[Interval]] = {}
    for person, started, ended in session.exec(statement):
        found.setdefault(person, []).append(Interval(started, min(ended, end)))
    return found


def begin(session: Session, person_id: str, now: datetime, until: datetime, *, high: bool | None) -> None:
    """Open an interval that ends by itself at `until`."""
    store(session, Exposure, person_id=person_id, started_at=now, ended_at=until, open=True, high_concern=high)


def end(session: Session, person_id: str, now: datetime, *, high: bool | None = None) -> None:
    """Close the person's open interval, if there is one; `high` is what their own answer says, where it says anything."""
    if high is None:
        _END.run(session, person=person_id, now=now)
    else:
        _END_KNOWING.run(session, person=person_id, now=now, high=high)


def forget(session: Session, now: datetime, limit: int) -> int:
    """Forget intervals that are older than any limit needs, whoever's they are, `limit` at most; return how many."""
    older = session.exec(select(Exposure.id).where(col(Exposure.ended_at) < now - KEPT).limit(limit)).all()
    session.exec(delete(Exposure).where(col(Exposure.id).in_(older)))
    return len(older)


_NOW = bindparam("now", type_=UtcDateTime())
_LEDGER = Prepared(
    select(Exposure.started_at, Exposure.ended_at, Exposure.high_concern)
    .where(Exposure.person_id == bindparam("person"), col(Exposure.ended_at) > bindparam("since", type_=UtcDateTime()))
    .order_by(col(Exposure.ended_at), col(Exposure.id))
)
_ENDING = (
    update(Exposure)
    .where(col(Exposure.person_id) == bindparam("person"), col(Exposure.open).is_(True))
    .values(
        open=False,
        ended_at=case(
            (col(Exposure.ended_at) <= _NOW, col(Exposure.ended_at)),
            (col(Exposure.started_at) > _NOW, col(Exposure.started_at)),
            else_=_NOW,
        ),
    )
)
_END = Prepared(_ENDING)
_END_KNOWING = Prepared(_ENDING.values(high_concern=bindparam("high")))
