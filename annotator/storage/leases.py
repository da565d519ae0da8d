"""Queries of leases: what somebody holds, what is overdue. What they could hold next is in `candidates`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, func, select as select_columns
from sqlmodel import Session, col, select, update

from annotator.domain.errors import NotFoundError
from annotator.domain.items import SHUT
from annotator.domain.leases import LeaseState
from annotator.storage.prepared import At, Prepared
from annotator.storage.tables import Item, Lease
from annotator.storage.types import UtcDateTime

HOLDS_SLOT = (LeaseState.LIVE.value, LeaseState.ANSWERED.value)

AHEAD = timedelta(minutes=10)
"""Clocks of machines that work together differ by less."""


class Holding(NamedTuple):
    """A lease as it stands, to be read only; `settle` is what changes it."""

    id: str
    item_id: str
    person_id: str
    state: str
    created_at: datetime
    expires_at: datetime
    ended_at: datetime | None


HOLDING: tuple[Any, ...] = tuple(col(getattr(Lease, name)) for name in Holding._fields)
"""The columns of a `Holding`, for other statements that join leases."""
IS_LIVE: ColumnElement[bool] = col(Lease.state) == LeaseState.LIVE.value


def live_lease(session: Session, person_id: str) -> Holding | None:
    """Return what the person holds now, expired or not."""
    row = _LIVE_LEASE.first(session, person=person_id)
    return None if row is None else Holding(*row)


def locked(session: Session, lease_id: str) -> Holding | None:
    """Return the lease with its item locked until the transaction ends: the item first, always, so that nobody deadlocks."""
    row = _LOCK.first(session, lease=lease_id)
    return None if row is None else Holding(*row)


def lock_items(session: Session, lease_ids: Sequence[str]) -> None:
    """Lock the items of several leases, in the order of their ids, so that nobody deadlocks; `locked` then waits for nobody."""
    statement = select(Item.id).join(Lease, col(Lease.item_id) == Item.id).where(col(Lease.id).in_(lease_ids))
    session.exec(statement.order_by(Item.id).with_for_update(of=Item)).all()


def to_open(session: Session, lease_id: str) -> Lease:
    """Return a lease, locked before, to be opened again."""
    return session.get_one(Lease, lease_id, populate_existing=True)


def answered_since(session: Session, person_id: str, moment: datetime) -> bool:
    """Say whether the person has answered anything after a moment."""
    theirs = select(Lease.id).where(Lease.person_id == person_id, Lease.state == LeaseState.ANSWERED)
    return session.exec(theirs.where(col(Lease.ended_at) > moment).limit(1)).first() is not None


def settle(session: Session, lease_id: str, state: LeaseState, ended_at: datetime | None) -> None:
    """Store how a lease, locked before, has ended."""
    _SETTLE.run(session, lease=lease_id, to_state=state.value, ended=ended_at)


def held_item(session: Session, person_id: str, lease_id: str) -> Item:
    """Return the item that a person holds now by this lease.

    Raises:
        NotFoundError: there is no such lease, it is another's, or it has ended.
    """
    statement = select(Item).join(Lease, col(Lease.item_id) == Item.id).where(Lease.state == LeaseState.LIVE)
    item = session.exec(statement.where(Lease.id == lease_id, Lease.person_id == person_id)).first()
    if item is None:
        raise no_such_lease()
    return item


def no_such_lease() -> NotFoundError:
    """Another's lease is not found, as if it did not exist."""
    return NotFoundError("There is no such lease of yours.", mend="Ask for the next item.")


def free_slot(session: Session, item_id: str) -> int:
    """Return the lowest slot that nobody holds or has answered. The item's row must be locked by this transaction."""
    return lowest_free({slot for (slot,) in _TAKEN.rows(session, item=item_id)})


def lowest_free(taken: Collection[int]) -> int:
    """Return the lowest slot that is not among those taken."""
    return next(slot for slot in range(len(taken) + 1) if slot not in taken)


def overdue(session: At, now: datetime, limit: int) -> list[str]:
    """Return ids of live leases whose time is up, longest overdue first."""
    return [lease_id for (lease_id,) in _OVERDUE.rows(session, now=now, most=limit)]


def from_the_future(session: Session, now: datetime, limit: int) -> list[str]:
    """Return ids of live leases that a clock which ran ahead has opened: their end is as far away as it was wrong."""
    ahead = select(Lease.id).where(Lease.state == LeaseState.LIVE, col(Lease.created_at) > now + AHEAD)
    return list(session.exec(ahead.limit(limit)))


@dataclass(frozen=True, slots=True)
class Held:
    """Leases that are held at this moment; the overdue ones wait for the worker."""

    live: int
    overdue: int


def live_and_overdue(session: Session, now: datetime) -> Held:
    """Count the leases that are held, of every project, and those whose time is up."""
    late = func.count().filter(col(Lease.expires_at) <= now)
    live, overdue = session.exec(select(func.count(), late).where(Lease.state == LeaseState.LIVE)).one()
    return Held(live, overdue)


def live_on_item(session: Session, item_id: str) -> list[Holding]:
    """Return the live leases of one item, with the item locked."""
    session.exec(select(Item.id).where(Item.id == item_id).with_for_update()).one()
    return [Holding(*row) for row in _LIVE_ON_ITEM.rows(session, item=item_id)]


def any_items(session: Session, project_id: str) -> bool:
    """Say whether the project has items that are, or were, open to volunteers."""
    statement = select(Item.id).where(Item.project_id == project_id, col(Item.state).not_in(SHUT)).limit(1)
    return session.exec(statement).first() is not None


def next_expiry(session: Session, project_id: str) -> datetime | None:
    """Return when the next live lease of the project runs out."""
    statement = (
        select(Lease.expires_at)
        .join(Item, col(Item.id) == Lease.item_id)
        .where(Item.project_id == project_id, Lease.state == LeaseState.LIVE)
        .order_by(col(Lease.expires_at))
        .limit(1)
    )
    return session.exec(statement).first()


_NOW = bindparam("now", type_=UtcDateTime())
_HOLDING_COLUMNS = select_columns(*HOLDING)
_LIVE_LEASE = Prepared(_HOLDING_COLUMNS.where(col(Lease.person_id) == bindparam("person"), IS_LIVE))
_LIVE_ON_ITEM = Prepared(_HOLDING_COLUMNS.where(col(Lease.item_id) == bindparam("item"), IS_LIVE))
_LOCK = Prepared(
    _HOLDING_COLUMNS.join(Item, col(Item.id) == Lease.item_id)
    .where(col(Lease.id) == bindparam("lease"))
    .with_for_update(of=[Item, Lease])  # PostgreSQL locks them in this order
)
_SETTLE = Prepared(
    update(Lease)
    .where(col(Lease.id) == bindparam("lease"))
    .values(state=bindparam("to_state"), ended_at=bindparam("ended", type_=UtcDateTime()))
)
_TAKEN = Prepared(select(Lease.slot).where(Lease.item_id == bindparam("item"), col(Lease.state).in_(HOLDS_SLOT)))
_OVERDUE = Prepared(
    select(Lease.id)
    .where(IS_LIVE, col(Lease.expires_at) <= _NOW)
    .order_by(col(Lease.expires_at))
    .limit(bindparam("most"))
)
