"""The only module that changes an item's state or counters; each change writes the audit log in the same transaction.

Counters change by conditional `UPDATE`s whose condition is the rule itself, so two processes cannot both win the last slot.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case
from sqlmodel import Session, col, update

from annotator.domain.errors import ConflictError
from annotator.domain.items import TRANSITIONS, ItemState
from annotator.storage import audit
from annotator.storage.tables import Item


def take_slot(session: Session, item_id: str) -> bool:
    """Hold one of the item's open slots; False when none is open any more."""
    statement = (
        update(Item)
        .where(col(Item.id) == item_id, col(Item.open_slots) > 0)
        .values(leased=col(Item.leased) + 1, state=ItemState.LEASED.value)
        .returning(col(Item.id))
    )
    return session.execute(statement, execution_options=_RAW).first() is not None


def return_slot(session: Session, item_id: str) -> None:
    """Give a held slot back; the item is ready again when nobody else holds it."""
    statement = (
        update(Item)
        .where(col(Item.id) == item_id, col(Item.leased) > 0)
        .values(leased=col(Item.leased) - 1, state=_state_after_return())
        .returning(col(Item.id))
    )
    if session.execute(statement, execution_options=_RAW).first() is None:
        raise ConflictError(f"Item {item_id} has no slot to give back.")


def record_answer(session: Session, item_id: str) -> bool:
    """Turn a held slot into an answer; True when the item's overlap is met by it."""
    statement = (
        update(Item)
        .where(col(Item.id) == item_id, col(Item.leased) > 0)
        .values(leased=col(Item.leased) - 1, answered=col(Item.answered) + 1, state=_state_after_return())
        .returning(col(Item.answered), col(Item.overlap))
    )
    row = session.execute(statement, execution_options=_RAW).first()
    if row is None:
        raise ConflictError(f"Item {item_id} holds no slot for this answer.")
    return bool(row.answered >= row.overlap)


def take_back_answer(session: Session, item_id: str) -> None:
    """Open the slot of an answer that was withdrawn."""
    statement = (
        update(Item)
        .where(col(Item.id) == item_id, col(Item.answered) > 0)
        .values(answered=col(Item.answered) - 1)
        .returning(col(Item.id))
    )
    if session.execute(statement, execution_options=_RAW).first() is None:
        raise ConflictError(f"Item {item_id} has no answer to take back.")


def ask_another(session: Session, at: datetime, item_id: str, most: int) -> bool:
    """Open one slot more, up to `most`; False where there are as many already."""
    statement = (
        update(Item)
        .where(col(Item.id) == item_id, col(Item.overlap) < most)
        .values(overlap=col(Item.overlap) + 1)
        .returning(col(Item.overlap))
    )
    row = session.execute(statement, execution_options=_RAW).first()
    if row is not None:
        audit.record(session, at, audit.SERVICE, "item.another_asked", item_id, overlap=row.overlap)
    return row is not None


def open_slots(session: Session, item_id: str, people: int) -> None:
    """Open slots for so many more people than have answered or hold the item now."""
    statement = update(Item).where(col(Item.id) == item_id)
    session.execute(statement.values(overlap=col(Item.answered) + col(Item.leased) + people), execution_options=_RAW)


def close_slots(session: Session, item_id: str) -> bool:
    """Take back the slots that nobody holds; False while somebody holds one. The item's row must be locked."""
    statement = update(Item).where(col(Item.id) == item_id, col(Item.leased) == 0).values(overlap=col(Item.answered))
    return session.execute(statement.returning(col(Item.id)), execution_options=_RAW).first() is not None


def move(session: Session, at: datetime, actor: str, item_id: str, to: ItemState, **detail: Any) -> bool:
    """Move the item to `to`; False when it is there already.

    Raises:
        ConflictError: the life of an item does not allow that step.
    """
    item = session.get(Item, item_id, with_for_update=True, populate_existing=True)
    if item is None or (to not in TRANSITIONS[ItemState(item.state)] and item.state != to):
        raise ConflictError(f"An item that is {item.state if item else 'gone'} can't become {to.value}.")
    if item.state == to:
        return False
    audit.record(session, at, actor, f"item.{to.value}", item_id, before=item.state, **detail)
    item.state = to.value
    session.add(item)
    session.flush()
    return True


_RAW = {"synchronize_session": False}


def _state_after_return() -> ColumnElement[str]:
    """An item that is not out for labelling any more (quarantined, say) keeps its state."""
    held = col(Item.state).in_([ItemState.READY.value, ItemState.LEASED.value])
    still = case((col(Item.leased) > 1, ItemState.LEASED.value), else_=ItemState.READY.value)
    return case((held, still), else_=col(Item.state))
