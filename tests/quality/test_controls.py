"""Control items: where they stand in a stream, that nobody meets one twice, and that they touch nothing of the project."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st
from sqlmodel import select

from annotator.dispensing import returns
from annotator.dispensing.dispense import Dispensed, Nothing
from annotator.dispensing.undo import undo
from annotator.domain.controls import Placement, compare
from annotator.domain.errors import InputError
from annotator.domain.leases import EmptyReason
from annotator.insight.labels import LabelTable
from annotator.storage import annotation_log, items, snapshot, wellbeing
from annotator.storage.tables import Lease
from annotator.storage.tables_quality import QualityPolicy
from annotator.storage.wellbeing import Preferences
from tests.quality.banks import add_controls, place_controls
from tests.world import SCHEMA

pytestmark = pytest.mark.usefixtures("no_limits")
FIRST_TWO = Placement(first=2, rate=1e-9)


def stream(world, person, controls, length: int) -> list[bool]:
    """Answer so many items; return which of them were control items."""
    met = []
    for _ in range(length):
        given = world.next(person)
        assert isinstance(given, Dispensed), given
        met.append(given.item_id in controls)
        world.answer(person, given.lease_id)
        world.pass_time(seconds=20)
    return met


def test_the_first_places_are_for_control_items(world):
    world.add_items(10)
    controls = set(add_controls(world, 6, placement=FIRST_TWO))
    for person in world.volunteers(2):
        assert stream(world, person, controls, 5) == [True, True, False, False, False]
    world.check_books()


def test_a_rate_of_zero_is_none_at_all(world):
    world.add_items(6)
    controls = set(add_controls(world, 6, placement=Placement(first=5, rate=0)))
    (person,) = world.volunteers(1)
    assert stream(world, person, controls, 6) == [False] * 6


def test_nobody_meets_a_control_item_twice_and_without_one_left_the_stream_goes_on(world):
    world.add_items(4)
    controls = set(add_controls(world, 3, placement=Placement(first=50)))
    (person,) = world.volunteers(1)
    assert stream(world, person, controls, 7) == [True] * 3 + [False] * 4


def test_asking_again_gives_the_same_lease(world):
    world.add_items(2)
    add_controls(world, 2, placement=FIRST_TWO)
    (person,) = world.volunteers(1)
    assert world.next(person) == world.next(person)


def test_a_control_item_that_was_skipped_or_left_is_not_given_again(world):
    world.add_items(4)
    controls = set(add_controls(world, 2, placement=Placement(first=50)))
    (person,) = world.volunteers(1)
    first = world.next(person)
    returns.skip(world.database, person, first.lease_id, world.clock.now())
    second = world.next(person)
    returns.release(world.database, person, world.clock.now())
    assert {first.item_id, second.item_id} == controls
    assert world.next(person).item_id not in controls


def test_a_skip_of_a_control_item_is_taken_back_like_any_other(world):
    world.add_items(4)
    controls = set(add_controls(world, 1, placement=Placement(first=50)))
    (person,) = world.volunteers(1)
    for is_control in (True, False):
        first = world.next(person)
        assert (first.item_id in controls) is is_control
        returns.skip(world.database, person, first.lease_id, world.clock.now())
        assert world.next(person).item_id != first.item_id
        undo(world.database, world.project, SCHEMA, person, first.lease_id, world.clock.now())
        again = world.next(person)
        assert again.lease_id == first.lease_id
        world.answer(person, again.lease_id)
        world.pass_time(seconds=1)
    world.check_books()


def test_opt_outs_and_mild_items_hold_for_control_items_too(world):
    world.add_items(3)
    shown = set(add_controls(world, 3, indicators=["FEE"], placement=Placement(first=50)))
    (person,) = world.volunteers(1)
    with world.database.writing() as session:
        wellbeing.set_preferences(session, person, Preferences(("FEE",), ""))
    assert world.next(person).item_id not in shown


def test_control_items_touch_nothing_of_the_project(world):
    names = world.add_items(3)
    controls = set(add_controls(world, 2, placement=FIRST_TWO))
    people = world.volunteers(3)
    for person in people:
        assert stream(world, person, controls, 5).count(True) == 2
    project = world.project.id
    with world.database.reading() as session:
        assert LabelTable.read(session, SCHEMA, project).n_answers == 9
        assert set(annotation_log.label_columns(session, project)[0]).isdisjoint(controls)
        assert {row for batch in snapshot.items_of(session, project) for row in batch["id"].to_pylist()} == set(names)
        assert sum(batch.num_rows for batch in snapshot.annotations_of(session, project)) == 9
        assert sum(items.count_by_state(session, project).values()) == 3
        assert annotation_log.mark(session, project)[0] == 9
        leases = session.exec(select(Lease)).all()
    assert len(leases) == 15
    assert all(world.item(name).answered == 3 for name in names), "no slot of the overlap went to a control item"
    assert isinstance(world.next(people[0]), Nothing)
    world.check_books()


def test_somebody_not_qualified_gets_no_item_without_an_open_qualification(world):
    world.add_items(2)
    add_controls(world, 2)
    (person,) = world.volunteers(1)
    with world.database.writing() as session:
        from annotator.storage.tables import Person

        session.get_one(Person, person).qualified_at = None
    assert world.next(person) == Nothing(EmptyReason.NOT_QUALIFIED)


def test_places_come_from_the_key_alone(world):
    add_controls(world, 1)
    with world.database.reading() as session:
        key = session.get_one(QualityPolicy, world.project.id).key
    assert len(bytes.fromhex(key)) == 32
    place_controls(world, Placement(first=0, rate=0.5))
    with world.database.reading() as session:
        assert session.get_one(QualityPolicy, world.project.id).key == key


@settings(max_examples=15)
@given(key=st.binary(min_size=32, max_size=32), rate=st.sampled_from([0.05, 0.1, 0.3]))
def test_the_share_of_control_items_is_the_rate_and_differs_by_person(key, rate):
    placement = Placement(first=0, rate=rate)
    mine = [placement.is_control(key, "p1", place) for place in range(4000)]
    assert mine == [placement.is_control(key, "p1", place) for place in range(4000)]
    assert mine != [placement.is_control(key, "p2", place) for place in range(4000)]
    assert abs(sum(mine) / 4000 - rate) < 0.035


@pytest.mark.parametrize("wrong", [{"rate": 0.9}, {"rate": -0.1}, {"first": -1}, {"first": 1000}])
def test_a_placement_out_of_bounds_is_refused(wrong):
    with pytest.raises(InputError):
        Placement(**wrong)


def test_an_answer_one_step_off_with_one_slip_is_right_and_cannot_tell_is_neither():
    expected = {"concern": "2", "FEE": "present"}
    said = {"FEE": "present", "DEBT": "not stated"}
    assert compare(SCHEMA, expected, {"concern": "2", **said}).right is True
    assert compare(SCHEMA, expected, {"concern": "1", **said, "FEE": "not stated"}).right is True
    assert compare(SCHEMA, expected, {"concern": "0", **said}).right is False
    assert compare(SCHEMA, expected, {"concern": "2", "FEE": "contradicted", "DEBT": "present"}).right is False
    assert compare(SCHEMA, expected, {"concern": None, "FEE": "contradicted", "DEBT": "present"}).right is None
