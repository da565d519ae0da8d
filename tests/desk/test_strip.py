"""The strip counts what the database holds; an item is stuck only while nothing that is going on will move it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select

from annotator.dispensing.returns import skip
from annotator.domain.items import ItemState
from annotator.domain.vetting import VettingStep
from annotator.insight.strip import read_strip
from annotator.insight.stuck import Cause, conditions
from annotator.storage import item_search, item_state, stuck, vetting
from annotator.storage.item_search import Progress, Search
from annotator.storage.tables import Item, Person

pytestmark = pytest.mark.usefixtures("no_limits")


def strip_of(world):
    with world.database.reading() as session:
        return read_strip(session, world.project, None, world.clock.now())


def stuck_of(world):
    return {one.cause: one.count for one in strip_of(world).stuck}


def answer_all(world, person, rating="1"):
    while hasattr(given := world.next(person), "lease_id"):
        world.pass_time(seconds=20)
        world.answer(person, given.lease_id, rating)


def test_progress_adds_up_and_every_count_is_a_search(world):
    world.add_items(6)
    world.add_items(2, ItemState.QUARANTINED, first=6)
    people = world.volunteers(3)
    for person in people:
        for _ in range(2):
            world.answer(person, world.next(person).lease_id)
    world.next(people[0])
    progress = strip_of(world).progress
    assert (progress.agreed, progress.labelling, progress.untouched, progress.quarantined) == (2, 1, 3, 2)
    assert progress.total == 6
    with world.database.reading() as session:
        found = {
            how: item_search.count(session, world.project.id, Search(progress=how), 100)
            for how in (Progress.COMPLETE, Progress.BEGUN, Progress.UNTOUCHED)
        }
    assert found == {
        Progress.COMPLETE: progress.complete,
        Progress.BEGUN: progress.in_progress,
        Progress.UNTOUCHED: progress.untouched,
    }


def test_volunteers_count_as_active_by_what_they_do(world):
    world.add_items(9)
    first, second, _ = world.volunteers(3)
    world.answer(first, world.next(first).lease_id)
    world.pass_time(days=1)
    world.next(second)
    presence = strip_of(world).presence
    assert presence.now == {second}
    assert presence.week == {first}
    world.pass_time(days=7)
    assert strip_of(world).presence.week == frozenset()


def test_answers_by_day_are_those_of_the_project_and_of_whole_days(world):
    world.add_items(40)
    (person,) = world.volunteers(1)
    for number in range(9):
        for _ in range(number % 3 + 1):
            world.answer(person, world.next(person).lease_id)
        world.pass_time(days=1)
    found = strip_of(world)
    assert found.ending.days == 7
    assert found.ending.pace == pytest.approx((3 + 1 + 2 + 3 + 1 + 2 + 3) / 7)
    assert found.answers_today == 0
    assert found.end


def test_an_item_that_everybody_present_has_had_is_stuck_until_somebody_comes(world):
    world.add_items(2)
    one, other = world.volunteers(2)
    answer_all(world, one)
    assert stuck_of(world) == {}
    given = world.next(other)
    assert stuck_of(world) == {Cause.NOBODY: 1}  # the other holds one, and has had neither of the two before
    skip(world.database, other, given.lease_id, world.clock.now())
    answer_all(world, other)
    assert stuck_of(world) == {Cause.NOBODY: 2}
    with world.database.reading() as session:
        condition = conditions(session, world.project, strip_of(world).presence, world.clock.now())[Cause.NOBODY]
        assert len(stuck.page(session, world.project.id, condition, "", 10)) == 2
    world.volunteers(1)
    assert stuck_of(world) == {}


def test_who_is_paused_or_long_gone_or_not_checked_is_not_counted_on(world):
    world.add_items(2)
    world.add_items(1, source="de-identified", first=2)
    (person,) = world.volunteers(1)
    assert stuck_of(world) == {Cause.NOBODY: 1}
    with world.database.writing() as session:
        for step in (VettingStep.IDENTITY, VettingStep.REFERENCES):
            vetting.record(session, world.clock.now(), person, person, step)
    assert stuck_of(world) == {}
    with world.database.writing() as session:
        vetting.pause(session, world.clock.now(), person, person, "Away")
    assert stuck_of(world) == {Cause.NOBODY: 3}
    with world.database.writing() as session:
        vetting.resume(session, world.clock.now(), person, person, "Back")
    assert stuck_of(world) == {}
    world.pass_time(days=15)
    assert stuck_of(world) == {Cause.NOBODY: 3}


def test_leases_run_out_and_those_that_nobody_ends_are_stuck(world):
    world.add_items(1)
    (person,) = world.volunteers(1)
    world.next(person)
    assert strip_of(world).expiring == ()
    world.pass_time(minutes=26)
    assert [name for name, _ in strip_of(world).expiring] == ["item-00000"]
    world.pass_time(minutes=70)
    found = strip_of(world)
    assert found.expiring == ()
    assert {one.cause: one.count for one in found.stuck} == {Cause.OVERDUE: 1}


def test_items_that_wait_for_people_too_long_are_stuck(world):
    world.add_items(1, ItemState.QUARANTINED)
    world.add_items(1, first=1)
    people = world.volunteers(3)
    for person, value in zip(people, "013", strict=True):
        world.answer(person, world.next(person).lease_id, value)
    assert world.item("item-00001").state == ItemState.ADJUDICATING
    world.pass_time(days=2, hours=23)
    assert stuck_of(world) == {}
    world.pass_time(hours=2)
    assert stuck_of(world) == {Cause.ADJUDICATION: 1}
    world.pass_time(days=5)
    assert stuck_of(world) == {Cause.ADJUDICATION: 1, Cause.QUARANTINE: 1}
    with world.database.writing() as session:
        name = session.exec(select(Item.id).where(Item.public_id == "item-00001")).one()
        item_state.move(session, world.clock.now(), "test", name, ItemState.QUARANTINED)
    assert stuck_of(world) == {Cause.QUARANTINE: 1}


def test_nobody_but_volunteers_is_counted(world):
    with world.database.writing() as session:
        now = world.clock.now()
        session.add(Person(pseudonym="C", role="coordinator", qualified_at=now, created_at=now - timedelta(days=1)))
    world.add_items(1)
    assert stuck_of(world) == {Cause.NOBODY: 1}
