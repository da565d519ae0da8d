"""A week of many people's active time in sums: how often limits were reached and breaks taken. Pure, and never of one person.

With fewer people than `FEWEST` nothing is said at all, and a number that fewer than that had a part in is not told either. Weeks are
whole and do not overlap: two sums of different spans, taken from each other, would tell of what lies between.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from annotator.domain.exposure import WIND_DOWN, Interval
from annotator.domain.limits import Limits

FEWEST = 5
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class WeekOfCare:
    """A whole week, Monday to Monday in UTC. `people` labelled in it; a number that 1 to 4 of them had a part in is None.

    `cap_hits` is how often a limit of a session or a day was reached, by `at_cap` people; `skip_rate` the share of postings handed
    out that were skipped; `breaks` how many breaks were taken within sessions, `early` of them before one was due.
    """

    start: datetime
    people: int | None
    cap_hits: int | None = None
    at_cap: int | None = None
    skip_rate: float | None = None
    breaks: int | None = None
    early: int | None = None

    @property
    def told(self) -> bool:
        """Whether there were people enough to say anything."""
        return self.people is not None


def last_whole_week(now: datetime) -> datetime:
    """Return when the newest week that is over began."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=now.weekday()) - WEEK


def sum_up(
    start: datetime,
    ledgers: Mapping[str, Sequence[Interval]],
    skipped: Mapping[str, int],
    answered: Mapping[str, int],
    limits: Limits,
) -> WeekOfCare:
    """Sum a week up from each person's intervals in it, in order of time, and how many postings they skipped and answered."""
    people = {*ledgers, *skipped, *answered}
    if len(people) < FEWEST:
        return WeekOfCare(start, None)
    hits = {person: _hits(ledger, limits) for person, ledger in ledgers.items()}
    breaks = {person: _breaks(ledger, limits) for person, ledger in ledgers.items()}
    early = {person: [due for due in found if not due] for person, found in breaks.items()}
    skips, answers = sum(skipped.values()), sum(answered.values())
    return WeekOfCare(
        start,
        len(people),
        cap_hits=sum(hits.values()) if _many(hits) else None,
        at_cap=sum(map(bool, hits.values())) if _many(hits) else None,
        skip_rate=skips / max(skips + answers, 1) if _many(skipped) else None,
        breaks=sum(map(len, breaks.values())) if _many(breaks) else None,
        early=sum(map(len, early.values())) if _many(early) else None,
    )


def _many(by_person: Mapping[str, object]) -> bool:
    """Say whether nobody had a part in a number, or so many that it tells of none of them."""
    n = sum(map(bool, by_person.values()))
    return n == 0 or n >= FEWEST


def _hits(ledger: Sequence[Interval], limits: Limits) -> int:
    """Count the sessions and UTC days that came within a wind-down of their limit: nothing is handed out after that."""
    days: dict[date, timedelta] = {}
    sessions = [timedelta()]
    for number, interval in enumerate(ledger):
        gap = interval.started - ledger[number - 1].ended if number else timedelta()
        if gap >= timedelta(minutes=limits.session_gap_minutes):
            sessions.append(timedelta())
        length = interval.ended - interval.started
        sessions[-1] += length
        day = interval.started.date()
        days[day] = days.get(day, timedelta()) + length
    of_session, of_day = (timedelta(minutes=cap) - WIND_DOWN for cap in (limits.session_minutes, limits.day_minutes))
    return sum(one >= of_session for one in sessions) + sum(one >= of_day for one in days.values())


def _breaks(ledger: Sequence[Interval], limits: Limits) -> list[bool]:
    """Return the breaks within sessions: of each, whether one was due by then."""
    pause, session = timedelta(minutes=limits.break_minutes), timedelta(minutes=limits.session_gap_minutes)
    due = timedelta(minutes=limits.active_minutes) - WIND_DOWN
    found, active = [], timedelta()
    for one, other in pairwise(ledger):
        active += one.ended - one.started
        gap = other.started - one.ended
        if gap >= pause:
            if gap < session:
                found.append(active >= due)
            active = timedelta()
    return found
