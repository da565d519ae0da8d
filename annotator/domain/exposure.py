"""May this person be shown an item now? Pure rules: a moment, a ledger, limits and time zones in, a decision out.

**Active time** runs from the moment an item is handed out to its answer, skip, flag or return, and never past the end of its
lease; leases are cut to what is left, so what the ledger can hold never exceeds a limit. An abandoned tab counts until its
lease ends. Reading, storing and serving stand elsewhere (`storage.exposure`, `dispensing`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from operator import attrgetter
from typing import NamedTuple
from zoneinfo import ZoneInfo

from annotator.domain.leases import EmptyReason
from annotator.domain.limits import Limits
from annotator.domain.schema import Schema

LEAST = timedelta(minutes=2)
"""No item is handed out with less time left than this: it would only be taken away again."""
WIND_DOWN = timedelta(minutes=5)
"""With less than this left before the end of a session, only mild items are handed out."""
ZONE_HOLD = timedelta(hours=24)
"""A time zone that was left counts beside the new one for this long, so that no day is lived twice."""
LOOK_BACK = timedelta(days=9)
"""How far back the ledger matters: seven local days in any time zone."""
_HIGH_FROM = 2
_BY_CLOCK = (EmptyReason.QUIET_HOURS, EmptyReason.WEEK_OVER)
_BY_WEIGHT = (
    EmptyReason.BREAK,
    EmptyReason.QUIET_HOURS,
    EmptyReason.SESSION_OVER,
    EmptyReason.DAY_OVER,
    EmptyReason.WEEK_OVER,
)
"""Of rests that follow each other without a gap, the last of these says best what it is."""


class Interval(NamedTuple):
    """Active time. `high`: the item was of high concern, was not, or nobody knows."""

    started: datetime
    ended: datetime
    high: bool | None = None


@dataclass(frozen=True, slots=True)
class Zone:
    """A time zone that counts, for ever or `until` a moment."""

    name: str
    until: datetime | None = None

    @property
    def info(self) -> ZoneInfo:
        return ZoneInfo(self.name)


@dataclass(frozen=True, slots=True)
class Go:
    """An item may be handed out, held until `until` at most; a `mild` one, where one is to be had."""

    until: datetime
    mild: bool


@dataclass(frozen=True, slots=True)
class Rest:
    """Nothing may be handed out before `until`."""

    reason: EmptyReason
    until: datetime


@dataclass(frozen=True, slots=True)
class Used:
    """What somebody has used up: labelling since the last break, in this session, on this local day; active local days."""

    active: timedelta
    session: timedelta
    day: timedelta
    days: frozenset[date]


@dataclass(frozen=True, slots=True)
class _Bound:
    """One limit: when it would be reached if labelling went on from now, and when it then lets go."""

    reason: EmptyReason
    reached: datetime
    over: datetime


def decide(now: datetime, ledger: Sequence[Interval], limits: Limits, zones: Sequence[Zone]) -> Go | Rest:
    """Say whether an item may be handed out now. `ledger` is in order of time and ends by `now`; of `zones`, the strictest holds."""
    bounds = _bounds(now, ledger, limits, zones)
    spent = [bound for bound in bounds if bound.reached - now < LEAST]
    if spent:
        longest = max(spent, key=lambda bound: bound.over)
        later = decide(longest.over, ledger, limits, zones)
        if isinstance(later, Go):
            return Rest(longest.reason, longest.over)
        return Rest(max(longest.reason, later.reason, key=_BY_WEIGHT.index), later.until)
    pause, *ends = bounds
    end = min(bound.reached for bound in ends)
    back = pause.reached + timedelta(minutes=limits.break_minutes) + WIND_DOWN
    if any(bound.reached < back for bound in ends if bound.reason in _BY_CLOCK):
        end = min(end, pause.reached)  # nobody comes back from this break: the clock ends the session first
    mild = end - now < WIND_DOWN
    until = min(pause.reached, end if mild else end - (WIND_DOWN - LEAST))
    return Go(until, mild or concern_run(now, ledger, limits) >= limits.concern_run)


def used(now: datetime, ledger: Sequence[Interval], limits: Limits, zone: ZoneInfo) -> Used:
    """Sum up the ledger as it stands for somebody who lives in that time zone."""
    return Used(
        active=_total(_since_gap(now, ledger, timedelta(minutes=limits.break_minutes))),
        session=_total(_since_gap(now, ledger, timedelta(minutes=limits.session_gap_minutes))),
        day=_today(now, ledger, zone),
        days=_active_days(ledger, zone),
    )


def concern_run(now: datetime, ledger: Sequence[Interval], limits: Limits) -> int:
    """Count the items of high concern at the end of this session; what nobody knows neither counts nor ends the run."""
    run = 0
    for interval in reversed(_since_gap(now, ledger, timedelta(minutes=limits.session_gap_minutes))):
        if interval.high is False:
            break
        run += interval.high is True
    return run


def next_session(now: datetime, ledger: Sequence[Interval], limits: Limits) -> datetime:
    """Return when a new session may begin if nothing more is labelled in this one."""
    last = max((interval.ended for interval in ledger), default=now)
    return max(now, last + timedelta(minutes=limits.session_gap_minutes))


def high_ratings(schema: Schema) -> tuple[str, ...]:
    """Return the ratings that are of high concern: those that the guideline marks as strong; where it marks none, all from the
    third of a scale, which is 2 on the house's 0 to 3.
    """
    question = schema.question(schema.rating.question)
    strong = tuple(choice.value for choice in question.choices if choice.strong) if question is not None else ()
    return strong or (schema.rating.values[_HIGH_FROM:] if schema.rating.is_scale else ())


def _bounds(now: datetime, ledger: Sequence[Interval], limits: Limits, zones: Sequence[Zone]) -> list[_Bound]:
    """Return every limit, the break first."""
    last = ledger[-1].ended if ledger else now
    pause, gap = timedelta(minutes=limits.break_minutes), timedelta(minutes=limits.session_gap_minutes)
    active = timedelta(minutes=limits.active_minutes) - _total(_since_gap(now, ledger, pause))
    session = timedelta(minutes=limits.session_minutes) - _total(_since_gap(now, ledger, gap))
    found = [
        _Bound(EmptyReason.BREAK, now + active, last + pause),
        _Bound(EmptyReason.SESSION_OVER, now + session, last + gap),
    ]
    for zone in zones:
        if zone.until is None or zone.until > now:
            local = _local_bounds(now, ledger, limits, zone.info)
            lapses = zone.until or max(bound.over for bound in local)
            found += [replace(bound, over=min(bound.over, lapses)) for bound in local]
    return found


def _local_bounds(now: datetime, ledger: Sequence[Interval], limits: Limits, zone: ZoneInfo) -> list[_Bound]:
    days, today = _active_days(ledger, zone), now.astimezone(zone).date()
    tomorrow = today + timedelta(days=1)
    midnight = next(moment for fold in (0, 1) if (moment := _moment(tomorrow, 0, zone, fold)) > now)
    allowance = timedelta(minutes=limits.day_minutes)
    day_end = now + allowance - _today(now, ledger, zone)
    if day_end >= midnight:
        day_end = midnight + allowance
    found = [_Bound(EmptyReason.DAY_OVER, day_end, midnight), *_quiet_bound(now, today, limits, zone)]
    if not _fits(today, days, limits):
        found.append(_Bound(EmptyReason.WEEK_OVER, now, _week_returns(today, days, limits, zone)))
    elif not _fits(tomorrow, days | {today}, limits):
        found.append(_Bound(EmptyReason.WEEK_OVER, midnight, _week_returns(today, days | {today}, limits, zone)))
    return found


def _quiet_bound(now: datetime, today: date, limits: Limits, zone: ZoneInfo) -> list[_Bound]:
    """Return the night that it is, or the next one."""
    if not limits.quiet:
        return []
    into = timedelta(days=limits.quiet_until < limits.quiet_from)
    for day in (today + timedelta(days=ahead) for ahead in (-1, 0, 1)):
        begins = min(_moment(day, limits.quiet_from, zone, fold) for fold in (0, 1))
        ends = max(_moment(day + into, limits.quiet_until, zone, fold) for fold in (0, 1))
        if ends > now:
            return [_Bound(EmptyReason.QUIET_HOURS, max(begins, now), ends)]
    return []


def _fits(day: date, days: frozenset[date], limits: Limits) -> bool:
    """Say whether the six days before leave room for one more active day."""
    return sum(day - timedelta(days=6) <= each < day for each in days) < limits.week_days


def _week_returns(today: date, days: frozenset[date], limits: Limits, zone: ZoneInfo) -> datetime:
    day = next(day for ahead in range(1, 8) if _fits(day := today + timedelta(days=ahead), days, limits))
    return _moment(day, 0, zone, 0)


def _since_gap(now: datetime, ledger: Sequence[Interval], gap: timedelta) -> list[Interval]:
    """Return the intervals after the last pause of at least `gap`, the one that lasts until now included."""
    later, start = now, len(ledger)
    while start and later - ledger[start - 1].ended < gap:
        start -= 1
        later = ledger[start].started
    return list(ledger[start:])


def _total(intervals: Sequence[Interval]) -> timedelta:
    return sum((interval.ended - interval.started for interval in intervals), timedelta())


def _today(now: datetime, ledger: Sequence[Interval], zone: ZoneInfo) -> timedelta:
    """Return the active time of the local day that it is."""
    start = _moment(now.astimezone(zone).date(), 0, zone, 0)
    cut = (min(interval.ended, now) - max(interval.started, start) for interval in ledger[_after(ledger, start) :])
    return sum((part for part in cut if part > timedelta()), timedelta())


def _after(ledger: Sequence[Interval], moment: datetime) -> int:
    """Return the place of the first interval that ends after a moment."""
    return bisect_right(ledger, moment, key=attrgetter("ended"))


def _active_days(ledger: Sequence[Interval], zone: ZoneInfo) -> frozenset[date]:
    """Return the local days with active time, going from the first interval of a day to the first that ends after it."""
    found: set[date] = set()
    place = 0
    while place < len(ledger):
        found |= (days := _days(ledger[place], zone))
        place = max(place + 1, _after(ledger, _surely_ends(max(days), zone)))
    return frozenset(found)


def _surely_ends(day: date, zone: ZoneInfo) -> datetime:
    """Return a moment up to which it is that local day at the latest, whichever way clocks change at its midnight."""
    return min(_moment(day + timedelta(days=1), 0, zone, fold) for fold in (0, 1))


def _days(interval: Interval, zone: ZoneInfo) -> set[date]:
    last = max(interval.started, interval.ended - timedelta(microseconds=1))
    return {interval.started.astimezone(zone).date(), last.astimezone(zone).date()}


def _moment(day: date, hour: int, zone: ZoneInfo, fold: int) -> datetime:
    """Return an hour of the local clock as a moment. Where clocks change, `fold` 0 and 1 are the two ways to read it."""
    local = datetime.combine(day, time(hour), tzinfo=zone).replace(fold=fold)
    return local.astimezone(ZoneInfo("UTC"))
