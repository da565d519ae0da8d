"""Queries of what people have done: answers and how long they took, a person; and sums of skips, which no page shows of a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median

from sqlalchemy import func
from sqlmodel import Session, col, select

from annotator.storage.stuck import SKIPPED
from annotator.storage.tables import Annotation, Lease, Person

_NEWEST = 200
"""The median time is of so many of a person's newest answers."""


@dataclass(frozen=True, slots=True)
class Work:
    """A person's answers, control items among them; the median of seconds each took; the day of the newest one, no hour."""

    answers: int
    seconds: float
    last: date


def of_people(session: Session, person_ids: Sequence[str]) -> dict[str, Work]:
    """Return the work of those who have answered anything."""
    mine = col(Annotation.person_id) == Person.id
    answers = select(func.count()).where(mine).correlate(Person).scalar_subquery()
    last = select(func.max(Annotation.created_at)).where(mine).correlate(Person).scalar_subquery()
    rows = session.exec(select(Person.id, answers, last).where(col(Person.id).in_(person_ids))).all()
    return {person: Work(count, _seconds(session, person), moment.date()) for person, count, moment in rows if count}


def answered_between(session: Session, start: datetime, end: datetime) -> dict[str, int]:
    """Count answers by person."""
    mine = (
        col(Annotation.person_id) == Person.id,
        col(Annotation.created_at) >= start,
        col(Annotation.created_at) < end,
    )
    answers = select(func.count()).where(*mine).correlate(Person).scalar_subquery()
    return {person: count for person, count in session.exec(select(Person.id, answers)) if count}


def skipped_between(session: Session, start: datetime, end: datetime) -> dict[str, int]:
    """Count skipped postings by person: to be summed up, never shown."""
    statement = select(Lease.person_id).where(SKIPPED, col(Lease.ended_at) >= start, col(Lease.ended_at) < end)
    return Counter(session.exec(statement))


def _seconds(session: Session, person_id: str) -> float:
    statement = select(Annotation.lead_time).where(Annotation.person_id == person_id)
    newest = statement.order_by(col(Annotation.created_at).desc()).limit(_NEWEST)
    return float(median(session.exec(newest)))
