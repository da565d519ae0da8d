"""Actions on many items: which of them each may touch, and why not the others."""

from __future__ import annotations

from dataclasses import replace

import pytest

from annotator.domain.bulk import MOST_PEOPLE, Action, Subject, precedence_of, refusal
from annotator.domain.items import ItemState

READY = Subject(ItemState.READY, overlap=3, leased=0, answered=0, on_hold=False, precedence=0)
GOLD = replace(READY, state=ItemState.GOLD, gold_rating="2")
AGREED = replace(READY, state=ItemState.AGREED, answered=3)
QUARANTINED = replace(READY, state=ItemState.QUARANTINED)


@pytest.mark.parametrize(
    ("action", "item", "why"),
    [
        (Action.WITHDRAW, READY, ""),
        (Action.WITHDRAW, GOLD, ""),
        (Action.WITHDRAW, QUARANTINED, ""),
        (Action.WITHDRAW, replace(READY, on_bench=True), "bench"),
        (Action.WITHDRAW, replace(READY, state=ItemState.WITHDRAWN), "withdrawn"),
        (Action.HOLD, READY, ""),
        (Action.HOLD, replace(READY, on_hold=True), "on hold already"),
        (Action.HOLD, replace(READY, on_bench=True), ""),
        (Action.HOLD, AGREED, "agreed; nobody"),
        (Action.HOLD, GOLD, "gold; nobody"),
        (Action.HOLD, QUARANTINED, "two people"),
        (Action.RELEASE, READY, "not on hold"),
        (Action.RELEASE, replace(AGREED, on_hold=True), ""),
        (Action.RAISE, READY, ""),
        (Action.RAISE, replace(READY, precedence=1), "already"),
        (Action.LOWER, READY, ""),
        (Action.LOWER, replace(READY, precedence=-1), "already"),
        (Action.USUAL, replace(READY, precedence=1), ""),
        (Action.USUAL, READY, "already"),
        (Action.USUAL, replace(READY, state=ItemState.ADJUDICATING), "adjudicating; nobody"),
        (Action.ADJUDICATE, replace(READY, answered=1), ""),
        (Action.ADJUDICATE, AGREED, ""),
        (Action.ADJUDICATE, READY, "nobody has answered"),
        (Action.ADJUDICATE, replace(READY, answered=1, leased=1), "somebody"),
        (Action.ADJUDICATE, replace(AGREED, state=ItemState.ADJUDICATING), "waits"),
        (Action.ADJUDICATE, replace(GOLD, answered=3), "gold already"),
        (Action.ASK_ANOTHER, AGREED, ""),
        (Action.ASK_ANOTHER, replace(READY, overlap=MOST_PEOPLE - 1), ""),
        (Action.ASK_ANOTHER, replace(READY, overlap=MOST_PEOPLE), "50 people"),
        (Action.ASK_ANOTHER, GOLD, "gold already"),
        (Action.ASK_ANOTHER, replace(AGREED, on_bench=True), "bench"),
        (Action.MAKE_CONTROL, GOLD, ""),
        (Action.MAKE_CONTROL, AGREED, "not gold"),
        (Action.MAKE_CONTROL, replace(GOLD, is_control=True), "control item already"),
        (Action.MAKE_CONTROL, replace(GOLD, gold_rating=None), "nobody can tell"),
    ],
)
def test_an_item_is_done_or_it_is_said_why_not(action, item, why):
    said = refusal(action, item)
    assert why in said
    assert bool(said) == bool(why)


def test_three_actions_give_a_place_in_the_order():
    assert {action: precedence_of(action) for action in Action if precedence_of(action) is not None} == {
        Action.RAISE: 1,
        Action.LOWER: -1,
        Action.USUAL: 0,
    }
