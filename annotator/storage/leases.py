"""Queries of leases: what somebody holds, what they could hold next, what is overdue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, exists, func
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from annotator.domain.errors import NotFoundError
from annotator.domain.items import SHUT, ItemState
from annotator.domain.leases import LeaseState
from annotator.storage.items import slice_end
from annotator.storage.tables import Item, Lease
from annotator.storage.tables_learning import Prediction

Conditions = Sequence[ColumnElement[bool]]
"""What the item must meet besides, as conditions over `Item`."""

_UNFINISHED = (ItemState.READY.value, ItemState.LEASED.value)
_ENDED_EARLY = (LeaseState.EXPIRED.value, LeaseState.RELEASED.value)
_HOLDING = (LeaseState.LIVE.value, LeaseState.ANSWERED.value)


def live_lease(session: Session, person_id: str) -> Lease | None:
    """Return what the person holds now, expired or not."""
    return session.exec(select(Lease).where(Lease.person_id == person_id, Lease.state == LeaseState.LIVE)).first()


def text_of(session: Session, person_id: str, lease_id: str) -> str:
    """Return the text of the item that the person's own lease is about.

    Raises:
        NotFoundError: there is no such lease, or it is another's.
    """
    statement = select(Item.text).join(Lease, col(Lease.item_id) == Item.id)
    text = session.exec(statement.where(Lease.id == lease_id, Lease.person_id == person_id)).first()
    if text is None:
        raise no_such_lease()
    return text


def no_such_lease() -> NotFoundError:
    """Another's lease is not found, as if it did not exist."""
    return NotFoundError("There is no such lease of yours.", mend="Ask for the next item.")


def locked(session: Session, lease_id: str) -> Lease | None:
    """Return the lease with its item locked until the transaction ends: the item first, always, so that nobody deadlocks."""
    found = session.get(Lease, lease_id)
    if found is None:
        return None
    session.exec(select(Item.id).where(Item.id == found.item_id).with_for_update()).one()
    return session.get(Lease, lease_id, populate_existing=True, with_for_update=True)


def candidate(
    session: Session, project_id: str, person_id: str, conditions: Conditions = (), *, pass_over_locked: bool
) -> str | None:
    """Return the id of an item the person never held: fewest missing answers first, then the seeded order.

    With `pass_over_locked` the item is locked, and those that another transaction is taking this instant are passed over
    (PostgreSQL). Without, nothing is locked: a locking query would keep the lock on every item that it had to give up.
    """
    statement = _fresh(project_id, person_id, conditions).order_by(col(Item.missing), col(Item.order_key))
    if pass_over_locked:
        statement = statement.with_for_update(skip_locked=True)
    return session.exec(statement).first()


def audit_candidate(
    session: Session, project_id: str, person_id: str, share: float, conditions: Conditions, *, pass_over_locked: bool
) -> str | None:
    """Return the first item the person never held of the slice that chance has set apart, in the slice's own random order."""
    in_slice = col(Item.audit_key) < slice_end(share)
    statement = _fresh(project_id, person_id, [*conditions, in_slice]).order_by(col(Item.audit_key))
    if pass_over_locked:
        statement = statement.with_for_update(skip_locked=True)
    return session.exec(statement).first()


@dataclass(frozen=True, slots=True)
class Candidate:
    """An item with the probability of each rating, as the consensus or else a classifier has it, and the length of its text."""

    item_id: str
    p: Sequence[float] | None
    length: int
    answers: int


def begun(
    session: Session, project_id: str, person_id: str, overlap: int, conditions: Conditions, limit: int
) -> list[Candidate]:
    """Return items that somebody has answered and the person never held: fewest missing answers first."""
    has_answers = [*conditions, col(Item.missing) < overlap]
    return _candidates(session, project_id, person_id, has_answers, [col(Item.missing), col(Item.order_key)], limit)


def fresh(session: Session, project_id: str, person_id: str, conditions: Conditions, limit: int) -> list[Candidate]:
    """Return items that nobody has answered, nor this person held, from the top of the priority index."""
    has_none, by_priority = [*conditions, col(Item.answered) == 0], [col(Item.priority), col(Item.order_key)]
    return _candidates(session, project_id, person_id, has_none, [one.desc() for one in by_priority], limit)


def lock_open(session: Session, item_id: str) -> bool:
    """Lock an item that has a slot open; False where another transaction is taking it this instant, or the slot is gone."""
    statement = select(Item.id).where(Item.id == item_id, col(Item.open_slots) > 0)
    return session.exec(statement.with_for_update(skip_locked=True)).first() is not None


def any_candidate(session: Session, project_id: str, person_id: str, conditions: Conditions = ()) -> bool:
    """Say whether there is an item the person never held, locked by somebody or not."""
    return session.exec(_fresh(project_id, person_id, conditions)).first() is not None


def meets(session: Session, item_id: str, conditions: Conditions) -> bool:
    """Say whether an item, locked by now, still meets the conditions it was chosen by."""
    if not conditions:
        return True
    return session.exec(select(Item.id).where(Item.id == item_id, *conditions)).first() is not None


def returnable(session: Session, project_id: str, person_id: str, conditions: Conditions = ()) -> Lease | None:
    """Return the person's longest ended lease that ended early, on an item which still has a slot open."""
    statement = (
        select(Lease)
        .join(Item, col(Item.id) == Lease.item_id)
        .where(
            Lease.person_id == person_id,
            col(Lease.state).in_(_ENDED_EARLY),
            Item.project_id == project_id,
            col(Item.open_slots) > 0,
            *conditions,
        )
        .order_by(col(Lease.ended_at))
        .limit(1)
    )
    return session.exec(statement).first()


def free_slot(session: Session, item_id: str) -> int:
    """Return the lowest slot that nobody holds or has answered. The item's row must be locked by this transaction."""
    statement = select(Lease.slot).where(Lease.item_id == item_id, col(Lease.state).in_(_HOLDING))
    taken = set(session.exec(statement))
    return next(slot for slot in range(len(taken) + 1) if slot not in taken)


def overdue(session: Session, now: datetime, limit: int) -> list[str]:
    """Return ids of live leases whose time is up, longest overdue first."""
    statement = (
        select(Lease.id)
        .where(Lease.state == LeaseState.LIVE, Lease.expires_at <= now)
        .order_by(col(Lease.expires_at))
        .limit(limit)
    )
    return list(session.exec(statement))


def live_on_item(session: Session, item_id: str) -> list[Lease]:
    """Return the live leases of one item, with the item locked."""
    session.exec(select(Item.id).where(Item.id == item_id).with_for_update()).one()
    return list(session.exec(select(Lease).where(Lease.item_id == item_id, Lease.state == LeaseState.LIVE)))


def any_items(session: Session, project_id: str) -> bool:
    """Say whether the project has items that are, or were, open to volunteers."""
    statement = select(Item.id).where(Item.project_id == project_id, col(Item.state).not_in(SHUT)).limit(1)
    return session.exec(statement).first() is not None


def unfinished_for(session: Session, project_id: str, person_id: str, conditions: Conditions = ()) -> bool:
    """Say whether an item still waits for answers that this person could give once a slot comes free."""
    final = exists().where(
        col(Lease.item_id) == Item.id,
        col(Lease.person_id) == person_id,
        col(Lease.state).in_([LeaseState.ANSWERED.value, LeaseState.SKIPPED.value]),
    )
    statement = (
        select(Item.id)
        .where(Item.project_id == project_id, col(Item.state).in_(_UNFINISHED), ~final, *conditions)
        .limit(1)
    )
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


def _fresh(project_id: str, person_id: str, conditions: Conditions) -> SelectOfScalar[str]:
    return select(Item.id).where(*_open_to(project_id, person_id), *conditions).limit(1)


def _candidates(
    session: Session,
    project_id: str,
    person_id: str,
    conditions: Conditions,
    order: Sequence[Any],
    limit: int,
) -> list[Candidate]:
    columns: list[Any] = [Item.id, Item.posterior, Prediction.probability, func.length(Item.text), Item.answered]
    statement = (
        sa.select(*columns)
        .outerjoin(Prediction, col(Prediction.item_id) == Item.id)
        .where(*_open_to(project_id, person_id), *conditions)
        .order_by(*order)
        .limit(limit)
    )
    rows = session.connection().execute(statement)
    return [Candidate(item_id, posterior or predicted, *rest) for item_id, posterior, predicted, *rest in rows]


def _open_to(project_id: str, person_id: str) -> Conditions:
    held_before = exists().where(col(Lease.item_id) == Item.id, col(Lease.person_id) == person_id)
    return [col(Item.project_id) == project_id, col(Item.open_slots) > 0, ~held_before]
