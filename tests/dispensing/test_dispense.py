"""What the dispenser promises, one promise a test."""

from __future__ import annotations

import pytest

from annotator.dispensing.dispense import Dispensed, Nothing
from annotator.dispensing.returns import flag, release, skip
from annotator.domain.errors import ConflictError, LeaseExpiredError, NotFoundError
from annotator.domain.items import ItemState
from annotator.domain.leases import EmptyReason
from annotator.storage.items import order_key
from annotator.storage.tables import Person
from tests.world import SCHEMA

PERSONAL, DISTRESSING = SCHEMA.flags


def test_asking_twice_gives_the_same_lease(world):
    world.add_items(5)
    (ada,) = world.volunteers(1)
    assert world.next(ada) == world.next(ada)
    world.check_books()


def test_one_person_meets_every_item_once(world):
    names = world.add_items(6)
    (ada,) = world.volunteers(1)
    met = []
    while isinstance(given := world.next(ada), Dispensed):
        met.append(given.public_id)
        world.answer(ada, given.lease_id)
    assert sorted(met) == sorted(names)
    assert given == Nothing(EmptyReason.DONE)


def test_items_come_in_the_seeded_order(world):
    names = world.add_items(8)
    (ada,) = world.volunteers(1)
    met = []
    while isinstance(given := world.next(ada), Dispensed):
        met.append(given.public_id)
        world.answer(ada, given.lease_id)
    assert met == sorted(names, key=lambda name: order_key(world.project.order_seed, name))


def test_items_that_miss_fewest_answers_come_first(world):
    world.add_items(10)
    ada, ben = world.volunteers(2)
    for _ in range(4):
        world.answer(ada, world.next(ada).lease_id)
    begun = set()
    for _ in range(4):
        given = world.next(ben)
        begun.add(given.item_id)
        world.answer(ben, given.lease_id)
    assert all(world_item.answered == 2 for world_item in _items(world) if world_item.id in begun)


def test_no_more_people_than_the_overlap(world):
    world.add_items(1)
    people = world.volunteers(4)
    assert all(isinstance(world.next(person), Dispensed) for person in people[:3])
    turned_away = world.next(people[3])
    assert turned_away.reason is EmptyReason.HELD
    assert 0 < turned_away.retry_after <= 1801
    world.check_books()


def test_a_lease_that_expires_returns_to_the_pool(world):
    world.add_items(1)
    people = world.volunteers(4)
    held = [world.next(person) for person in people[:3]]
    world.pass_time(seconds=1801)
    assert isinstance(world.next(people[3]), Dispensed)
    with pytest.raises(LeaseExpiredError):
        world.answer(people[0], held[0].lease_id)
    world.check_books()


def test_a_person_whose_lease_expired_gets_it_back_only_when_nothing_fresh_is_left(world):
    world.add_items(2)
    (ada,) = world.volunteers(1)
    first = world.next(ada)
    world.pass_time(seconds=1801)
    second = world.next(ada)
    assert second.item_id != first.item_id
    world.answer(ada, second.lease_id)
    again = world.next(ada)
    assert (again.item_id, again.lease_id) == (first.item_id, first.lease_id)
    world.answer(ada, again.lease_id)
    assert world.next(ada) == Nothing(EmptyReason.DONE)
    world.check_books()


def test_a_skipped_item_never_comes_back_to_the_same_person(world):
    world.add_items(1)
    ada, ben = world.volunteers(2)
    given = world.next(ada)
    skip(world.database, ada, given.lease_id, world.clock.now())
    skip(world.database, ada, given.lease_id, world.clock.now())
    assert world.next(ada) == Nothing(EmptyReason.DONE)
    assert world.next(ben).item_id == given.item_id
    world.check_books()


def test_a_break_gives_the_item_back(world):
    world.add_items(1)
    (ada,) = world.volunteers(1)
    given = world.next(ada)
    release(world.database, ada, world.clock.now())
    assert world.item(given.public_id).state == ItemState.READY
    assert world.next(ada).lease_id == given.lease_id
    world.check_books()


def test_the_same_key_stores_one_answer(world):
    world.add_items(2)
    (ada,) = world.volunteers(1)
    given = world.next(ada)
    first = world.answer(ada, given.lease_id, key="k1")
    again = world.answer(ada, given.lease_id, key="k1")
    assert (first.annotation_id, True, False) == (again.annotation_id, first.created, again.created)
    with pytest.raises(ConflictError):
        world.answer(ada, world.next(ada).lease_id, key="k1")
    world.check_books()


def test_the_same_key_still_answers_after_the_lease_has_run_out(world):
    world.add_items(1)
    (ada,) = world.volunteers(1)
    given = world.next(ada)
    stored = world.answer(ada, given.lease_id, key="k1")
    world.pass_time(days=1)
    assert world.answer(ada, given.lease_id, key="k1").annotation_id == stored.annotation_id


def test_a_second_answer_to_one_lease_is_refused(world):
    world.add_items(1)
    (ada,) = world.volunteers(1)
    given = world.next(ada)
    world.answer(ada, given.lease_id)
    with pytest.raises(LeaseExpiredError):
        world.answer(ada, given.lease_id)
    world.check_books()


def test_another_persons_lease_does_not_exist(world):
    world.add_items(1)
    ada, ben = world.volunteers(2)
    given = world.next(ada)
    with pytest.raises(NotFoundError):
        world.answer(ben, given.lease_id)
    with pytest.raises(NotFoundError):
        skip(world.database, ben, given.lease_id, world.clock.now())


@pytest.mark.parametrize(
    ("ratings", "state"),
    [
        (("2", "2", "0"), ItemState.AGREED),
        (("0", "1", "2"), ItemState.ADJUDICATING),
        (("CT", "CT", "2"), ItemState.ADJUDICATING),
        (("CT", "2", "2"), ItemState.AGREED),
    ],
)
def test_a_full_item_is_agreed_or_goes_to_adjudication(world, ratings, state):
    (name,) = world.add_items(1)
    for person, rating in zip(world.volunteers(3), ratings, strict=True):
        world.answer(person, world.next(person).lease_id, rating)
    assert world.item(name).state == state
    world.check_books()


def test_personal_data_takes_the_item_from_everybody_at_once(world):
    (name,) = world.add_items(1)
    ada, ben, cyn = world.volunteers(3)
    held = {person: world.next(person) for person in (ada, ben)}
    flag(world.database, ada, held[ada].lease_id, PERSONAL, None, world.clock.now())
    assert world.item(name).state == ItemState.QUARANTINED
    with pytest.raises(LeaseExpiredError):
        world.answer(ben, held[ben].lease_id)
    assert isinstance(world.next(cyn), Nothing)
    world.check_books()


def test_a_distressing_item_leaves_only_the_person_who_said_so(world):
    world.add_items(1)
    ada, ben = world.volunteers(2)
    given = world.next(ada)
    flag(world.database, ada, given.lease_id, DISTRESSING, None, world.clock.now())
    assert world.next(ada) == Nothing(EmptyReason.DONE)
    assert isinstance(world.next(ben), Dispensed)


def test_people_who_may_not_label_are_told_why(world):
    world.add_items(1)
    ada, ben = world.volunteers(2)
    with world.database.writing() as session:
        session.get_one(Person, ada).qualified_at = None
        session.get_one(Person, ben).paused_at = world.clock.now()
    assert world.next(ada) == Nothing(EmptyReason.NOT_QUALIFIED)
    assert world.next(ben) == Nothing(EmptyReason.PAUSED)


def test_an_empty_pool_says_so(world):
    (ada,) = world.volunteers(1)
    assert world.next(ada) == Nothing(EmptyReason.NONE)
    world.add_items(1, ItemState.QUARANTINED)
    assert world.next(ada) == Nothing(EmptyReason.NONE)


def _items(world):
    from sqlmodel import select

    from annotator.storage.tables import Item

    with world.database.reading() as session:
        return list(session.exec(select(Item)))
