"""What undo promises: a slip is taken back while it is fresh, into a free slot and within the limits; else nothing changes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlmodel import select

from annotator.dispensing.dispense import Dispensed
from annotator.dispensing.returns import flag, quarantine, skip
from annotator.dispensing.undo import undo
from annotator.domain.errors import ConflictError, NotFoundError
from annotator.domain.items import ItemState
from annotator.domain.leases import UNDO, EmptyReason
from annotator.storage import audit, books, exposure, item_state, items, wellbeing
from annotator.storage.tables import Item, Lease, Person
from annotator.storage.wellbeing import Preferences
from tests.world import SCHEMA

PERSONAL, DISTRESSING = SCHEMA.flags


@pytest.fixture
def ada(world):
    world.add_items(3)
    return world.volunteers(1)[0]


def take_back(world, person, lease):
    undo(world.database, world.project, world.schema, person, lease, world.clock.now())


def skipped(world, person):
    """Let a person skip what they get a minute later; return it."""
    given = world.next(person)
    world.pass_time(minutes=1)
    skip(world.database, person, given.lease_id, world.clock.now())
    return given


def history(world, item_id):
    with world.database.reading() as session:
        return [line.action for line in audit.history(session, item_id)]


def refuses(world, person, lease, why):
    """The undo is refused with these words, and nothing has changed."""
    before = everything(world)
    with pytest.raises(ConflictError, match=why) as refused:
        take_back(world, person, lease)
    assert refused.value.mend
    assert everything(world) == before


def everything(world):
    with world.database.reading() as session:
        leases = [lease.model_dump() for lease in session.exec(select(Lease).order_by(Lease.id))]
        return leases, [item.model_dump() for item in session.exec(select(Item).order_by(Item.id))]


def test_a_skip_is_taken_back_and_the_next_posting_goes_back_without_a_mark(world, ada):
    first = skipped(world, ada)
    second = world.next(ada)
    take_back(world, ada, first.lease_id)
    again = world.next(ada)
    assert (again.lease_id, again.item_id) == (first.lease_id, first.item_id)
    assert world.item(second.public_id).leased == 0
    assert history(world, second.item_id)[-1] == "lease.released"
    assert history(world, first.item_id)[-3:] == ["lease.skipped", "lease.undone", "lease.opened"]
    world.answer(ada, again.lease_id)
    assert world.item(first.public_id).answered == 1
    world.check_books()


def test_undoing_twice_changes_nothing(world, ada):
    first = skipped(world, ada)
    take_back(world, ada, first.lease_id)
    before = everything(world)
    take_back(world, ada, first.lease_id)
    assert everything(world) == before


def test_a_flag_that_shuts_nothing_away_is_withdrawn(world, ada):
    given = world.next(ada)
    flag(world.database, ada, given.lease_id, DISTRESSING, "a slip", world.clock.now())
    take_back(world, ada, given.lease_id)
    assert world.next(ada).item_id == given.item_id
    with world.database.reading() as session:
        assert items.flags_of(session, given.item_id) == []
    assert {"flag.distressing", "unflag.distressing"} <= set(history(world, given.item_id))


def test_another_persons_flag_on_the_same_posting_stays(world):
    world.add_items(1)
    ada, ben = world.volunteers(2)
    held = {person: world.next(person) for person in (ada, ben)}
    for person, given in held.items():
        flag(world.database, person, given.lease_id, DISTRESSING, None, world.clock.now())
    take_back(world, ada, held[ada].lease_id)
    with world.database.reading() as session:
        assert [report.person_id for report in items.flags_of(session, held[ada].item_id)] == [ben]


def test_a_flag_that_shuts_the_posting_away_stands_until_people_have_looked(world, ada):
    given = world.next(ada)
    flag(world.database, ada, given.lease_id, PERSONAL, None, world.clock.now())
    refuses(world, ada, given.lease_id, "stands until two people have looked")
    with world.database.writing() as session:
        item_state.move(session, world.clock.now(), "test", given.item_id, ItemState.READY)
    refuses(world, ada, given.lease_id, "stands until two people have looked")


def test_it_is_too_late_after_five_minutes(world, ada):
    first = skipped(world, ada)
    world.pass_time(seconds=UNDO.total_seconds())
    take_back(world, ada, first.lease_id)
    skip(world.database, ada, first.lease_id, world.clock.now())
    world.pass_time(seconds=UNDO.total_seconds() + 1)
    refuses(world, ada, first.lease_id, "more than five minutes")


def test_it_is_too_late_after_the_next_answer(world, ada):
    first = skipped(world, ada)
    world.pass_time(seconds=10)
    world.answer(ada, world.next(ada).lease_id)
    refuses(world, ada, first.lease_id, "answered another posting")


def test_what_was_answered_or_ran_out_is_no_slip(world, ada):
    answered = world.next(ada)
    world.answer(ada, answered.lease_id)
    refuses(world, ada, answered.lease_id, "neither skipped nor flagged")
    ran_out = world.next(ada)
    world.pass_time(minutes=31)
    held = world.next(ada)
    refuses(world, ada, ran_out.lease_id, "neither skipped nor flagged")
    assert world.next(ada) == held


def test_another_persons_lease_is_not_found(world, ada):
    first = skipped(world, ada)
    (ben,) = world.volunteers(1)
    with pytest.raises(NotFoundError):
        take_back(world, ben, first.lease_id)


def test_a_slot_that_others_took_is_not_taken_from_them(world):
    world.add_items(2)
    ada, *others = world.volunteers(4)
    first = skipped(world, ada)
    second = world.next(ada)
    for person in others:
        while world.next(person).item_id != first.item_id:
            world.answer(person, world.next(person).lease_id)
    refuses(world, ada, first.lease_id, "not open to you any more")
    assert world.next(ada) == second


@pytest.mark.parametrize("what", ["quarantined", "held", "would rather not"])
def test_a_posting_that_was_taken_out_meanwhile_stays_out(world, ada, what):
    first = skipped(world, ada)
    now = world.clock.now()
    if what == "would rather not":
        (ben,) = world.volunteers(1)
        while (given := world.next(ben)).item_id != first.item_id:
            world.answer(ben, given.lease_id)
        world.answer_marked(ben, given.lease_id, "FEE")
    with world.database.writing() as session:
        if what == "quarantined":
            quarantine(session, "test", first.item_id, "somebody else's flag", now)
        elif what == "held":
            item_state.hold(session, now, "test", first.item_id, on=True)
        else:
            wellbeing.set_preferences(session, ada, Preferences(("FEE",)))
    refuses(world, ada, first.lease_id, "not open to you any more")


def test_who_is_paused_meanwhile_gets_nothing_back(world, ada):
    first = skipped(world, ada)
    with world.database.writing() as session:
        session.get_one(Person, ada).paused_at = world.clock.now()
    refuses(world, ada, first.lease_id, "Nothing is handed to you just now")


def test_the_time_goes_on_counting_and_a_due_break_stays_due(world):
    world.add_items(30)
    (ada,) = world.volunteers(1)
    for _ in range(18):
        given = world.next(ada)
        world.pass_time(minutes=1)
        world.answer(ada, given.lease_id)
    first = skipped(world, ada)  # the nineteenth minute
    refuses(world, ada, first.lease_id, "time limits")
    world.pass_time(minutes=UNDO.total_seconds() / 60)  # the break itself
    take_back(world, ada, first.lease_id)
    world.pass_time(minutes=2)
    with world.database.reading() as session:
        spans = exposure.ledger(session, ada, world.clock.now())
    assert sum((one.ended - one.started for one in spans), timedelta()) == timedelta(minutes=21)
    world.check_books()


def test_after_three_of_high_concern_an_undo_brings_no_fourth(world):
    world.add_rated(["3"] * 4)
    (ada,) = world.volunteers(1)
    last = [skipped(world, ada) for _ in range(3)][-1]
    assert world.next(ada).reason is EmptyReason.SESSION_OVER
    refuses(world, ada, last.lease_id, "time limits")


def test_people_who_undo_and_ask_at_once_never_share_a_slot_or_deadlock(world):
    """Each undo locks two items, those of others in the other order; each person does all of it in two tabs."""
    world.add_items(4)
    people = world.volunteers(8)

    def slip(person):
        for _ in range(6):
            given = world.next(person)
            if not isinstance(given, Dispensed):
                return
            try:
                skip(world.database, person, given.lease_id, world.clock.now())
                world.next(person)
                take_back(world, person, given.lease_id)
            except ConflictError:
                continue

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(slip, people * 2))
    world.check_books()
    with world.database.reading() as session:
        assert list(books.ledger(session, world.clock.now())) == []
        assert list(books.states(session)) == []
