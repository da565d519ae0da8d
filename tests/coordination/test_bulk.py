"""Actions on many items: what the preview says is what happens, and undo brings back what can be brought back still."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlmodel import col, select

from annotator.coordination.bulk import BulkDesk
from annotator.dispensing.dispense import Dispensed, Nothing
from annotator.domain.bulk import Action, Progress, Result
from annotator.domain.errors import ConflictError, InputError, NotFoundError
from annotator.domain.ids import new_id
from annotator.domain.items import ItemState
from annotator.domain.roles import Role
from annotator.storage import audit, controls, item_state
from annotator.storage.bulk import Selection
from annotator.storage.item_search import Search
from annotator.storage.tables import Audit, Item, Outbox, Person
from annotator.storage.tables_adjudication import Adjudication, AdjudicationHold

EVERYTHING = Selection(search=Search())


@pytest.fixture
def world(world, no_limits):
    person = Person(pseudonym="C-1", role=Role.COORDINATOR.value, created_at=world.clock.now())
    with world.database.writing() as session:
        session.add(person)
    world.coordinator = person.id
    world.desk = BulkDesk(world.database, world.project)
    return world


def act(world, action, *names, key=None, **more):
    selection = Selection(names) if names else EVERYTHING
    return world.desk.start(world.coordinator, action, selection, key or new_id(), world.clock.now(), **more)


def undo(world, bulk):
    world.desk.undo(world.coordinator, bulk.id, world.clock.now())
    return became(world, bulk)


def became(world, bulk):
    return {(tally.result.value, tally.reason): tally.count for tally in world.desk.report(bulk.id).tallies}


def label(world, ratings, name):
    """Let fresh people give these ratings to the only item that is open."""
    for person, rating in zip(world.volunteers(len(ratings)), ratings, strict=True):
        given = world.next(person)
        assert given.public_id == name
        world.answer(person, given.lease_id, rating)


def test_the_preview_says_how_many_and_why_not_the_others_and_changes_nothing(world):
    (done,) = world.add_items(1)
    label(world, "111", done)
    world.add_items(3, first=1)
    (shut,) = world.add_items(1, ItemState.QUARANTINED, first=9)
    found = world.desk.preview(Action.HOLD, EVERYTHING, world.clock.now())
    assert (found.total, found.can) == (5, 3)
    assert {(reason, count) for reason, count, _ in found.refused} == {
        ("agreed; nobody is handed it any more", 1),
        ("quarantined; two people decide on it", 1),
    }
    assert {reason: names for reason, _, names in found.refused}["quarantined; two people decide on it"] == (shut,)
    assert not any(world.item(name).on_hold for name in found.examples)


def test_what_is_on_hold_is_not_handed_out_until_released_or_undone(world):
    one, two = world.add_items(2)
    ada, ben = world.volunteers(2)
    held = world.next(ada)
    bulk = act(world, Action.HOLD)
    assert bulk.progress == Progress.DONE
    assert isinstance(world.next(ben), Nothing)
    world.answer(ada, held.lease_id)  # whoever holds one may finish it
    act(world, Action.RELEASE, one)
    assert world.next(ben).public_id == one
    assert undo(world, bulk) == {("stays", "released since"): 1, ("restored", ""): 1}
    assert not world.item(two).on_hold
    world.check_books()


@pytest.mark.parametrize("state", ["fresh", "held", "agreed", "quarantined"])
def test_withdrawn_items_are_gone_and_come_back_as_they_were(world, state):
    (name,) = world.add_items(1)
    (ada,) = world.volunteers(1)
    if state == "held":
        held = world.next(ada)
    if state == "agreed":
        label(world, "222", name)
    if state == "quarantined":
        with world.database.writing() as session:
            item_state.move(session, world.clock.now(), "test", world.item(name).id, ItemState.QUARANTINED)
    before = world.item(name)
    bulk = act(world, Action.WITHDRAW)
    assert (world.item(name).state, world.item(name).leased) == (ItemState.WITHDRAWN, 0)
    if state == "held":
        with pytest.raises(ConflictError):
            world.answer(ada, held.lease_id)
    assert undo(world, bulk) == {("restored", ""): 1}
    after = world.item(name)
    assert after.state == (ItemState.READY if state == "held" else before.state)
    assert (after.overlap, after.answered) == (before.overlap, before.answered)
    with world.database.reading() as session:
        assert not list(session.exec(select(Outbox).where(Outbox.kind == "item_withdrawn")))
        lines = [line for line in audit.history(session, after.id) if line.action.startswith("item.")]
    assert lines[-1].detail["undone"] == bulk.id
    world.check_books()


def test_raised_comes_first_lowered_last_and_usual_between(world):
    names = world.add_items(6)
    order = [world.next(person).public_id for person in world.volunteers(3)]
    assert len(set(order)) == 1  # what is begun goes on
    last, first = order[0], next(name for name in names if name != order[0])
    lowered, raised = act(world, Action.LOWER, last), act(world, Action.RAISE, first)
    ada, ben, *_ = world.volunteers(5)
    assert world.next(ada).public_id == first
    act(world, Action.USUAL, first)
    assert undo(world, raised) == {("stays", "given another place since"): 1}
    assert undo(world, lowered) == {("restored", ""): 1}
    assert isinstance(world.next(ben), Dispensed)


def test_lowered_items_are_handed_out_when_nothing_else_is_left(world):
    names = world.add_items(2)
    act(world, Action.LOWER, names[0])
    (ada,) = world.volunteers(1)
    given = world.next(ada)
    assert given.public_id == names[1]
    world.answer(ada, given.lease_id)
    assert world.next(ada).public_id == names[0]


def test_adjudication_and_back(world):
    (name,) = world.add_items(1)
    assert became(world, act(world, Action.ADJUDICATE)) == {("refused", "nobody has answered yet"): 1}
    label(world, "1", name)
    bulk = act(world, Action.ADJUDICATE)
    item = world.item(name)
    assert (item.state, item.overlap, item.answered) == (ItemState.ADJUDICATING, 1, 1)
    assert undo(world, bulk) == {("restored", ""): 1}
    assert (world.item(name).state, world.item(name).open_slots) == (ItemState.READY, 2)
    label(world, "11", name)
    bulk = act(world, Action.ADJUDICATE)
    with world.database.writing() as session:
        session.add(
            AdjudicationHold(
                person_id=world.coordinator, item_id=item.id, expires_at=world.clock.now() + timedelta(hours=1)
            )
        )
    assert undo(world, bulk) == {("stays", "on an adjudicator's bench now"): 1}
    world.check_books()


def test_one_more_answer_and_back(world):
    (name,) = world.add_items(1)
    label(world, "111", name)
    bulk = act(world, Action.ASK_ANOTHER)
    assert (world.item(name).state, world.item(name).open_slots) == (ItemState.READY, 1)
    assert undo(world, bulk) == {("restored", ""): 1}
    assert (world.item(name).state, world.item(name).overlap, world.item(name).at_least) == (ItemState.AGREED, 3, 0)
    bulk = act(world, Action.ASK_ANOTHER)
    (ada,) = world.volunteers(1)
    held = world.next(ada)
    assert undo(world, bulk) == {("stays", "somebody has answered it since, or is about to"): 1}
    world.answer(ada, held.lease_id, "1")
    assert (world.item(name).state, world.item(name).answered) == (ItemState.AGREED, 4)
    world.check_books()


def test_gold_becomes_control_items_and_comes_back_in_use_after_an_undo(world):
    (name,) = world.add_items(1)
    label(world, "123", name)
    item, now = world.item(name), world.clock.now()
    with world.database.writing() as session:
        session.add(
            Adjudication(
                item_id=item.id,
                person_id=world.coordinator,
                guideline_version_id=world.project.guideline_version_id,
                key="k",
                result=[],
                answer={"choices": {"concern": ["2"]}, "spans": [], "notes": {}},
                labels={"concern": "2"},
                rating="2",
                cannot_tell=False,
                cause="other",
                clause="",
                note="",
                settles=True,
                created_at=now,
            )
        )
        item_state.move(session, now, "test", item.id, ItemState.GOLD)
    bulk = act(world, Action.MAKE_CONTROL)
    assert became(world, act(world, Action.MAKE_CONTROL)) == {("refused", "a control item already"): 1}
    assert undo(world, bulk) == {("restored", ""): 1}
    with world.database.reading() as session:
        assert controls.made_from(session, item.id).retired_at is not None
    assert became(world, act(world, Action.MAKE_CONTROL)) == {("done", ""): 1}
    with world.database.reading() as session:
        assert controls.made_from(session, item.id).retired_at is None


def test_the_same_key_is_the_same_action_however_often_it_is_sent(world):
    world.add_items(4)
    with ThreadPoolExecutor(6) as pool:
        made = list(pool.map(lambda _: act(world, Action.HOLD, key="once").id, range(6)))
    assert len(set(made)) == 1
    with pytest.raises(ConflictError, match="something else"):
        act(world, Action.RAISE, key="once")
    with world.database.reading() as session:
        assert len(list(session.exec(select(Audit).where(Audit.action == "item.held")))) == 4


def test_never_more_than_the_preview_told(world):
    names = world.add_items(3)
    with pytest.raises(ConflictError, match="3 items are chosen now, and 2"):
        act(world, Action.WITHDRAW, expected=2)
    assert world.item(names[0]).state == ItemState.READY
    with pytest.raises(InputError):
        act(world, Action.HOLD, "nowhere")
    with pytest.raises(NotFoundError):
        world.desk.undo(world.coordinator, "nowhere", world.clock.now())


def test_many_go_on_in_the_background_and_stop_where_somebody_undoes(world):
    world.add_items(1200)
    bulk = act(world, Action.HOLD)
    assert bulk.progress == Progress.RUNNING
    report = world.desk.report(bulk.id)
    assert (report.count(Result.DONE), report.count(Result.WAITING)) == (500, 700)
    other = act(world, Action.LOWER)
    while world.desk.carry_on(world.clock.now(), other.id, batches=1):
        pass
    assert world.desk.report(other.id).count(Result.DONE) == 1200
    world.desk.undo(world.coordinator, bulk.id, world.clock.now())
    report = world.desk.report(bulk.id)
    assert (report.bulk.progress, report.count(Result.RESTORED), report.count(Result.WAITING)) == ("undoing", 500, 700)
    world.desk.carry_on(world.clock.now())
    assert world.desk.report(bulk.id).bulk.progress == "undone"
    with world.database.reading() as session:
        assert not list(session.exec(select(Item.id).where(col(Item.on_hold))))


def test_answers_pass_while_many_items_change(world):
    """Six people label while half of the pool is held, released, raised and withdrawn under them; the books balance."""
    names = world.add_items(80)
    people = world.volunteers(6)

    def work(person):
        while isinstance(given := world.next(person), Dispensed):
            try:
                world.answer(person, given.lease_id)
            except ConflictError:
                continue  # it was withdrawn in their hands

    def coordinate(_):
        for action in (Action.RAISE, Action.HOLD, Action.ASK_ANOTHER, Action.RELEASE, Action.WITHDRAW):
            undone = act(world, action, *names[:40])
            if action is not Action.RELEASE:
                undo(world, undone)

    with ThreadPoolExecutor(7) as pool:
        coordinating = pool.submit(coordinate, None)
        list(pool.map(work, people))
        coordinating.result()
    world.check_books()
