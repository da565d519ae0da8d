"""Which items somebody could hold next, of those they never held: by the seeded order, by chance, or by what an answer would tell.

The statements are made once for each set of conditions that people differ by (`prepared`); there are few.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, exists, select as select_columns
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from annotator.domain.items import ItemState
from annotator.domain.leases import LeaseState
from annotator.storage.items import slice_end
from annotator.storage.prepared import Prepared
from annotator.storage.tables import Item, Lease
from annotator.storage.tables_learning import Prediction
from annotator.storage.text_size import text_size

Conditions = Sequence[ColumnElement[bool]]
"""What the item must meet besides, as conditions over `Item`."""

_UNFINISHED = (ItemState.READY.value, ItemState.LEASED.value)
_ENDED_EARLY = (LeaseState.EXPIRED.value, LeaseState.RELEASED.value)
RAISED, _USUAL, _LOWERED = 1, 0, -1
_AT_PRECEDENCE = {place: col(Item.precedence) == place for place in (RAISED, _USUAL, _LOWERED)}
HAS_SLOT: ColumnElement[bool] = col(Item.open_slots) > 0
_KINDS = 256


def at_precedence(precedence: int) -> ColumnElement[bool]:
    """The item has that place in the order, which a coordinator may have given it."""
    return _AT_PRECEDENCE[precedence]


def candidate(
    session: Session, project_id: str, person_id: str, conditions: Conditions = (), *, pass_over_locked: bool
) -> str | None:
    """Return the id of an item the person never held: fewest missing answers first, then the seeded order.

    With `pass_over_locked` the item is locked, and those that another transaction is taking this instant are passed over
    (PostgreSQL). Without, nothing is locked: a locking query would keep the lock on every item that it had to give up.
    """
    row = _candidate(tuple(conditions), pass_over_locked).first(session, project=project_id, person=person_id)
    return None if row is None else row[0]


def audit_candidate(
    session: Session, project_id: str, person_id: str, share: float, conditions: Conditions, *, pass_over_locked: bool
) -> str | None:
    """Return the first item the person never held of the slice that chance has set apart, in the slice's own random order."""
    prepared = _audit_candidate(tuple(conditions), slice_end(share), pass_over_locked)
    row = prepared.first(session, project=project_id, person=person_id)
    return None if row is None else row[0]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An item with the probability of each rating, as the consensus or else a classifier has it, and the length of its text in bytes."""

    item_id: str
    p: Sequence[float] | None
    length: int
    answers: int


def begun(
    session: Session, project_id: str, person_id: str, overlap: int, conditions: Conditions, limit: int
) -> list[Candidate]:
    """Return items that somebody has answered and the person never held: fewest missing answers first."""
    return _candidates(session, project_id, person_id, _begun(tuple(conditions), overlap, limit))


def fresh(session: Session, project_id: str, person_id: str, conditions: Conditions, limit: int) -> list[Candidate]:
    """Return items that nobody has answered, nor this person held, from the top of the priority index."""
    return _candidates(session, project_id, person_id, _unanswered(tuple(conditions), limit))


def is_open(session: Session, item_id: str, *, lock: bool) -> bool:
    """Say whether an item has a slot open. With `lock` it is locked, and is not where another transaction is taking it this instant."""
    return (_LOCK_OPEN if lock else _LOOK_OPEN).first(session, item=item_id) is not None


def precedences(
    session: Session, project_id: str, person_id: str, conditions: Conditions, *, raised: bool
) -> tuple[int, ...]:
    """Return the places in the order to look at, first to last. As a rule nothing is `raised` at all; else a look tells whether
    anything is for this person.
    """
    if raised and any_candidate(session, project_id, person_id, [*conditions, at_precedence(RAISED)]):
        return (RAISED, _USUAL, _LOWERED)
    return (_USUAL, _LOWERED)


def any_candidate(session: Session, project_id: str, person_id: str, conditions: Conditions = ()) -> bool:
    """Say whether there is an item the person never held, locked by somebody or not."""
    return _any(tuple(conditions)).first(session, project=project_id, person=person_id) is not None


class Shown(NamedTuple):
    """What people see of an item."""

    public_id: str
    text: str


def shown(session: Session, item_id: str, conditions: Conditions) -> Shown | None:
    """Return what is shown of an item, locked by now; None where it does not meet the conditions it was chosen by any more."""
    row = _shown(tuple(conditions)).first(session, item=item_id)
    return None if row is None else Shown(*row)


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


def _candidates(session: Session, project_id: str, person_id: str, prepared: Prepared) -> list[Candidate]:
    rows = prepared.rows(session, project=project_id, person=person_id)
    return [Candidate(item_id, posterior or predicted, *rest) for item_id, posterior, predicted, *rest in rows]


_HELD_BEFORE = exists().where(col(Lease.item_id) == Item.id, col(Lease.person_id) == bindparam("person"))
_OPEN = (col(Item.project_id) == bindparam("project"), HAS_SLOT, ~_HELD_BEFORE)
_IS_OPEN = select(Item.id).where(Item.id == bindparam("item"), HAS_SLOT)
_LOOK_OPEN = Prepared(_IS_OPEN)
_LOCK_OPEN = Prepared(_IS_OPEN.with_for_update(skip_locked=True))


def _fresh(conditions: Conditions) -> SelectOfScalar[str]:
    return select(Item.id).where(*_OPEN, *conditions).limit(1)


@lru_cache(_KINDS)
def _any(conditions: tuple[ColumnElement[bool], ...]) -> Prepared:
    return Prepared(_fresh(conditions))


@lru_cache(_KINDS)
def _candidate(conditions: tuple[ColumnElement[bool], ...], lock: bool) -> Prepared:
    statement = _fresh(conditions).order_by(col(Item.missing), col(Item.order_key))
    return Prepared(statement.with_for_update(skip_locked=True) if lock else statement)


@lru_cache(_KINDS)
def _audit_candidate(conditions: tuple[ColumnElement[bool], ...], end: int, lock: bool) -> Prepared:
    in_slice = col(Item.audit_key) < end
    statement = _fresh([*conditions, in_slice]).order_by(col(Item.audit_key))
    return Prepared(statement.with_for_update(skip_locked=True) if lock else statement)


@lru_cache(_KINDS)
def _begun(conditions: tuple[ColumnElement[bool], ...], overlap: int, limit: int) -> Prepared:
    has_answers = col(Item.missing) < overlap
    return _weighed([*conditions, has_answers], [col(Item.missing), col(Item.order_key)], limit)


@lru_cache(_KINDS)
def _unanswered(conditions: tuple[ColumnElement[bool], ...], limit: int) -> Prepared:
    has_none = col(Item.answered) == 0
    return _weighed([*conditions, has_none], [col(Item.priority).desc(), col(Item.order_key).desc()], limit)


@lru_cache(_KINDS)
def _shown(conditions: tuple[ColumnElement[bool], ...]) -> Prepared:
    return Prepared(select(Item.public_id, Item.text).where(Item.id == bindparam("item"), *conditions))


def _weighed(conditions: Conditions, order: Sequence[Any], limit: int) -> Prepared:
    columns: list[Any] = [Item.id, Item.posterior, Prediction.probability, text_size(Item.text), Item.answered]
    statement = select_columns(*columns).outerjoin(Prediction, col(Prediction.item_id) == Item.id)
    return Prepared(statement.where(*_OPEN, *conditions).order_by(*order).limit(limit))
