"""Queries of the desk's top strip: how far items are, the answers of past days, who is at work, leases about to run out."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta

from sqlalchemy import func, literal_column
from sqlmodel import Session, col, select

from annotator.domain.items import ItemState
from annotator.domain.leases import LeaseState
from annotator.domain.roles import Role
from annotator.storage.tables import Annotation, Item, Lease, Person, Project

DAY = timedelta(days=1)
LIVE = col(Lease.state) == literal_column(f"'{LeaseState.LIVE.value}'")
"""Written out, as the partial index of live leases has it: SQLite uses such an index for the very words alone."""


def tally(session: Session, project_id: str) -> dict[tuple[ItemState, int], int]:
    """Count the project's items by state and number of answers."""
    statement = select(Item.state, Item.answered, func.count()).where(Item.project_id == project_id)
    rows = session.exec(statement.group_by(col(Item.state), col(Item.answered)))
    return {(ItemState(state), answered): int(count) for state, answered, count in rows}


def first_answer(session: Session) -> datetime | None:
    """Return when the first answer of all was stored."""
    return session.exec(select(func.min(Annotation.created_at))).one()


def answers_by_day(session: Session, project_id: str, first: datetime, days: int) -> list[int]:
    """Count the project's answers of so many days from a moment on, the oldest first; control items are another project's."""
    ends = [first + DAY * number for number in range(days + 1)]
    total = [_answers_between(session, start, end) for start, end in itertools.pairwise(ends)]
    elsewhere = select(Item.id).where(col(Item.project_id).in_(select(Project.id).where(Project.id != project_id)))
    statement = select(Annotation.created_at).where(
        col(Annotation.item_id).in_(elsewhere),
        col(Annotation.created_at) >= first,
        col(Annotation.created_at) < ends[-1],
    )
    for moment in session.exec(statement):
        total[(moment - first) // DAY] -= 1
    return total


def last_answers(session: Session) -> dict[str, datetime]:
    """Return when each person's newest answer was stored, of those who have given any."""
    newest = (
        select(func.max(Annotation.created_at))
        .where(Annotation.person_id == Person.id)
        .correlate(Person)
        .scalar_subquery()
    )
    return {person: moment for person, moment in session.exec(select(Person.id, newest)) if moment is not None}


def holding(session: Session, now: datetime) -> set[str]:
    """Return the volunteers who hold a posting this moment."""
    statement = select(Lease.person_id).join(Person, col(Person.id) == Lease.person_id)
    live = statement.where(LIVE, Lease.expires_at > now)
    return set(session.exec(live.where(Person.role == Role.VOLUNTEER)))


def expiring(session: Session, project_id: str, now: datetime, until: datetime) -> list[tuple[str, datetime]]:
    """Return public ids of the items whose leases run out before a moment, the soonest first."""
    soon = select(Lease.item_id, Lease.expires_at).where(LIVE, Lease.expires_at > now, Lease.expires_at <= until)
    found = session.exec(soon.order_by(col(Lease.expires_at))).all()
    named = select(Item.id, Item.public_id).where(col(Item.id).in_([item_id for item_id, _ in found]))
    names = dict(session.exec(named.where(Item.project_id == project_id)).all())
    return [(names[item_id], moment) for item_id, moment in found if item_id in names]


def _answers_between(session: Session, start: datetime, end: datetime) -> int:
    statement = select(func.count()).select_from(Annotation)
    return session.exec(statement.where(col(Annotation.created_at) >= start, col(Annotation.created_at) < end)).one()
