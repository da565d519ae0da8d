"""Any order of steps, over midnight, changes of clocks and zones, restarts and many tabs: 0 serves over any limit.

The books of the test are its own: it writes down when it was shown what, and counts minute by minute, another way than the rules do.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from annotator.dispensing.dispense import Dispensed, Nothing
from annotator.dispensing.returns import release, skip
from annotator.dispensing.undo import undo
from annotator.domain.clock import ManualClock
from annotator.domain.errors import ConflictError
from annotator.domain.leases import EmptyReason
from annotator.storage import wellbeing
from annotator.storage.database import Database
from tests.searching import searched
from tests.world import SCHEMA, World, empty

ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Auckland", "America/Havana"]
STARTS = [
    datetime(2026, 3, 2, 9, tzinfo=UTC),
    datetime(2026, 3, 7, 20, tzinfo=UTC),  # New York and Havana go forward in the night
    datetime(2026, 3, 28, 16, tzinfo=UTC),  # Berlin goes forward
    datetime(2026, 10, 24, 19, tzinfo=UTC),  # Berlin goes back
    datetime(2026, 10, 31, 22, tzinfo=UTC),  # New York goes back
]
RESTS = {
    EmptyReason.BREAK,
    EmptyReason.SESSION_OVER,
    EmptyReason.DAY_OVER,
    EmptyReason.WEEK_OVER,
    EmptyReason.QUIET_HOURS,
}
MINUTE = timedelta(minutes=1)


@dataclass
class Shown:
    start: datetime
    end: datetime
    high: bool
    item: str


class Exposed(RuleBasedStateMachine):
    """One volunteer; of every item it is known from others whether it is mild, and they rate it the same."""

    database: Database

    @initialize(start=st.sampled_from(STARTS), zone=st.sampled_from(ZONES))
    def begin(self, start, zone):
        empty(self.database)
        self.clock = ManualClock(start)
        self.world = World(self.database, self.clock)
        self.known = self.world.add_rated(["3" if number % 4 else "0" for number in range(80)])
        self.mild = {name for name, rating in self.known.items() if rating == "0"}
        (self.person,) = self.world.volunteers(1)
        self.zones = [("UTC", start - timedelta(days=30))]
        self.books: list[Shown] = []
        self.held: Dispensed | None = None
        self.move(zone)

    @rule(zone=st.sampled_from(ZONES))
    def move(self, zone):
        now, self.refused = self.clock.now(), None
        with self.database.writing() as session:
            wellbeing.choose_zone(session, now, self.person, zone)
        if self.zones[-1][0] != zone:
            self.zones.append((zone, now))

    @rule()
    def restart(self):
        url = self.database.url
        type(self).database.dispose()
        type(self).database = self.world.database = Database(url)

    @rule(tabs=st.integers(1, 3))
    def ask(self, tabs):
        for _ in range(tabs):
            self._take(self.world.next(self.person))

    @rule(seconds=st.integers(0, 1500), how=st.sampled_from(["answer", "answer", "skip", "slip", "leave", "nothing"]))
    def act(self, seconds, how):
        if self.held is None:
            return
        left = (self.held.expires_at - self.clock.now()).total_seconds()
        if seconds >= left or how == "nothing":
            self._abandon(seconds)
        else:
            self._finish(seconds, how)

    @rule(seconds=st.integers(20, 400), pause=st.sampled_from([0, 20, 250]))
    def work(self, seconds, pause):
        """Label until there is a reason to stop, as fast or slowly as that."""
        for number in range(25):
            self.ask(1)
            if self.held is None:
                if number and pause <= 20:
                    self._session_ended_mildly()
                return
            left = (self.held.expires_at - self.clock.now()).total_seconds()
            self._finish(min(seconds, left - 1), "answer")
            self.world.pass_time(seconds=pause)

    @rule(minutes=st.sampled_from([1, 5, 30, 61, 300, 1440]))
    def wait(self, minutes):
        self._abandon(minutes * 60)

    @precondition(lambda self: getattr(self, "refused", None) is not None)
    @rule()
    def come_back(self):
        """Nothing comes a second before the moment that was told, and something does then."""
        self.world.pass_time(seconds=self.refused.retry_after - 1)
        self.ask(1)
        assert self.held is None
        self.world.pass_time(seconds=1)
        self.ask(1)
        assert self.held is not None or self.refused is None, "the time of return was not true"

    def _take(self, given):
        if isinstance(given, Nothing):
            assert self.held is None or given.reason in RESTS
            self._close(self.clock.now())
            self.refused = given if given.reason in RESTS else None
            return
        self.refused = None
        if self.held is None or self.held.lease_id != given.lease_id:
            assert self.held is None
            self.held = given
            high = self.known[given.public_id] == "3"  # seen is seen, whether or not it is answered
            self.books.append(Shown(self.clock.now(), given.expires_at, high, given.public_id))
        self._check_a_serve(given)

    def _finish(self, seconds, how):
        self.world.pass_time(seconds=seconds)
        if how == "answer":
            self.world.answer(self.person, self.held.lease_id, self.known[self.held.public_id])
        elif how == "skip":
            skip(self.database, self.person, self.held.lease_id, self.clock.now())
        elif how == "leave":
            release(self.database, self.person, self.clock.now())
        else:
            self._slip()
            return
        self._close(self.clock.now())

    def _slip(self):
        """Skip, see the next item for a moment, and take the skip back: what comes then is within every limit as well."""
        first = self.held
        skip(self.database, self.person, first.lease_id, self.clock.now())
        self._close(self.clock.now())
        self.ask(1)
        self.world.pass_time(seconds=10)
        try:
            undo(self.database, self.world.project, SCHEMA, self.person, first.lease_id, self.clock.now())
        except ConflictError:
            return
        self._close(self.clock.now())
        self.ask(1)
        assert self.held.lease_id == first.lease_id

    def _abandon(self, seconds):
        self.world.pass_time(seconds=seconds)
        self.refused = None
        if self.held is not None and self.held.expires_at <= self.clock.now():
            self._close(self.held.expires_at)

    def _close(self, at):
        if self.held is not None:
            self.books[-1].end = min(self.books[-1].end, at)
            self.held = None

    def _zones_in_force(self):
        now = self.clock.now()
        ends = [since for _, since in self.zones[1:]] + [now]
        return [zone for (zone, _), end in zip(self.zones, ends, strict=True) if now - end < timedelta(hours=24)]

    def _check_a_serve(self, given):
        now = self.clock.now()
        for name in self._zones_in_force():
            zone = ZoneInfo(name)
            moment = now
            while moment < given.expires_at:
                assert 6 <= moment.astimezone(zone).hour < 22, (name, moment)
                moment += MINUTE
            self._check_days(zone)
        for gap, most in ((5, 20), (60, 45)):
            assert self._longest(gap * MINUTE) <= most * MINUTE
        self._check_run(given)

    def _check_days(self, zone):
        """Nobody is shown more than 90 minutes today, or anything on a fifth day of seven."""
        per_day = defaultdict(timedelta)
        for shown in self.books:
            moment = shown.start
            while moment < shown.end:
                step = min(MINUTE, shown.end - moment)
                per_day[moment.astimezone(zone).date()] += step
                moment += step
        today = self.clock.now().astimezone(zone).date()
        assert per_day[today] <= 90 * MINUTE
        assert sum(today - timedelta(days=6) <= day <= today for day in per_day) <= 4

    def _longest(self, gap):
        longest = total = timedelta()
        last = None
        for shown in self.books:
            if last is not None and shown.start - last >= gap:
                total = timedelta()
            total += shown.end - shown.start
            last, longest = shown.end, max(longest, total)
        return longest

    def _check_run(self, given):
        """A fourth of high concern in a row is never handed out in a session; here it is known of every item."""
        run, later = 0, self.books[-1].start
        for shown in reversed(self.books[:-1]):
            if later - shown.end >= 60 * MINUTE or not shown.high:
                break
            run += 1
            later = shown.start
        assert run < 3 or self.known[given.public_id] == "0"

    def _session_ended_mildly(self):
        """When limits end a session of steady work, the last thing seen was mild, if there was anything mild left."""
        left = self.mild - {shown.item for shown in self.books}
        if self.refused is not None and self.refused.reason is not EmptyReason.BREAK and left:
            assert not self.books[-1].high, self.refused


@pytest.mark.timeout(300)
def test_nobody_is_shown_anything_past_a_limit(database):
    machine = type("Bound", (Exposed,), {"database": database})
    try:
        run_state_machine_as_test(machine, settings=searched(database))
    finally:
        machine.database.dispose()
