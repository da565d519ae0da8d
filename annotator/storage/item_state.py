"""The only module that changes an item's state or counters; each change writes the audit log in the same transaction.

Counters change by conditional `UPDATE`s whose condition is the rule itself, so two processes cannot both win the last slot.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, case
from sqlalchemy.orm.util import identity_key
from sqlmodel import Session, col, select, update

from annotator.domain.errors import ConflictError
from annotator.domain.items import TRANSITIONS, ItemState
from annotator.domain.webhooks import Event
from annotator.storage import audit, webhooks
from annotator.storage.prepared import Prepared
from annotator.storage.tables import Item


def take_slot(session: Session, item_id: str) -> bool:
    """Hold one of the item's open slots; False when none is open any more."""
    return _TAKE_SLOT.first(session, item=item_id) is not None


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


def record_answer(session: Session, item_id: str, told: Mapping[str, Any] | None = None) -> bool:
    """Turn a held slot into an answer; True when the item's overlap is met by it.

    `told` are the columns of its posterior, where the answer moves it: one write of a row with many indexes costs half of two.
    """
    if told is None:
        row = _ANSWER.first(session, item=item_id)
    else:
        row = _ANSWER_TELLING.first(session, item=item_id, **{f"to_{name}": value for name, value in told.items()})
    if row is None:
        raise ConflictError(f"Item {item_id} holds no slot for this answer.")
    answered, overlap = row
    return bool(answered >= overlap)


def record_import(session: Session, item_id: str) -> None:
    """Count an answer that came from another tool, on a slot of its own where none is open. The item's row must be locked."""
    more = col(Item.answered) + 1
    room = case((col(Item.overlap) < more + col(Item.leased), more + col(Item.leased)), else_=col(Item.overlap))
    statement = update(Item).where(col(Item.id) == item_id).values(answered=more, overlap=room)
    session.execute(statement, execution_options=_RAW)


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
    """Open slots for so many more people than have answered or hold the item now; all of them are waited for."""
    all_of_them = col(Item.answered) + col(Item.leased) + people
    statement = update(Item).where(col(Item.id) == item_id).values(overlap=all_of_them, at_least=all_of_them)
    session.execute(statement, execution_options=_RAW)


def hold(session: Session, at: datetime, actor: str, item_id: str, *, on: bool, **detail: Any) -> None:
    """Stop handing an item out, or begin again. Whoever holds it may finish it."""
    session.execute(update(Item).where(col(Item.id) == item_id).values(on_hold=on), execution_options=_RAW)
    audit.record(session, at, actor, "item.held" if on else "item.released", item_id, **detail)


def set_precedence(session: Session, at: datetime, actor: str, item_id: str, precedence: int, **detail: Any) -> None:
    """Give an item its place in the order: 1 before all others, -1 after them, 0 the usual one."""
    values = {"precedence": precedence}
    session.execute(update(Item).where(col(Item.id) == item_id).values(**values), execution_options=_RAW)
    audit.record(session, at, actor, "item.precedence", item_id, **values, **detail)


def insist(session: Session, at: datetime, actor: str, item_id: str, **detail: Any) -> None:
    """Ask one more person for certain: the item is not settled before they have answered. Its row must be locked."""
    one_more = col(Item.overlap) + 1
    statement = update(Item).where(col(Item.id) == item_id).values(overlap=one_more, at_least=one_more)
    row = session.execute(statement.returning(col(Item.overlap)), execution_options=_RAW).one()
    audit.record(session, at, actor, "item.another_asked", item_id, overlap=row.overlap, **detail)


def set_slots(session: Session, item_id: str, overlap: int, at_least: int) -> None:
    """Give an item the slots that it had before something is taken back; never fewer than are held or answered."""
    held = col(Item.answered) + col(Item.leased)
    most = case((held > overlap, held), else_=overlap)
    values = {"overlap": most, "at_least": at_least}
    session.execute(update(Item).where(col(Item.id) == item_id).values(**values), execution_options=_RAW)


def bring_back(session: Session, at: datetime, actor: str, item_id: str, to: ItemState, **detail: Any) -> None:
    """Put an item where it was before a step that is taken back: the one way that `TRANSITIONS` does not know. Its row must
    be locked.
    """
    item = session.get_one(Item, item_id, populate_existing=True)
    audit.record(session, at, actor, f"item.{to.value}", item_id, before=item.state, **detail)
    item.state = to.value
    session.add(item)
    session.flush()


def set_overlap(session: Session, at: datetime, item_ids: Sequence[str], overlap: int) -> None:
    """Give items so many slots, as the project's settings have it. Their rows must be locked, and hold or have answered no more."""
    session.execute(update(Item).where(col(Item.id).in_(item_ids)).values(overlap=overlap), execution_options=_RAW)
    for item_id in item_ids:
        audit.record(session, at, audit.SERVICE, "item.overlap", item_id, overlap=overlap)


def close_slots(session: Session, item_id: str) -> bool:
    """Take back the slots that nobody holds; False while somebody holds one. The item's row must be locked."""
    statement = update(Item).where(col(Item.id) == item_id, col(Item.leased) == 0).values(overlap=col(Item.answered))
    return session.execute(statement.returning(col(Item.id)), execution_options=_RAW).first() is not None


def move(session: Session, at: datetime, actor: str, item_id: str, to: ItemState, **detail: Any) -> bool:
    """Move the item to `to`; False when it is there already.

    Raises:
        ConflictError: the life of an item does not allow that step.
    """
    state, project_id, public_id = _LOCK_STATE.first(session, item=item_id) or ("gone", "", "")
    if state == to:
        return False
    if state == "gone" or to not in TRANSITIONS[ItemState(state)]:
        raise ConflictError(f"An item that is {state} can't become {to.value}.")
    audit.record(session, at, actor, f"item.{to.value}", item_id, before=state, **detail)
    _SET_STATE.run(session, item=item_id, to_state=to.value)
    _read_again(session, item_id)
    if to in _TOLD:
        webhooks.emit(session, at, project_id, _TOLD[to], {"item": public_id, "state": to.value})
    return True


def _read_again(session: Session, item_id: str) -> None:
    """Let whoever holds the item as an object of this session see what was changed past it."""
    held = session.identity_map.get(identity_key(Item, item_id))
    if held is not None:
        session.refresh(held)


_RAW = {"synchronize_session": False}
_POSTERIOR = ("posterior", "risk", "priority")
_TOLD = {ItemState.AGREED: Event.ITEM_AGREED, ItemState.GOLD: Event.ITEM_ADJUDICATED}


def _state_after_return() -> ColumnElement[str]:
    """An item that is not out for labelling any more (quarantined, say) keeps its state."""
    held = col(Item.state).in_([ItemState.READY.value, ItemState.LEASED.value])
    still = case((col(Item.leased) > 1, ItemState.LEASED.value), else_=ItemState.READY.value)
    return case((held, still), else_=col(Item.state))


_LOCK_STATE = Prepared(
    select(Item.state, Item.project_id, Item.public_id).where(Item.id == bindparam("item")).with_for_update()
)
_SET_STATE = Prepared(update(Item).where(col(Item.id) == bindparam("item")).values(state=bindparam("to_state")))
_TAKE_SLOT = Prepared(
    update(Item)
    .where(col(Item.id) == bindparam("item"), col(Item.open_slots) > 0)
    .values(leased=col(Item.leased) + 1, state=ItemState.LEASED.value)
    .returning(col(Item.id))
)
_ANSWERING = (
    update(Item)
    .where(col(Item.id) == bindparam("item"), col(Item.leased) > 0)
    .values(leased=col(Item.leased) - 1, answered=col(Item.answered) + 1, state=_state_after_return())
    .returning(col(Item.answered), col(Item.overlap))
)
_ANSWER = Prepared(_ANSWERING)
_ANSWER_TELLING = Prepared(
    _ANSWERING.values({name: bindparam(f"to_{name}", type_=getattr(Item, name).type) for name in _POSTERIOR})
)
