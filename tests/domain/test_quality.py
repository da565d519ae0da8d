"""The change test: what speaks for and against somebody, and what never comes into it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, strategies as st

from annotator.domain.controls import Outcome
from annotator.domain.quality import (
    NOTHING,
    THRESHOLD,
    accuracy_interval,
    first_alarm,
    is_fast,
    statistic,
    weigh_agreement,
    weigh_control,
)
from annotator.synthetic.people import PersonKind, draw_person
from benchmarks.pausing import Pool, delay, stream

RIGHT, WRONG = Outcome(0, (), ()), Outcome(3, ("FEE", "DOCS"), ())
PLANTED = ["FEE", "DOCS"]


def test_finding_what_is_planted_speaks_for_somebody_and_missing_it_against():
    assert weigh_control(RIGHT, PLANTED, fast=False).llr < 0 < weigh_control(WRONG, PLANTED, fast=False).llr


def test_too_fast_counts_only_together_with_wrong():
    assert weigh_control(RIGHT, PLANTED, fast=True) == weigh_control(RIGHT, PLANTED, fast=False)
    assert weigh_control(WRONG, PLANTED, fast=True).llr > weigh_control(WRONG, PLANTED, fast=False).llr
    assert weigh_agreement(0, [1, 0, 0, 0], fast=True) == weigh_agreement(0, [1, 0, 0, 0], fast=False)
    assert weigh_agreement(3, [1, 0, 0, 0], fast=True).llr > weigh_agreement(3, [1, 0, 0, 0], fast=False).llr


def test_cannot_tell_is_no_evidence_however_fast():
    assert weigh_control(Outcome(None, ("FEE", "DOCS"), ()), PLANTED, fast=True) == NOTHING
    assert weigh_agreement(None, [1, 0, 0, 0], fast=True) == NOTHING


def test_an_undecided_crowd_says_less_than_a_decided_one():
    sure = weigh_agreement(3, [0.97, 0.01, 0.01, 0.01], fast=False).llr
    torn = weigh_agreement(3, [0.4, 0.1, 0.1, 0.4], fast=False).llr
    assert sure > torn


def test_one_step_off_says_next_to_nothing():
    assert abs(weigh_agreement(1, [1, 0, 0, 0], fast=False).llr) < 0.1


@given(st.lists(st.floats(-3, 3), max_size=60))
def test_pages_statistic_is_the_largest_sum_of_the_latest(ratios):
    tails = [0.0, *(math.fsum(ratios[start:]) for start in range(len(ratios)))]
    assert statistic(ratios) == pytest.approx(max(tails), abs=1e-9)
    alarm = first_alarm(ratios, 4.0)
    assert (alarm is not None) == any(statistic(ratios[: end + 1]) >= 4.0 for end in range(len(ratios)))


def test_reading_speed_is_counted_in_words():
    assert is_fast(5.0, words=100)
    assert not is_fast(12.0, words=100)


def test_an_interval_holds_the_share_and_narrows():
    assert accuracy_interval(0, 0) == (0, 1)
    low, high = accuracy_interval(8, 10)
    assert low < 0.8 < high
    assert accuracy_interval(80, 100)[0] > low


def test_simulated_people_honest_ones_go_on_and_careless_ones_are_noticed():
    rng = np.random.default_rng(7)
    pool = Pool(rng)
    honest = [
        draw_person(kind, rng) for kind in (PersonKind.CAREFUL, PersonKind.TYPICAL, PersonKind.STRICT) for _ in range(3)
    ]
    assert all(first_alarm(stream([one] * 150, pool, rng, f"h{n}")) is None for n, one in enumerate(honest))
    careless = [draw_person(PersonKind.CARELESS, rng) for _ in range(9)]
    delays = [delay(stream([one] * 100, pool, rng, f"c{n}"), THRESHOLD) for n, one in enumerate(careless)]
    assert np.median(delays) <= 60
