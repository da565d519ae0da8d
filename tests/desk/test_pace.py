"""The expected end is an interval that holds what it says, and says so where there is nothing to go by."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st

from annotator.domain.errors import InputError
from annotator.insight.pace import CONFIDENCE, FEWEST_DAYS, MOST_DAYS, expected_end, window

counts = st.lists(st.integers(0, 400), max_size=40)
amounts = st.tuples(*[st.floats(0, 1e5)] * 3).map(lambda found: tuple(sorted(found)))


def rng():
    return np.random.default_rng(3)


@given(counts, amounts)
def test_the_interval_is_in_order_or_there_is_none_and_a_reason(by_day, left):
    found = expected_end(by_day, left, rng())
    if found.median is None:
        assert found.reason
        assert found.soonest is None
        assert found.latest is None
    else:
        assert 0 <= found.soonest <= found.median <= found.latest


@given(st.lists(st.integers(1, 200), min_size=7, max_size=28), st.floats(50, 1e4), st.floats(1.5, 10))
def test_more_to_do_takes_longer(by_day, left, times):
    less = expected_end(by_day, (left, left, left), rng())
    more = expected_end(by_day, (times * left,) * 3, rng())
    assert more.median > less.median
    assert more.latest >= less.latest


@pytest.mark.parametrize(("days", "used"), [(0, 0), (6, 0), (7, 7), (13, 7), (14, 14), (27, 21), (90, MOST_DAYS)])
def test_the_pace_is_taken_from_whole_weeks(days, used):
    assert window(days) == used
    assert expected_end([9] * days, (50, 60, 70), rng()).days == used


def test_without_enough_days_or_without_answers_there_is_no_date():
    assert "not enough days" in expected_end([5] * (FEWEST_DAYS - 1), (10, 10, 10), rng()).reason
    assert "nobody has answered" in expected_end([0] * 14, (10, 10, 10), rng()).reason
    done = expected_end([], (0, 0, 0), rng())
    assert (done.soonest, done.latest) == (0, 0)


def test_an_end_years_away_is_called_no_end():
    assert expected_end([0, 0, 1, 0, 0, 0, 0], (1e6, 1e6, 1e6), rng()).no_end


def test_what_makes_no_sense_is_refused():
    for by_day, left in (([-1] * 7, (1, 2, 3)), ([1] * 7, (3, 2, 1)), ([1] * 7, (-1, 2, 3))):
        with pytest.raises(InputError):
            expected_end(by_day, left, rng())


def simulated(chance, pace, spread, weekend, days, left):
    """Past days and the day on which the last answer comes: gamma-Poisson days, slower at weekends."""
    rate = pace * np.where(np.arange(4000) % 7 < 5, 1.0, weekend)
    daily = chance.poisson(rate * chance.gamma(1 / spread, spread, 4000))
    past, future = daily[:days], daily[days:]
    return past, int(np.searchsorted(np.cumsum(future), left)) + 1


@pytest.mark.parametrize("days", [7, 14, 28])
@pytest.mark.parametrize(
    ("pace", "spread", "weekend", "left"),
    [(40, 0.05, 1.0, 1200), (40, 0.6, 1.0, 1200), (12, 0.4, 0.3, 300), (60, 0.3, 0.0, 2500), (8, 1.0, 1.0, 500)],
)
def test_the_interval_holds_the_true_end_as_often_as_it_says(days, pace, spread, weekend, left):
    chance, held, runs = np.random.default_rng(days), 0, 150
    for _ in range(runs):
        past, end = simulated(chance, pace, spread, weekend, days, left)
        found = expected_end(past, (left, left, left), chance)
        held += found.median is not None and found.soonest - 1 <= end <= found.latest + 1
    assert held / runs >= CONFIDENCE - 0.06
