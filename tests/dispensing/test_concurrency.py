"""32 clients over 100 items, and any order of single steps: the books balance every time."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import text
from sqlmodel import select

from annotator.dispensing.dispense import Dispensed, Nothing
from annotator.dispensing.returns import flag, release, skip
from annotator.dispensing.undo import undo
from annotator.domain.clock import ManualClock
from annotator.domain.errors import ConflictError, LeaseExpiredError
from annotator.domain.leases import EmptyReason, LeaseState
from annotator.domain.limits import UNLIMITED
from annotator.storage import leases
from annotator.storage.database import Database
from annotator.storage.tables import Item
from tests.searching import searched
from tests.world import SCHEMA, World, empty


def test_32_clients_over_100_items(world):
    names = world.add_items(100)
    people = world.volunteers(32)

    end = time.monotonic() + 600

    def work(person):
        done = 0
        while True:
            given = world.next(person)
            if isinstance(given, Nothing):
                if given.reason is EmptyReason.HELD:
                    assert time.monotonic() < end, "somebody holds an item and never lets go"
                    time.sleep(0.01)
                    continue
                return done
            world.answer(person, given.lease_id)
            done += 1

    with ThreadPoolExecutor(32) as pool:
        done = sum(pool.map(work, people))
    assert done == 300
    assert all(world.item(name).answered == 3 for name in names[:20])
    world.check_books()


def test_one_person_in_many_tabs_holds_one_item(world):
    world.add_items(40)
    (ada,) = world.volunteers(1)
    with ThreadPoolExecutor(12) as pool:
        given = list(pool.map(lambda _: world.next(ada), range(48)))
    assert len({dispensed.lease_id for dispensed in given}) == 1
    world.check_books()


def test_one_answer_sent_from_many_tabs_is_stored_once(world):
    world.add_items(3)
    (ada,) = world.volunteers(1)
    lease = world.next(ada).lease_id
    with ThreadPoolExecutor(12) as pool:
        stored = list(pool.map(lambda _: world.answer(ada, lease, key="same"), range(24)))
    assert len({one.annotation_id for one in stored}) == 1
    assert sum(one.created for one in stored) == 1
    world.check_books()


class Dispenser(RuleBasedStateMachine):
    """People ask, answer, skip, flag, undo, leave and let time pass in any order."""

    database: Database

    @initialize(items=st.integers(1, 6), people=st.integers(1, 5))
    def fill(self, items, people):
        empty(self.database)
        self.world = World(self.database, ManualClock(datetime(2026, 1, 1, tzinfo=UTC)), limits=UNLIMITED)
        self.world.add_items(items)
        self.people = self.world.volunteers(people)
        self.held: dict[str, Dispensed] = {}
        self.final: set[tuple[str, str]] = set()
        self.slips: dict[str, Dispensed] = {}

    @rule(who=st.integers(0, 4))
    def ask(self, who):
        person = self.people[who % len(self.people)]
        given = self.world.next(person)
        if isinstance(given, Dispensed):
            assert (person, given.item_id) not in self.final, "an item came back after it was answered or skipped"
            self.held[person] = given
        else:
            self.held.pop(person, None)

    @rule(who=st.integers(0, 4), how=st.sampled_from(["answer", "skip", "personal_data", "distressing", "leave"]))
    def act(self, who, how):
        person = self.people[who % len(self.people)]
        given = self.held.pop(person, None)
        if given is None:
            return
        now = self.world.clock.now()
        try:
            if how == "answer":
                self.world.answer(person, given.lease_id)
            elif how == "skip":
                skip(self.database, person, given.lease_id, now)
            elif how == "leave":
                release(self.database, person, now)
                return
            else:
                kind = next(flag for flag in SCHEMA.flags if flag.value == how)
                flag(self.database, person, given.lease_id, kind, None, now)
        except LeaseExpiredError:
            return
        self.final.add((person, given.item_id))
        self.slips.pop(person, None)
        if how in {"skip", "distressing"}:
            self.slips[person] = given

    @rule(who=st.integers(0, 4))
    def take_back(self, who):
        person = self.people[who % len(self.people)]
        slip = self.slips.pop(person, None)
        if slip is None:
            return
        try:
            undo(self.database, self.world.project, self.world.schema, person, slip.lease_id, self.world.clock.now())
        except ConflictError:
            return
        self.final.discard((person, slip.item_id))
        self.held[person] = slip
        assert self.world.next(person).lease_id == slip.lease_id

    @rule(minutes=st.sampled_from([1, 20, 40]))
    def wait(self, minutes):
        self.world.pass_time(minutes=minutes)

    @invariant()
    def books_balance(self):
        if hasattr(self, "world"):
            self.world.check_books()


@pytest.mark.timeout(240)
def test_any_order_of_steps_keeps_the_books(database):
    machine = type("Bound", (Dispenser,), {"database": database})
    run_state_machine_as_test(machine, settings=searched(database))


def test_whoever_waits_for_an_item_holds_nothing_of_it_and_then_sees_what_became_of_the_lease(world):
    """The item is locked before the lease, in one statement; the other order would make these two wait for each other."""
    if world.database.is_sqlite:
        pytest.skip("SQLite locks no rows: one writes at a time")
    world.add_items(1)
    (ada,) = world.volunteers(1)
    given = world.next(ada)

    def look():
        with world.database.writing() as session:
            return leases.locked(session, given.lease_id)

    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%FOR UPDATE OF%'"
    )

    def somebody_waits():
        with world.database.engine.connect() as connection:
            return bool(connection.execute(waiting).scalar_one())

    with ThreadPoolExecutor(1) as pool:
        with world.database.writing() as session:
            session.exec(select(Item.id).where(Item.id == given.item_id).with_for_update()).one()
            looking = pool.submit(look)
            until = time.monotonic() + 20
            while not somebody_waits() and time.monotonic() < until:
                time.sleep(0.02)
            assert not looking.done()
            session.connection().exec_driver_sql("SET LOCAL lock_timeout = '5s'")
            leases.settle(session, given.lease_id, LeaseState.RELEASED, world.clock.now())
        assert looking.result(20).state == LeaseState.RELEASED
