"""A week in sums: whole, of five people at the least, and never a number that tells of fewer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, strategies as st

from annotator.domain.exposure import Interval
from annotator.domain.exposure_week import FEWEST, last_whole_week, sum_up
from annotator.domain.limits import PRECAUTIONARY

MONDAY = datetime(2026, 2, 16, tzinfo=UTC)


def ledger(*spans):
    """Intervals of (start, length) in minutes after nine on Monday."""
    nine = MONDAY + timedelta(hours=9)
    return [Interval(nine + timedelta(minutes=at), nine + timedelta(minutes=at + length)) for at, length in spans]


def week(ledgers, skipped=None, answered=None):
    people = {f"p{n}": found for n, found in enumerate(ledgers)}
    return sum_up(MONDAY, people, skipped or {}, answered or {}, PRECAUTIONARY)


@given(st.integers(0, 20 * 365 * 24 * 60))
def test_the_week_is_whole_and_over(minutes):
    now = MONDAY + timedelta(minutes=minutes)
    start = last_whole_week(now)
    assert start.weekday() == 0
    assert start + timedelta(days=7) <= now < start + timedelta(days=14)


def test_four_people_are_too_few_to_say_anything():
    assert not week([ledger((0, 45))] * 4).told
    assert week([ledger((0, 45))] * 5).told


def test_a_limit_counts_as_reached_within_the_wind_down_before_it():
    found = week([ledger((0, 41))] * 5)
    assert (found.cap_hits, found.at_cap) == (5, 5)
    assert week([ledger((0, 39))] * 5).cap_hits == 0


def test_a_session_that_begins_anew_is_counted_apart_and_the_day_adds_up():
    found = week([ledger((0, 30), (120, 30), (240, 30))] * 6)
    assert (found.cap_hits, found.at_cap) == (6, 6)  # ninety minutes of a day, and no session


def test_a_break_is_early_or_due_and_an_end_of_a_session_is_none():
    early = week([ledger((0, 5), (15, 5))] * 5)
    assert (early.breaks, early.early) == (5, 5)
    due = week([ledger((0, 16), (22, 5))] * 5)
    assert (due.breaks, due.early) == (5, 0)
    assert week([ledger((0, 5), (200, 5))] * 5).breaks == 0


@given(st.lists(st.integers(0, 3), min_size=FEWEST, max_size=12))
def test_what_one_to_four_people_had_a_part_in_is_not_told(skips):
    skipped = {f"p{n}": count for n, count in enumerate(skips) if count}
    found = week([ledger((0, 10))] * len(skips), skipped, {f"p{n}": 3 for n in range(len(skips))})
    if 0 < len(skipped) < FEWEST:
        assert found.skip_rate is None
    else:
        assert found.skip_rate == sum(skips) / (sum(skips) + 3 * len(skips))
