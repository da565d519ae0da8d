"""Who is asked about what, under a model and without one."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from annotator.dispensing.dispense import Dispensed, Nothing, next_item
from annotator.dispensing.returns import skip
from annotator.dispensing.routing import Pick
from annotator.domain.items import ItemState
from annotator.domain.leases import EmptyReason
from annotator.storage import item_state
from annotator.storage.tables import Item
from tests.dispensing.picking import answer_all, picks_of, with_model
from tests.world import SCHEMA

pytestmark = pytest.mark.usefixtures("no_limits")


def test_the_model_asks_about_what_it_is_least_sure_of(world):
    names = world.add_items(30)
    doubtful = names[17]
    with_model(world, dict.fromkeys(names, (0.97, 0.01, 0.01, 0.01)) | {doubtful: (0.25, 0.25, 0.25, 0.25)})
    (ada,) = world.volunteers(1)
    assert world.next(ada).public_id == doubtful
    (lease,) = picks_of(world)
    assert (lease.pick, lease.propensity) == (Pick.MODEL, None)


def test_of_two_doubtful_items_the_one_that_takes_less_time_comes_first(world):
    short, long = world.add_items(2)
    with world.database.writing() as session:
        session.get_one(Item, world.item(long).id).text = "Posting: " + "work and housing and pay " * 40
    even = (0.25, 0.25, 0.25, 0.25)
    with_model(world, {short: even, long: even}, pace=(5.0, 0.05))
    (ada,) = world.volunteers(1)
    assert world.next(ada).public_id == short


def test_people_finish_what_is_begun_before_the_model_begins_more(world):
    names = world.add_items(150)
    with_model(world, dict.fromkeys(names, (0.4, 0.3, 0.2, 0.1)))
    ada, ben = world.volunteers(2)
    begun = set()
    for _ in range(100):
        given = world.next(ada)
        begun.add(given.public_id)
        world.answer(ada, given.lease_id)
    assert all(world.next(ben).public_id in begun for _ in range(3))


def test_without_proven_lift_chance_orders_all_but_a_trial_share(world):
    world.change(audit_share=0.1)
    names = world.add_items(300)
    with_model(world, dict.fromkeys(names, (0.4, 0.3, 0.2, 0.1)), share=0.2)
    (ada,) = world.volunteers(1)
    rng = np.random.default_rng(3)
    for _ in range(200):
        given = next_item(world.database, world.project, SCHEMA, ada, world.clock.now(), rng)
        world.answer(ada, given.lease_id)
    picked = Counter(lease.pick for lease in picks_of(world))
    assert picked[Pick.MODEL] / 200 == pytest.approx(0.2, abs=0.08)
    assert picked[Pick.AUDIT] / 200 == pytest.approx(0.1, abs=0.06)
    assert picked[Pick.RANDOM] == 200 - picked[Pick.MODEL] - picked[Pick.AUDIT]


def test_audit_picks_come_from_the_slice_in_its_own_order_with_their_propensity(world):
    world.change(audit_share=0.3)
    names = world.add_items(200)
    key = {item.id: item.audit_key / 2**63 for item in map(world.item, names)}
    assert np.mean([value < 0.3 for value in key.values()]) == pytest.approx(0.3, abs=0.12)
    (ada,) = world.volunteers(1)
    for _ in range(60):
        world.answer(ada, world.next(ada).lease_id)
    audited = [lease for lease in picks_of(world) if lease.pick == Pick.AUDIT]
    keys = [key[lease.item_id] for lease in audited]
    assert audited
    assert keys == sorted(keys)
    assert max(keys) < 0.3
    assert {lease.propensity for lease in audited} == {0.3}
    assert {lease.propensity for lease in picks_of(world)} == {None, 0.3}


def test_the_model_gives_nobody_an_item_twice_and_none_that_they_skipped(world):
    names = world.add_items(6)
    with_model(world, dict.fromkeys(names, (0.4, 0.3, 0.2, 0.1)))
    (ada,) = world.volunteers(1)
    first = world.next(ada)
    skip(world.database, ada, first.lease_id, world.clock.now())
    assert sorted([first.public_id, *answer_all(world, ada)]) == sorted(names)
    assert world.next(ada) == Nothing(EmptyReason.DONE)


def test_a_withdrawn_item_is_never_picked_by_the_model(world):
    names = world.add_items(3)
    with_model(world, dict.fromkeys(names, (0.4, 0.3, 0.2, 0.1)))
    with world.database.writing() as session:
        item_state.move(session, world.clock.now(), "test", world.item(names[0]).id, ItemState.WITHDRAWN)
    (ada,) = world.volunteers(1)
    assert sorted(answer_all(world, ada)) == names[1:]


def test_many_people_at_once_under_the_model_take_no_slot_twice(world):
    """As the fixed overlap does: audit, model and chance together, each item asked about until it is certain or four have said."""
    world.change(overlap=2, max_overlap=4, audit_share=0.2)
    names = world.add_items(40)
    with_model(world, dict.fromkeys(names, (0.4, 0.3, 0.2, 0.1)), share=0.6)
    people = world.volunteers(12)

    def work(person):
        rng = np.random.default_rng(people.index(person))
        while True:
            given = next_item(world.database, world.project, SCHEMA, person, world.clock.now(), rng)
            if isinstance(given, Dispensed):
                honest = int(given.public_id[-2:]) % 4
                world.answer(person, given.lease_id, str(honest if rng.random() < 0.8 else rng.integers(4)))
            elif given.reason is not EmptyReason.HELD:
                return

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(work, people))
    found = [world.item(name) for name in names]
    assert {item.state for item in found} <= {ItemState.AGREED, ItemState.ADJUDICATING}
    assert all(2 <= item.answered <= 4 for item in found)
    assert len({item.answered for item in found}) > 1
    assert all(item.answered == 4 for item in found if item.state == ItemState.ADJUDICATING)
    assert all(item.risk <= 0.02 for item in found if item.state == ItemState.AGREED)
    world.check_books()
