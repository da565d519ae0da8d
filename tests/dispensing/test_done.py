"""When an item is done, where the number of people follows the certainty; and when it is opened again."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlmodel import col, select

from annotator.dispensing.dispense import Nothing
from annotator.dispensing.finishing import close_certain, reopen_doubtful
from annotator.domain.items import ItemState
from annotator.domain.leases import EmptyReason
from annotator.domain.overlap import Best, Bounds, outcome
from annotator.storage import consensus, item_state
from annotator.storage.tables import Audit
from tests.dispensing.picking import answer_all
from tests.world import SCHEMA

pytestmark = pytest.mark.usefixtures("no_limits")
BOUNDS = Bounds(least=2, most=5, risk=0.02)


@pytest.mark.parametrize(
    ("ratings", "best", "state"),
    [
        (["1"], Best("1", 0.001), None),
        (["1", "1"], Best("1", 0.01), ItemState.AGREED),
        (["1", "1"], Best("1", 0.03), None),
        (["1", None], Best("1", 0.001), None),
        (["1", "2"], Best("0", 0.001), None),
        (["1", "2", "1", "2", "1"], Best("1", 0.2), ItemState.ADJUDICATING),
        ([None] * 5, None, ItemState.ADJUDICATING),
        (["1", "1", "1", "1", "2"], Best("1", 0.001), ItemState.AGREED),
    ],
    ids=[
        "one person never settles an item",
        "certain",
        "uncertain",
        "cannot tell is no rating",
        "what nobody said is never agreed",
        "uncertain at the most people",
        "nobody can tell",
        "certain at the most people",
    ],
)
def test_when_an_item_is_done(ratings, best, state):
    assert outcome(ratings, BOUNDS, best) is state


def test_another_person_is_asked_until_the_item_is_certain(world):
    world.change(overlap=2, max_overlap=5)
    (name,) = world.add_items(1)
    seen = []
    for person in world.volunteers(6):
        given = world.next(person)
        if isinstance(given, Nothing):
            break
        world.answer(person, given.lease_id, "2")
        seen.append(world.item(name))
    assert [item.state for item in seen[:-1]] == [ItemState.READY] * (len(seen) - 1)
    assert seen[-1].state == ItemState.AGREED
    assert 2 < len(seen) <= 5
    assert [item.risk for item in seen] == sorted((item.risk for item in seen), reverse=True)
    assert seen[-2].risk > 0.02 >= seen[-1].risk
    world.check_books()


def test_what_stays_uncertain_goes_to_an_adjudicator_and_to_nobody_else(world):
    world.change(overlap=2, max_overlap=4)
    (name,) = world.add_items(1)
    people = world.volunteers(6)
    for person, rating in zip(people[:4], ("0", "3", "0", "3"), strict=True):
        world.answer(person, world.next(person).lease_id, rating)
    assert world.item(name).state == ItemState.ADJUDICATING
    assert world.next(people[4]) == Nothing(EmptyReason.DONE)
    with world.database.reading() as session:
        raised = session.exec(select(Audit).where(Audit.action == "item.another_asked").order_by(col(Audit.id))).all()
    assert [row.detail["overlap"] for row in raised] == [3, 4]
    world.check_books()


def test_an_item_that_a_refit_makes_certain_is_closed_unless_somebody_holds_it(world):
    world.change(overlap=2, max_overlap=5)
    held, waiting = world.add_items(2)
    ada, ben, cyn = world.volunteers(3)
    for person, rating in ((ada, "1"), (ben, "2")):
        answer_all(world, person, rating)
    given = world.next(cyn)
    with world.database.writing() as session:
        for name in (held, waiting):
            consensus.set_posterior(session, world.item(name).id, [0.001, 0.997, 0.001, 0.001], 0.0)
    assert close_certain(world.database, world.project, SCHEMA, world.clock.now()) == 1
    states = {name: world.item(name).state for name in (held, waiting)}
    assert Counter(states.values()) == {ItemState.AGREED: 1, ItemState.LEASED: 1}
    assert states[given.public_id] == ItemState.LEASED
    world.check_books()


SURE, UNSURE = [0.001, 0.997, 0.001, 0.001], [0.05, 0.9, 0.03, 0.02]


def refit_says(world, name, posterior):
    with world.database.writing() as session:
        consensus.set_posterior(session, world.item(name).id, posterior, 0.0)
    return reopen_doubtful(world.database, world.project, SCHEMA, world.clock.now())


def agreed_item(world, people):
    (name,) = world.add_items(1)
    for person in people:
        world.answer(person, world.next(person).lease_id, "1")
        with world.database.writing() as session:
            consensus.set_posterior(session, world.item(name).id, SURE, 0.0)
    close_certain(world.database, world.project, SCHEMA, world.clock.now())
    assert world.item(name).state == ItemState.AGREED
    return name


def test_an_agreed_item_of_which_a_refit_becomes_unsure_is_opened_for_one_person_more(world):
    world.change(overlap=2, max_overlap=5)
    ada, ben, cyn = world.volunteers(3)
    name = agreed_item(world, [ada, ben])
    assert refit_says(world, name, [0.01, 0.975, 0.01, 0.005]) == 0, "a little above the threshold is no reason"
    assert refit_says(world, name, UNSURE) == 1
    item = world.item(name)
    assert (item.state, item.open_slots) == (ItemState.READY, 1)
    assert isinstance(world.next(ada), Nothing), "nobody is asked twice"
    assert world.next(cyn).public_id == name
    with world.database.reading() as session:
        row = session.exec(select(Audit).where(Audit.action == "item.ready")).one()
    assert (row.detail["before"], row.detail["risk"]) == ("agreed", 0.1)
    world.check_books()


def test_an_agreed_item_that_most_people_have_answered_goes_to_an_adjudicator_when_it_becomes_doubtful(world):
    world.change(overlap=2, max_overlap=3)
    name = agreed_item(world, world.volunteers(3)[:2])
    world.change(overlap=1, max_overlap=2)
    assert refit_says(world, name, UNSURE) == 1
    assert world.item(name).state == ItemState.ADJUDICATING
    world.check_books()


@pytest.mark.parametrize("state", [ItemState.GOLD, ItemState.QUARANTINED, ItemState.WITHDRAWN])
def test_only_agreed_items_are_opened_again(world, state):
    world.change(overlap=2, max_overlap=5)
    name = agreed_item(world, world.volunteers(2))
    with world.database.writing() as session:
        item_state.move(session, world.clock.now(), "someone", world.item(name).id, state)
    assert refit_says(world, name, UNSURE) == 0
    assert world.item(name).state == state


def test_where_the_number_of_people_is_fixed_nothing_is_opened_again(world):
    world.change(overlap=2, max_overlap=2)
    name = agreed_item(world, world.volunteers(2))
    assert refit_says(world, name, UNSURE) == 0
    assert world.item(name).state == ItemState.AGREED
