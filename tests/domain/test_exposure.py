"""The edges of every limit, at the minute, with no database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from annotator.domain.exposure import Go, Interval, Rest, Zone, concern_run, decide, used
from annotator.domain.leases import EmptyReason
from annotator.domain.limits import PRECAUTIONARY, UNLIMITED

UTC_ZONE = (Zone("UTC"),)
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def worked(*spans: tuple[float, float], start: datetime = MONDAY, high: bool | None = None) -> list[Interval]:
    """Intervals as (first minute, last minute) after `start`."""
    return [Interval(start + minutes(first), start + minutes(last), high) for first, last in spans]


def at(minute: float, ledger=(), limits=PRECAUTIONARY, zones=UTC_ZONE, start=MONDAY) -> Go | Rest:
    return decide(start + minutes(minute), ledger, limits, zones)


def test_somebody_fresh_may_label_for_as_long_as_a_break_is_away():
    assert at(0) == Go(MONDAY + minutes(20), mild=False)


def test_a_break_is_due_when_less_is_left_than_an_item_needs():
    assert isinstance(at(18, worked((0, 18))), Go)
    assert at(18.5, worked((0, 18.5))) == Rest(EmptyReason.BREAK, MONDAY + minutes(23.5))


def test_a_break_is_over_after_five_minutes_and_not_before():
    ledger = worked((0, 20))
    assert at(24.99, ledger) == Rest(EmptyReason.BREAK, MONDAY + minutes(25))
    assert at(25, ledger) == Go(MONDAY + minutes(45), mild=False)


def test_pauses_shorter_than_a_break_do_not_add_up_to_one():
    assert at(24, worked((0, 10), (14, 24))) == Rest(EmptyReason.BREAK, MONDAY + minutes(29))


def test_a_session_ends_after_45_minutes_of_labelling_and_a_new_one_begins_an_hour_later():
    ledger = worked((0, 20), (25, 45), (50, 54))
    assert at(54.5, ledger) == Rest(EmptyReason.SESSION_OVER, MONDAY + minutes(114))
    assert isinstance(at(114, ledger), Go)


def test_the_end_of_a_session_is_kept_for_mild_items():
    assert at(39, worked((0, 20), (25, 39))) == Go(MONDAY + minutes(45), mild=False)  # a break comes first
    at_work = worked((0, 20), (25, 45))
    assert at(50, at_work) == Go(MONDAY + minutes(52), mild=False)  # what is not mild leaves room for what is
    assert at(51, [*at_work, *worked((50, 51))]) == Go(MONDAY + minutes(55), mild=True)


def test_the_day_is_over_after_90_minutes_until_quiet_hours_end_the_next_morning():
    ledger = worked((0, 20), (30, 50), (120, 140), (150, 170), (300, 309))
    assert at(400, ledger) == Rest(EmptyReason.DAY_OVER, datetime(2026, 3, 3, 6, 0, tzinfo=UTC))


def test_quiet_hours_hold_by_the_persons_own_clock():
    tokyo = (Zone("Asia/Tokyo"),)
    assert at(4 * 60 - 2, zones=tokyo).mild
    assert at(4 * 60 - 1, zones=tokyo) == Rest(EmptyReason.QUIET_HOURS, datetime(2026, 3, 2, 21, 0, tzinfo=UTC))
    assert at(12 * 60 - 1, zones=tokyo).reason is EmptyReason.QUIET_HOURS
    assert isinstance(at(12 * 60, zones=tokyo), Go)


def test_no_lease_lasts_into_quiet_hours():
    assert at(12 * 60 + 50) == Go(MONDAY + minutes(13 * 60 - 3), mild=False)
    assert at(12 * 60 + 56) == Go(MONDAY + minutes(13 * 60), mild=True)


def test_a_fifth_day_in_seven_is_refused_until_the_first_is_a_week_ago():
    days = [worked((0, 5), start=MONDAY + timedelta(days=day))[0] for day in (0, 1, 2, 3)]
    refused = decide(MONDAY + timedelta(days=4), days, PRECAUTIONARY, UTC_ZONE)
    assert refused == Rest(EmptyReason.WEEK_OVER, datetime(2026, 3, 9, 6, 0, tzinfo=UTC))
    assert isinstance(decide(datetime(2026, 3, 9, 6, 0, tzinfo=UTC), days, PRECAUTIONARY, UTC_ZONE), Go)


def test_midnight_gives_a_new_day_and_a_lease_may_last_over_it():
    roomy = replace(UNLIMITED, day_minutes=62)
    late = MONDAY.replace(hour=23, minute=56)
    assert decide(late, [Interval(late - minutes(61), late)], roomy, UTC_ZONE) == Rest(
        EmptyReason.DAY_OVER, late + minutes(4)
    )
    later = late + minutes(3)
    given = decide(later, [Interval(later - minutes(60), later)], roomy, UTC_ZONE)
    assert given == Go(later + minutes(1 + 62 - 3), mild=False)


def test_no_lease_lasts_into_a_day_that_would_be_one_too_many():
    no_night = replace(PRECAUTIONARY, quiet_from=0, quiet_until=0)
    late = MONDAY.replace(hour=23, minute=50)
    before = [worked((0, 5), start=MONDAY - timedelta(days=day))[0] for day in (3, 2, 1)]
    assert decide(late, before, no_night, UTC_ZONE) == Go(late + minutes(10 - 3), mild=False)
    assert decide(late + minutes(9), before, no_night, UTC_ZONE).reason is EmptyReason.WEEK_OVER


@pytest.mark.parametrize(
    ("day", "quiet_ends_utc"),
    [(datetime(2026, 3, 29, 1, 30, tzinfo=UTC), 4), (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), 5)],
    ids=["clocks go forward", "clocks go back"],
)
def test_quiet_hours_follow_daylight_saving(day, quiet_ends_utc):
    refused = decide(day, [], PRECAUTIONARY, (Zone("Europe/Berlin"),))
    assert refused == Rest(EmptyReason.QUIET_HOURS, day.replace(hour=quiet_ends_utc, minute=0))


@pytest.mark.parametrize(
    "zone", ["America/Havana", "Asia/Beirut", "America/Santiago", "Africa/Cairo", "Atlantic/Azores"]
)
def test_a_decision_is_reached_at_every_half_hour_where_clocks_change_at_midnight(zone):
    no_night = replace(PRECAUTIONARY, quiet_from=0, quiet_until=0)
    for start in (
        datetime(2026, 3, 1, tzinfo=UTC),
        datetime(2026, 4, 1, tzinfo=UTC),
        datetime(2026, 10, 20, tzinfo=UTC),
    ):
        for half in range(31 * 48):
            now = start + minutes(30 * half)
            spent = [Interval(now - minutes(100), now - minutes(10))]
            refused = decide(now, spent, replace(no_night, session_minutes=200), (Zone(zone),))
            assert isinstance(refused, Go) or refused.until > now


def test_a_zone_that_was_left_still_counts_until_it_lapses():
    zones = (Zone("Asia/Tokyo"), Zone("UTC", until=MONDAY + timedelta(hours=13, minutes=30)))
    refused = at(4 * 60, zones=zones)
    assert refused == Rest(EmptyReason.QUIET_HOURS, MONDAY + timedelta(hours=12))
    assert at(13 * 60 + 10, zones=zones) == Rest(EmptyReason.QUIET_HOURS, MONDAY + timedelta(hours=13, minutes=30))


@pytest.mark.parametrize(
    ("marks", "run"),
    [
        ([], 0),
        ([True, True, True], 3),
        ([True, False, True], 1),
        ([True, None, True], 2),
        ([True, True, False], 0),
        ([None], 0),
    ],
)
def test_a_run_of_high_concern_ends_with_a_mild_item_and_not_with_an_unknown_one(marks, run):
    ledger = [
        interval._replace(high=high) for interval, high in zip(worked((0, 1), (1, 2), (2, 3)), marks, strict=False)
    ]
    assert concern_run(MONDAY + minutes(3), ledger, PRECAUTIONARY) == run
    assert at(3, ledger).mild is (run >= 3)


def test_a_run_lasts_over_a_break_and_ends_with_the_session():
    ledger = worked((0, 2), (2, 4), (4, 6), high=True)
    assert at(20, ledger).mild
    assert not at(66, ledger).mild


def test_the_longest_rest_is_the_one_that_is_told():
    ledger = worked((0, 20), (25, 45), (50, 55))
    assert at(55, ledger).reason is EmptyReason.SESSION_OVER


def test_without_limits_everything_goes():
    ledger = worked((0, 3000))
    assert isinstance(at(3000, ledger, UNLIMITED), Go)


def test_what_is_used_is_summed_on_the_persons_own_clock():
    spent = used(MONDAY + minutes(60), worked((0, 10), (12, 20)), PRECAUTIONARY, Zone("Asia/Tokyo").info)
    assert (spent.active, spent.session, spent.day) == (minutes(0), minutes(18), minutes(18))
    assert [str(day) for day in spent.days] == ["2026-03-02"]


ZONES = (
    "UTC",
    "America/Sao_Paulo",
    "America/Havana",
    "Pacific/Apia",
    "Asia/Beirut",
    "Australia/Lord_Howe",
    "Africa/Cairo",
)


@given(
    st.sampled_from(ZONES),
    st.integers(
        0, 3_800_000
    ),  # minutes from the end of 2011, when Samoa left out a day; Brazil's clocks changed at midnight
    st.lists(st.tuples(st.integers(0, 600), st.integers(0, 90)), max_size=60),
)
def test_the_active_days_are_those_of_each_interval_by_itself(zone, begins, steps):
    """However quickly they are counted: each interval's first and last local day, worked out by the calendar alone."""
    info, ledger = ZoneInfo(zone), []
    now = datetime(2011, 12, 20, tzinfo=UTC) + timedelta(minutes=begins)
    for pause, minutes in steps:
        started = now + timedelta(minutes=pause)
        now = started + timedelta(minutes=minutes)
        ledger.append(Interval(started, now))
    expected = set()
    for one in ledger:
        last = max(one.started, one.ended - timedelta(microseconds=1))
        expected |= {one.started.astimezone(info).date(), last.astimezone(info).date()}
    assert used(now, ledger, PRECAUTIONARY, info).days == expected
