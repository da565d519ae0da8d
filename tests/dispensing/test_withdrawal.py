"""Withdrawing answers: they are gone, what rested on them is worked out anew, and the books still balance."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from sqlmodel import select

from annotator.dispensing.dispense import Dispensed, Nothing
from annotator.dispensing.returns import skip
from annotator.dispensing.withdrawal import finish_withdrawals, leave
from annotator.domain.clock import ManualClock
from annotator.domain.errors import LeaseExpiredError
from annotator.domain.items import ItemState
from annotator.domain.leases import EmptyReason
from annotator.domain.limits import UNLIMITED
from annotator.insight.consensus import drift_from_refit, refit, refit_if_due
from annotator.storage import consensus, item_state, onboarding, withdrawal
from annotator.storage.outbox import OutboxKind
from annotator.storage.tables import Annotation, Outbox, StudioChange
from annotator.storage.tables_people import Tombstone
from tests.world import SCHEMA, World, empty


def everybody_answers(world, people, ratings):
    """Every person answers every item; `ratings` by person."""
    for person in people:
        while isinstance(given := world.next(person), Dispensed):
            world.answer_marked(person, given.lease_id, "FEE", ratings[person])


def go(world, person, *, withdraw=True):
    return leave(world.database, SCHEMA, person, world.clock.now(), withdraw_answers=withdraw)


def rows(world, table):
    with world.database.reading() as session:
        return list(session.exec(select(table)))


def test_who_stops_keeps_their_answers_and_gets_nothing_more(world, no_limits):
    world.add_items(2)
    (ada,) = world.volunteers(1)
    world.answer(ada, world.next(ada).lease_id)
    held = world.next(ada)
    assert go(world, ada, withdraw=False) == 0
    assert world.next(ada) == Nothing(EmptyReason.ONBOARDING)
    with pytest.raises(LeaseExpiredError):
        world.answer(ada, held.lease_id)
    assert len(rows(world, Annotation)) == 1
    world.check_books()


def test_withdrawn_answers_are_gone_with_every_copy_and_a_stone_stands_there(world, no_limits):
    (name,) = world.add_items(1)
    ada, ben, cyn = world.volunteers(3)
    everybody_answers(world, (ada, ben, cyn), {ada: "3", ben: "1", cyn: "1"})
    before = {row.person_id: row.id for row in rows(world, Annotation)}
    with world.database.writing() as session:
        moment = world.clock.now()
        session.add(
            StudioChange(
                item_id=world.item(name).id,
                annotation_id=before[ada],
                ls_annotation_id=7,
                result=[],
                changed_at=moment,
                seen_at=moment,
            )
        )
    assert go(world, ada) == 1
    assert {row.person_id for row in rows(world, Annotation)} == {ben, cyn}
    assert rows(world, StudioChange) == []
    (stone,) = rows(world, Tombstone)
    assert (stone.annotation_id, stone.person_id) == (before[ada], ada)
    assert set(Tombstone.__table__.columns.keys()).isdisjoint(
        {"answer", "labels", "result", "rating", "lead_time", "key"}
    )
    kinds = {(row.kind, row.subject) for row in rows(world, Outbox)}
    assert (OutboxKind.ANNOTATION_WITHDRAWN, before[ada]) in kinds
    assert (OutboxKind.ANNOTATION, before[ada]) not in kinds
    world.check_books()


def test_the_item_opens_again_for_anybody_but_its_giver_and_settles_anew(world, no_limits):
    (name,) = world.add_items(1)
    ada, ben, cyn, dan = world.volunteers(4)
    everybody_answers(world, (ada, ben, cyn), {ada: "3", ben: "3", cyn: "1"})
    assert world.item(name).state == ItemState.AGREED
    go(world, ada)
    item = world.item(name)
    assert (item.state, item.answered, item.open_slots) == (ItemState.READY, 2, 1)
    with world.database.writing() as session:
        onboarding.complete(session, world.clock.now(), ada)
    assert world.next(ada) == Nothing(EmptyReason.DONE) or world.next(ada).reason is EmptyReason.HELD
    world.answer(dan, world.next(dan).lease_id, "1")
    assert world.item(name).state == ItemState.AGREED
    world.check_books()


def test_the_posterior_is_that_of_what_is_left(world, no_limits):
    one, other = world.add_items(2)
    ada, ben = world.volunteers(2)
    given = world.next(ada)
    world.answer(ada, given.lease_id, "3")
    alone = given.public_id
    both = other if alone == one else one
    everybody_answers(world, (ada,), {ada: "3"})
    world.answer(ben, next_on(world, ben, both), "0")
    before = world.item(both).posterior
    go(world, ada)
    assert (world.item(alone).posterior, world.item(alone).risk) == (None, None)
    after = world.item(both).posterior
    assert after != before
    assert max(range(4), key=after.__getitem__) == 0


def next_on(world, person, name):
    while (given := world.next(person)).public_id != name:
        skip(world.database, person, given.lease_id, world.clock.now())
    return given.lease_id


def test_a_withdrawal_makes_a_refit_due_and_the_fit_forgets_the_giver(world, no_limits):
    world.add_items(12)
    people = world.volunteers(3)
    everybody_answers(world, people, dict(zip(people, "123", strict=True)))
    assert refit(world.database, world.project, SCHEMA, world.clock.now())
    assert not refit_if_due(world.database, world.project, SCHEMA, world.clock.now())
    go(world, people[0])
    with world.database.reading() as session:
        assert people[0] not in consensus.skills_of(session, world.project.id, "concern")
    assert refit_if_due(world.database, world.project, SCHEMA, world.clock.now())
    assert drift_from_refit(world.database, world.project, SCHEMA) <= consensus.MOVED
    assert not refit_if_due(world.database, world.project, SCHEMA, world.clock.now())


@pytest.mark.parametrize("state", [ItemState.QUARANTINED, ItemState.WITHDRAWN, ItemState.GOLD])
def test_what_is_shut_away_or_gold_stays_so(world, no_limits, state):
    (name,) = world.add_items(1)
    people = world.volunteers(3)
    everybody_answers(world, people, dict.fromkeys(people, "1"))
    with world.database.writing() as session:
        item_state.move(session, world.clock.now(), "test", world.item(name).id, state)
    go(world, people[0])
    item = world.item(name)
    assert (item.state, item.answered, item.open_slots) == (state, 2, 0)
    world.check_books()


def test_what_a_stopped_process_left_is_finished_later_and_new_answers_stay(world, no_limits):
    world.add_items(3)
    (ada,) = world.volunteers(1)
    everybody_answers(world, (ada,), {ada: "1"})
    with world.database.writing() as session:
        withdrawal.depart(session, world.clock.now(), ada, withdraws=True)
    world.pass_time(minutes=1)
    world.add_items(1, first=3)
    world.answer(ada, world.next(ada).lease_id)
    assert finish_withdrawals(world.database, SCHEMA, world.clock.now()) == 3
    assert finish_withdrawals(world.database, SCHEMA, world.clock.now()) == 0
    assert len(rows(world, Annotation)) == 1
    world.check_books()


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from(["answer", "skip", "leave", "back"])), max_size=40))
def test_the_books_balance_whatever_order_people_come_and_go_in(database, steps):
    empty(database)
    world = World(database, ManualClock(datetime(2026, 3, 2, 9, 0, tzinfo=UTC)), limits=UNLIMITED)
    world.add_items(3)
    people = world.volunteers(5)
    for who, what in steps:
        person = people[who]
        world.pass_time(seconds=1)
        if what == "leave":
            go(world, person)
        elif what == "back":
            with database.writing() as session:
                onboarding.complete(session, world.clock.now(), person)
        elif isinstance(given_ := world.next(person), Dispensed):
            if what == "answer":
                world.answer(person, given_.lease_id, str(who % 4))
            else:
                skip(database, person, given_.lease_id, world.clock.now())
        world.check_books()
    assert finish_withdrawals(database, SCHEMA, world.clock.now()) == 0
