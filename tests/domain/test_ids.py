"""Ids sort by when they were made, and after one that a fast clock has left."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, strategies as st
from ulid import ULID

from annotator.domain.clock import ManualClock, SystemClock
from annotator.domain.ids import id_after, new_id


def test_an_id_is_a_ulid_of_now():
    made = new_id()
    assert len(made) == 26
    assert abs(ULID.from_str(made).datetime - datetime.now(UTC)) < timedelta(minutes=1)
    assert new_id() != made
    assert abs(SystemClock().now() - datetime.now(UTC)) < timedelta(minutes=1)


@given(st.datetimes(datetime(1990, 1, 1), datetime(9000, 1, 1)))  # noqa: DTZ001 hypothesis asks for naive bounds
def test_an_id_after_another_sorts_after_it_whatever_the_clock_says(moment):
    previous = str(ULID.from_datetime(moment.replace(tzinfo=UTC)))
    following = id_after(previous)
    assert following > previous
    assert len(following) == 26
    if moment.year > 2500:
        assert int(ULID.from_str(following)) == int(ULID.from_str(previous)) + 1
    if moment.year < 2000:
        assert ULID.from_str(following).datetime.year >= 2026


def test_the_first_id_is_after_nothing():
    assert len(id_after(None)) == 26


def test_a_clock_of_tests_moves_only_when_told_to():
    clock = ManualClock(datetime(2026, 3, 2, tzinfo=UTC))
    clock.advance(timedelta(hours=1))
    clock.advance(timedelta(hours=2))
    assert clock.now() == datetime(2026, 3, 2, 3, tzinfo=UTC)
