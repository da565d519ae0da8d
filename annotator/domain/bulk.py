"""Actions on many items at once: what there is, which items each may touch, and why not the others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from annotator.domain.items import ItemState
from annotator.domain.words import marked, worded

MOST_PEOPLE = 50
"""So many people label one item at the very most."""


class Action(StrEnum):
    WITHDRAW = "withdraw"
    HOLD = "hold"
    RELEASE = "release"
    RAISE = "raise"
    LOWER = "lower"
    USUAL = "usual"
    ADJUDICATE = "adjudicate"
    ASK_ANOTHER = "ask-another"
    MAKE_CONTROL = "make-control"


class Progress(StrEnum):
    RUNNING = "running"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"


class Result(StrEnum):
    """What became of one item."""

    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"
    RESTORED = "restored"
    STAYS = "stays"  # it could not be taken back


@dataclass(frozen=True, slots=True)
class Wording:
    """How an action is called, and what it does and leaves alone, in a sentence."""

    title: str
    does: str


WORDING = {
    Action.WITHDRAW: Wording(
        "Withdraw",
        "Takes them out of the pool, the consensus, Label Studio and coming releases. Whoever holds one is given another.",
    ),
    Action.HOLD: Wording("Hold", "Nobody new is handed them for now. Whoever holds one may finish it."),
    Action.RELEASE: Wording("Release", "Hands out again what was put on hold."),
    Action.RAISE: Wording(
        "Raise", "They are handed out before all others. What the audit hands out stays left to chance."
    ),
    Action.LOWER: Wording(
        "Lower", "They are handed out after all others. What the audit hands out stays left to chance."
    ),
    Action.USUAL: Wording("Usual priority", "They are handed out in the usual order again."),
    Action.ADJUDICATE: Wording("Send to adjudication", "An adjudicator decides. The answers stay as they were given."),
    Action.ASK_ANOTHER: Wording(
        "Ask for one more answer", "One more person labels each. What was agreed or waits for a decision opens again."
    ),
    Action.MAKE_CONTROL: Wording(
        "Make control items", "The adjudicated answer becomes what is expected of volunteers who have not met the text."
    ),
}

_PRECEDENCE = {Action.RAISE: 1, Action.LOWER: -1, Action.USUAL: 0}
_FINISHED = {ItemState.AGREED, ItemState.ADJUDICATING, ItemState.GOLD}


@dataclass(frozen=True, slots=True)
class Subject:
    """What is to be known of an item before something is done to it."""

    state: ItemState
    overlap: int
    leased: int
    answered: int
    on_hold: bool
    precedence: int
    on_bench: bool = False  # an adjudicator has it open
    gold_rating: str | None = None  # of the decision that settled it
    is_control: bool = False


def precedence_of(action: Action) -> int | None:
    """Return the place in the order that an action gives; None where it gives none."""
    return _PRECEDENCE.get(action)


def refusal(action: Action, item: Subject) -> str:
    """Return why nothing is done to an item, in a few words; empty where it is."""
    if item.state is ItemState.WITHDRAWN:
        return marked("withdrawn")
    if item.on_bench and action in {Action.WITHDRAW, Action.ASK_ANOTHER}:
        return marked("on an adjudicator's bench now")
    if item.state is ItemState.QUARANTINED and action is not Action.WITHDRAW:
        return marked("quarantined; two people decide on it")
    return _REFUSALS[action](action, item)


def _not_in_the_pool(action: Action, item: Subject) -> str:
    if action is Action.RELEASE:
        return "" if item.on_hold else marked("not on hold")
    if item.state in _FINISHED:
        return str(worded("{state}; nobody is handed it any more", state=item.state.value))
    if action is Action.HOLD:
        return marked("on hold already") if item.on_hold else ""
    return marked("has that place already") if item.precedence == _PRECEDENCE[action] else ""


def _not_for_adjudication(_: Action, item: Subject) -> str:
    if item.state is ItemState.ADJUDICATING:
        return marked("waits for a decision already")
    if item.state is ItemState.GOLD:
        return marked("gold already; open it again from its own page")
    if item.leased:
        return marked("somebody is labelling it now")
    return "" if item.answered else marked("nobody has answered yet")


def _nobody_more(_: Action, item: Subject) -> str:
    if item.state is ItemState.GOLD:
        return marked("gold already")
    return str(worded("{most} people are asked already", most=MOST_PEOPLE)) if item.overlap >= MOST_PEOPLE else ""


def _no_control(_: Action, item: Subject) -> str:
    if item.state is not ItemState.GOLD:
        return marked("not gold")
    if item.is_control:
        return marked("a control item already")
    return "" if item.gold_rating is not None else marked("nobody can tell what is right")


_REFUSALS: dict[Action, Callable[[Action, Subject], str]] = {
    Action.WITHDRAW: lambda _action, _item: "",
    Action.HOLD: _not_in_the_pool,
    Action.RELEASE: _not_in_the_pool,
    Action.RAISE: _not_in_the_pool,
    Action.LOWER: _not_in_the_pool,
    Action.USUAL: _not_in_the_pool,
    Action.ADJUDICATE: _not_for_adjudication,
    Action.ASK_ANOTHER: _nobody_more,
    Action.MAKE_CONTROL: _no_control,
}
