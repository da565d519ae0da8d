"""Settings change while people label: checked, on record, taken up at once, and nobody loses what they hold."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import UTC, datetime

import pytest
from hypothesis import given, strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test
from sqlmodel import select

from annotator.coordination.changing import SettingsDesk
from annotator.coordination.following import follow_settings
from annotator.dispensing.dispense import Dispensed, Nothing
from annotator.domain.errors import ConflictError, NotFoundError
from annotator.domain.items import ItemState
from annotator.domain.limits import PRECAUTIONARY, UNLIMITED, Limits, looser
from annotator.domain.project_settings import LIMITS, SETTINGS, SettingsError, check
from annotator.storage import item_state, markers, project_settings
from annotator.storage.tables import Item
from tests.dispensing.test_concurrency import Dispenser
from tests.quality.banks import add_controls
from tests.searching import searched

USUAL = dict.fromkeys(SETTINGS, 0) | asdict(PRECAUTIONARY)


def change(world, version=None, **values):
    desk = SettingsDesk(world.database, world.project, world.schema)
    return desk.change(world.coordinator, values, version, world.clock.now())


def in_force(world):
    with world.database.reading() as session:
        return project_settings.standing(session, world.project.id)


@pytest.fixture
def world(world, no_limits):
    world.coordinator = "coordinator"
    return world


def test_a_change_is_numbered_on_record_and_can_be_put_back(world):
    assert change(world, overlap=4, max_overlap=6, risk_threshold=0.05).version == in_force(world).version == 2
    change(world, risk_threshold=0.04)
    with world.database.reading() as session:
        newest, before, _ = project_settings.history(session, world.project.id, 10)
    assert newest.values == {"risk_threshold": (0.05, 0.04)}
    assert (before.actor, before.values["overlap"]) == ("coordinator", (3, 4))
    desk = SettingsDesk(world.database, world.project, world.schema)
    desk.put_back("coordinator", before.id, 3, world.clock.now())
    now = in_force(world).values
    assert (now["overlap"], now["max_overlap"], now["risk_threshold"]) == (3, 3, 0.02)
    with pytest.raises(NotFoundError, match="no such change"):
        desk.put_back("coordinator", 10**6, None, world.clock.now())


def test_what_does_not_change_leaves_no_line(world):
    assert change(world, overlap=3).version == 1
    assert in_force(world).version == 1


def test_of_two_who_change_at_once_the_second_is_told(world):
    seen = in_force(world).version

    def try_it(risk):
        try:
            return change(world, version=seen, risk_threshold=risk)
        except ConflictError as error:
            return error

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(try_it, [n / 100 for n in range(3, 11)]))
    assert sum(isinstance(one, ConflictError) for one in done) == 7
    assert in_force(world).version == seen + 1


@pytest.mark.parametrize(
    ("values", "where", "said"),
    [
        ({"overlap": 0}, "overlap", "1 to 50"),
        ({"overlap": 2.5}, "overlap", "whole number"),
        ({"overlap": float("nan")}, "overlap", "whole number"),
        ({"overlap": float("inf")}, "overlap", "whole number"),
        ({"overlap": 4}, "max_overlap", "Fewer than the 4"),
        ({"risk_threshold": 0.9}, "risk_threshold", "0.1 to 50 %"),
        ({"audit_share": -0.1}, "audit_share", "0 to 100 %"),
        ({"week_days": 9}, "week_days", "1 to 7"),
        ({"nonsense": 1}, "nonsense", "no such setting"),
    ],
)
def test_what_is_not_taken_is_said_at_its_field(world, values, where, said):
    with pytest.raises(SettingsError) as refused:
        change(world, **values)
    assert said in refused.value.problems[where]
    assert in_force(world).version == 1


def test_a_control_rate_needs_control_items(world):
    with pytest.raises(NotFoundError, match="no control items"):
        change(world, control_rate=0.2)
    add_controls(world, 1)
    assert change(world, control_rate=0.2, control_first=0).values["control_rate"] == 0.2


@given(
    st.builds(
        Limits,
        active_minutes=st.integers(5, 40),
        break_minutes=st.integers(0, 10),
        day_minutes=st.integers(10, 180),
        quiet_from=st.integers(0, 23),
        quiet_until=st.integers(0, 23),
        concern_run=st.integers(1, 6),
    )
)
def test_limits_can_be_made_stricter_and_never_looser(limits):
    after = USUAL | asdict(limits)
    if looser(limits):
        with pytest.raises(SettingsError) as refused:
            check(USUAL, after)
        assert set(refused.value.problems) == set(looser(limits)) <= set(LIMITS)
        check(USUAL, after, may_be_looser=True)
    else:
        check(USUAL, after)


def test_the_next_item_knows_at_once_whoever_made_the_change(world):
    world.add_items(3)
    (ada,) = world.volunteers(1)
    change(world, lease_seconds=60)
    given = world.next(ada)  # through a project that was read before the change
    assert (given.expires_at - world.clock.now()).total_seconds() == 60


def test_items_in_hand_are_finished_when_fewer_are_asked(world):
    (name,) = world.add_items(1)
    change(world, overlap=5, max_overlap=5)
    assert world.item(name).overlap == 5
    people = world.volunteers(5)
    held = [world.next(person) for person in people[:4]]
    world.answer(people[0], held[0].lease_id, "1")
    change(world, overlap=2, max_overlap=2)
    item = world.item(name)
    assert (item.overlap, item.answered, item.leased, item.open_slots) == (4, 1, 3, 0)
    assert isinstance(world.next(people[4]), Nothing)
    for person, mine in zip(people[1:4], held[1:], strict=True):
        world.answer(person, mine.lease_id, "1")
    assert (world.item(name).state, world.item(name).answered) == (ItemState.AGREED, 4)
    world.check_books()


def test_what_has_enough_answers_by_the_new_numbers_is_settled(world):
    agreed, split, begun = world.add_items(3)
    people = world.volunteers(2)
    for _ in range(3):
        for person, rating in zip(people, ("1", "2"), strict=True):
            given = world.next(person)
            if given.public_id != begun or person == people[0]:
                world.answer(person, given.lease_id, "1" if given.public_id == agreed else rating)
    change(world, overlap=2, max_overlap=2)
    states = [world.item(name).state for name in (agreed, split, begun)]
    assert states == [ItemState.AGREED, ItemState.ADJUDICATING, ItemState.LEASED]
    assert world.item(begun).overlap == 2
    world.check_books()


def test_finished_items_stay_finished_and_quarantined_ones_follow(world):
    (done,) = world.add_items(1)
    for person in world.volunteers(3):
        world.answer(person, world.next(person).lease_id)
    (shut,) = world.add_items(1, first=1)
    with world.database.writing() as session:
        item_state.move(session, world.clock.now(), "test", world.item(shut).id, ItemState.QUARANTINED)
    change(world, overlap=5, max_overlap=5)
    assert (world.item(done).state, world.item(done).overlap) == (ItemState.AGREED, 3)
    assert world.item(shut).overlap == 5


def test_those_whom_a_person_asked_for_are_still_waited_for(world):
    (name,) = world.add_items(1)
    with world.database.writing() as session:
        item_state.open_slots(session, world.item(name).id, 4)
    change(world, overlap=1, max_overlap=1)
    assert world.item(name).overlap == 4


def test_following_goes_on_where_it_stopped(world):
    world.add_items(450)
    with world.database.writing() as session:
        project_settings.change(session, world.clock.now(), "c", world.project.id, {"overlap": 4, "max_overlap": 4})
    where = (world.database, world.project, world.schema, world.clock.now())
    assert follow_settings(*where, batches=1) == 200
    with world.database.reading() as session:
        assert sorted(set(session.exec(select(Item.overlap)))) == [3, 4]
    assert follow_settings(*where) == 250
    with world.database.reading() as session:
        assert set(session.exec(select(Item.overlap))) == {4}
        assert markers.get(session, project_settings.open_items_marker(world.project.id)) is None
    assert follow_settings(*where) == 0


class Changing(Dispenser):
    """The same steps with a coordinator among them who changes how many people an item gets, and a worker that may be late."""

    @rule(least=st.integers(1, 5), more=st.integers(0, 3), risk=st.sampled_from([0.02, 0.3]))
    def change(self, least, more, risk):
        values = {"overlap": least, "max_overlap": least + more, "risk_threshold": risk}
        with self.database.writing() as session:
            project_settings.change(session, self.world.clock.now(), "c", self.world.project.id, values)

    @rule()
    def follow(self):
        follow_settings(self.database, self.world.project, self.world.schema, self.world.clock.now())
        with self.database.reading() as session:
            for item in session.exec(select(Item).where(Item.state == ItemState.READY.value)):
                assert item.open_slots > 0, "an item waits for answers that nobody can give"

    @invariant()
    def what_is_in_hand_can_be_answered(self):
        for person, held in getattr(self, "held", {}).items():
            given = self.world.next(person) if held.expires_at > self.world.clock.now() else None
            if isinstance(given, Dispensed) and given.lease_id != held.lease_id:
                with self.database.reading() as session:
                    assert session.get_one(Item, held.item_id).state == ItemState.QUARANTINED.value


@pytest.mark.timeout(240)
def test_no_order_of_steps_and_changes_strands_anybody(database):
    machine = type("Bound", (Changing,), {"database": database})
    run_state_machine_as_test(machine, settings=searched(database, examples=10, steps=20))


def test_changes_while_many_people_label_at_once(world):
    """Eight people empty a pool while the numbers go up and down under them; every answer given in time is taken."""
    world.add_items(60)
    people = world.volunteers(8)

    def label(person):
        while not isinstance(given := world.next(person), Nothing):
            world.answer(person, given.lease_id, "1")

    def coordinate(_):
        for least in (5, 2, 4, 1, 3, 6, 2):
            change(world, overlap=least, max_overlap=least + 1)

    with ThreadPoolExecutor(9) as pool:
        changing = pool.submit(coordinate, None)
        list(pool.map(label, people))
        changing.result()
    for person in people:
        label(person)
    world.check_books()
    with world.database.reading() as session:
        states = set(session.exec(select(Item.state)))
    assert states <= {ItemState.AGREED.value, ItemState.ADJUDICATING.value}


def test_limits_made_stricter_leave_what_is_in_hand(world):
    world.add_items(2)
    (ada,) = world.volunteers(1)
    given = world.next(ada)
    change(world, **asdict(PRECAUTIONARY))
    world.pass_time(minutes=12)
    world.answer(ada, given.lease_id)
    assert datetime(2026, 3, 2, tzinfo=UTC) < world.clock.now()
    assert asdict(UNLIMITED) != asdict(PRECAUTIONARY)
