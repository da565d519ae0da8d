"""What a bulk action does to one item, and how that is taken back. All states and counters change through `item_state`.

An item's row is locked by the caller. Doing returns what the item was before; undoing returns why it cannot be undone, in a few
words, and an empty string where it was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from annotator.dispensing.returns import shut
from annotator.domain.bulk import Action, precedence_of
from annotator.domain.items import SHUT, ItemState
from annotator.quality import bank
from annotator.storage import adjudication, bulk, consensus, controls, item_state, mirror, outbox
from annotator.storage.outbox import OutboxKind
from annotator.storage.tables import Item, Project

Before = dict[str, Any]
_FINISHED = {ItemState.AGREED.value, ItemState.ADJUDICATING.value, ItemState.GOLD.value}


@dataclass(frozen=True, slots=True)
class Hand:
    """Whose hand it is, when, and for which action; all of it goes into the audit log."""

    session: Session
    project: Project
    actor: str
    bulk_id: str
    now: datetime


def do(hand: Hand, action: Action, item: Item) -> Before:
    """Do it to one item; return what it was before.

    Raises:
        ConflictError: it cannot be done after all; nothing was changed then.
    """
    state = ItemState.READY.value if item.state == ItemState.LEASED else item.state
    before = {"state": state, "overlap": item.overlap, "at_least": item.at_least, "precedence": item.precedence}
    _DO[action](hand, action, item)
    return before


def undo(hand: Hand, action: Action, item: Item, before: Before) -> str:
    """Take it back from one item; return why not, where it cannot be."""
    return _UNDO[action](hand, action, item, before)


def _withdraw(hand: Hand, _: Action, item: Item) -> None:
    shut(hand.session, hand.actor, item.id, ItemState.WITHDRAWN, hand.now, bulk=hand.bulk_id)
    if item.answered:
        consensus.ask_refit(hand.session, hand.project.id)


def _restore(hand: Hand, _: Action, item: Item, before: Before) -> str:
    if item.state != ItemState.WITHDRAWN:
        return "not withdrawn any more"
    to = ItemState(before["state"])
    if to in {ItemState.AGREED, ItemState.ADJUDICATING} and item.answered < item.overlap:
        to = ItemState.READY  # an answer was taken back by its giver meanwhile
    outbox.cancel(hand.session, OutboxKind.ITEM_WITHDRAWN, item.id)
    _bring_back(hand, item, to)
    if to.value not in SHUT:
        mirror.mirror_again(hand.session, item.id, hand.now)
    if item.answered:
        consensus.ask_refit(hand.session, hand.project.id)
    return ""


def _hold(hand: Hand, action: Action, item: Item) -> None:
    item_state.hold(hand.session, hand.now, hand.actor, item.id, on=action is Action.HOLD, bulk=hand.bulk_id)


def _hold_back(hand: Hand, action: Action, item: Item, _: Before) -> str:
    was_held = action is Action.RELEASE
    if item.on_hold == was_held:
        return "put on hold again since" if was_held else "released since"
    if was_held and item.state in _FINISHED:
        return "finished since"
    item_state.hold(hand.session, hand.now, hand.actor, item.id, on=was_held, undone=hand.bulk_id)
    return ""


def _place(hand: Hand, action: Action, item: Item) -> None:
    precedence = precedence_of(action) or 0
    item_state.set_precedence(hand.session, hand.now, hand.actor, item.id, precedence, bulk=hand.bulk_id)


def _place_back(hand: Hand, action: Action, item: Item, before: Before) -> str:
    if item.precedence != precedence_of(action):
        return "given another place since"
    item_state.set_precedence(hand.session, hand.now, hand.actor, item.id, before["precedence"], undone=hand.bulk_id)
    return ""


def _adjudicate(hand: Hand, _: Action, item: Item) -> None:
    item_state.close_slots(hand.session, item.id)
    item_state.move(hand.session, hand.now, hand.actor, item.id, ItemState.ADJUDICATING, bulk=hand.bulk_id)


def _adjudicate_back(hand: Hand, _: Action, item: Item, before: Before) -> str:
    if item.state != ItemState.ADJUDICATING:
        return f"{item.state} since"
    if bulk.subject_of(hand.session, item.id, hand.now).on_bench:
        return "on an adjudicator's bench now"
    if adjudication.decisions(hand.session, item.id):
        return "an adjudicator has decided on it"
    item_state.set_slots(hand.session, item.id, before["overlap"], before["at_least"])
    _bring_back(hand, item, ItemState(before["state"]))
    return ""


def _ask(hand: Hand, _: Action, item: Item) -> None:
    item_state.insist(hand.session, hand.now, hand.actor, item.id, bulk=hand.bulk_id)
    if item.state in _FINISHED:
        item_state.move(hand.session, hand.now, hand.actor, item.id, ItemState.READY, bulk=hand.bulk_id)


def _ask_back(hand: Hand, _: Action, item: Item, before: Before) -> str:
    finished = before["state"] in _FINISHED
    if item.state in _FINISHED or item.answered + item.leased >= item.overlap:
        return "somebody has answered it since, or is about to"
    if finished and item.leased:
        return "somebody is labelling it now"
    if not finished and not item.leased and item.answered >= before["overlap"]:
        return "all others have answered since"
    item_state.set_slots(hand.session, item.id, before["overlap"], before["at_least"])
    if finished:
        _bring_back(hand, item, ItemState(before["state"]))
    return ""


def _control(hand: Hand, _: Action, item: Item) -> None:
    bank.make_control(hand.session, hand.project, item, hand.actor, hand.now)


def _control_back(hand: Hand, _: Action, item: Item, __: Before) -> str:
    made = controls.made_from(hand.session, item.id)
    if made is None or not controls.retire(hand.session, made.item_id, hand.now):
        return "retired since"
    return "somebody has met it already; it is retired instead" if controls.met(hand.session, made.item_id) else ""


def _bring_back(hand: Hand, item: Item, to: ItemState) -> None:
    item_state.bring_back(hand.session, hand.now, hand.actor, item.id, to, undone=hand.bulk_id)


_DO: dict[Action, Callable[[Hand, Action, Item], None]] = {
    Action.WITHDRAW: _withdraw,
    Action.HOLD: _hold,
    Action.RELEASE: _hold,
    Action.RAISE: _place,
    Action.LOWER: _place,
    Action.USUAL: _place,
    Action.ADJUDICATE: _adjudicate,
    Action.ASK_ANOTHER: _ask,
    Action.MAKE_CONTROL: _control,
}
_UNDO: dict[Action, Callable[[Hand, Action, Item, Before], str]] = {
    Action.WITHDRAW: _restore,
    Action.HOLD: _hold_back,
    Action.RELEASE: _hold_back,
    Action.RAISE: _place_back,
    Action.LOWER: _place_back,
    Action.USUAL: _place_back,
    Action.ADJUDICATE: _adjudicate_back,
    Action.ASK_ANOTHER: _ask_back,
    Action.MAKE_CONTROL: _control_back,
}
