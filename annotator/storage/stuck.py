"""Queries of what is stuck: items that wait, and nothing that is going on will move them.

Each cause is a condition over `Item`, so that a page counts it and reads its first rows by one and the same definition.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, exists, false, func, literal_column
from sqlmodel import Session, col, select

from annotator.domain.items import ItemState, Source
from annotator.domain.leases import LeaseState
from annotator.storage import desk
from annotator.storage.tables import Audit, Item, Lease

Condition = ColumnElement[bool]
OPEN = col(Item.open_slots) > literal_column("0")
SKIPPED = col(Lease.state) == literal_column(f"'{LeaseState.SKIPPED.value}'")
"""Written out, as the partial indexes have them: SQLite uses such an index for the very words alone."""
_OPEN_STATES = (ItemState.READY.value, ItemState.LEASED.value)
_SPENT = (LeaseState.LIVE.value, LeaseState.ANSWERED.value, LeaseState.SKIPPED.value)


def nobody(project_id: str, able: Mapping[Source, Sequence[str]]) -> Condition:
    """Items with an open slot that none of the people who are able to take their source can be given.

    They have answered or skipped the item, or hold it; what somebody let go early may come back to them.
    """
    found = [_had_by_all(project_id, source, people) for source, people in able.items()]
    return col(Item.id).in_(sa.union_all(*found)) if found else false()


def overdue(before: datetime) -> Condition:
    """Items whose lease was to end before a moment, and which nobody has ended."""
    late = select(Lease.item_id).where(desk.LIVE, Lease.expires_at <= before)
    return col(Item.id).in_(late)


def since(state: ItemState, before: datetime) -> Condition:
    """Items that have been in a state since before a moment, by the audit log."""
    came_later = exists().where(
        col(Audit.subject) == Item.id, col(Audit.action) == f"item.{state.value}", col(Audit.at) > before
    )
    return (col(Item.state) == state.value) & (col(Item.created_at) <= before) & ~came_later


def count(session: Session, project_id: str, condition: Condition) -> int:
    """Return how many items of the project meet a condition."""
    statement = select(func.count()).select_from(Item).where(Item.project_id == project_id, condition)
    return session.exec(statement).one()


def page(session: Session, project_id: str, condition: Condition, after: str, limit: int) -> list[Item]:
    """Return the first items behind a cursor that meet a condition, in id order."""
    statement = select(Item).where(Item.project_id == project_id, condition, Item.id > after)
    return list(session.exec(statement.order_by(Item.id).limit(limit)))


def _had_by_all(project_id: str, source: Source, people: Sequence[str]) -> Any:
    """Select the open items of a source that all of these people have had.

    An item with an open slot that n people have had was skipped by one of them, unless n people count towards its overlap: so few
    items have to be looked at.
    """
    statement = select(Item.id).where(Item.project_id == project_id, Item.source == source, OPEN)
    if not people:
        return statement
    many = select(Item.id).where(
        Item.project_id == project_id,
        col(Item.state).in_(_OPEN_STATES),
        col(Item.answered) + col(Item.leased) >= len(people),
    )
    skipped = select(Lease.item_id).where(SKIPPED)
    had = (
        select(func.count())
        .where(col(Lease.item_id) == Item.id, col(Lease.person_id).in_(people), col(Lease.state).in_(_SPENT))
        .correlate(Item)
        .scalar_subquery()
    )
    return statement.where(col(Item.id).in_(sa.union_all(many, skipped)), had >= len(people))
