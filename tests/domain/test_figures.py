"""The figures of the domain that were chosen, by measurement or by the field: each stands here once more, so that none moves unseen."""

from __future__ import annotations

import math
from datetime import timedelta

import pytest

from annotator.domain import exposure, flooding, noticing, quality
from annotator.domain.controls import Outcome, Placement
from annotator.domain.errors import InputError
from annotator.domain.limits import UNLIMITED, Limits, bounds_of
from annotator.domain.project_settings import SETTINGS
from annotator.domain.qualification import USUAL, SequentialTest

DAY = {"active_minutes": 5, "break_minutes": 0, "session_minutes": 10, "session_gap_minutes": 1, "day_minutes": 10}
LEAST = DAY | {"week_days": 1, "quiet_from": 0, "quiet_until": 0, "concern_run": 1, "item_minutes": 3}
MOST = dict.fromkeys(LEAST, 1_000_000) | {"week_days": 7, "quiet_from": 23, "quiet_until": 23}


def test_limits_have_these_bounds_and_none_at_all_are_these():
    assert {name: bounds_of(name) for name in LEAST} == {name: (LEAST[name], MOST[name]) for name in LEAST}
    million = 1_000_000
    assert Limits(million, 0, million, 1, million, 7, 0, 0, million, million) == UNLIMITED
    assert UNLIMITED.quiet == frozenset()


@pytest.mark.parametrize("name", LEAST)
def test_a_limit_takes_its_bounds_and_nothing_past_them(name):
    assert getattr(Limits(**{name: LEAST[name]}), name) == LEAST[name]
    assert getattr(Limits(**{name: MOST[name]}), name) == MOST[name]
    for past in (LEAST[name] - 1, MOST[name] + 1):
        with pytest.raises(InputError) as refused:
            Limits(**{name: past})
        assert refused.value.where == name


def test_settings_of_a_project_have_these_bounds():
    bounds = {name: (one.least, one.most, one.unit, one.share) for name, one in SETTINGS.items() if name not in LEAST}
    assert bounds == {
        "overlap": (1, 50, "", False),
        "max_overlap": (1, 50, "", False),
        "risk_threshold": (0.001, 0.5, "%", True),
        "lease_seconds": (60, 86_400, "seconds", False),
        "audit_share": (0, 1, "%", True),
        "retrain_every": (1, 1_000_000, "answers", False),
        "control_first": (0, 50, "items", False),
        "control_rate": (0, 0.5, "%", True),
    }
    limits = {name: (one.least, one.most, one.unit, one.share) for name, one in SETTINGS.items() if name in LEAST}
    assert limits == {name: (LEAST[name], MOST[name], "", False) for name in LEAST}
    assert all(one.title and one.does and one.meanwhile for one in SETTINGS.values())


def test_exposure_keeps_these_margins():
    minutes = [span / timedelta(minutes=1) for span in (exposure.LEAST, exposure.WIND_DOWN)]
    assert minutes == [2, 5]
    assert timedelta(hours=24) == exposure.ZONE_HOLD
    assert timedelta(days=9) == exposure.LOOK_BACK


def test_the_change_test_weighs_with_the_shares_that_were_chosen():
    assert quality.ATTENTIVE_STEPS == (0.66, 0.31, 0.025, 0.005)
    assert quality.CARELESS_STEPS == (0.37, 0.33, 0.20, 0.10)
    assert math.fsum(quality.ATTENTIVE_STEPS) == math.fsum(quality.CARELESS_STEPS) == pytest.approx(1)
    assert (quality.THRESHOLD, quality.FAST_AND_WRONG, quality.READING_SECONDS) == (10, 1, 0.1)


def test_answers_to_control_items_are_weighed_to_the_last_digit():
    found, missed = math.log(0.2 / 0.8), math.log(0.8 / 0.2)
    right = quality.weigh_control(Outcome(0, (), ()), ["FEE", "DOCS"], fast=True)
    assert right == quality.Weighed(pytest.approx(math.log(0.37 / 0.66) + 2 * found), fast=False)
    half = quality.weigh_control(Outcome(2, ("FEE", "added"), ()), ["FEE", "DOCS"], fast=False)
    assert half == quality.Weighed(pytest.approx(math.log(0.20 / 0.025) + found + missed), fast=False)
    wrong = quality.weigh_control(Outcome(9, ("FEE", "DOCS"), ()), ["FEE", "DOCS"], fast=True)
    assert wrong == quality.Weighed(pytest.approx(math.log(0.10 / 0.005) + 2 * missed + 1), fast=True)


def test_a_rating_is_weighed_against_all_that_the_others_make_probable():
    one = quality.weigh_agreement(2, [0.2, 0.0, 0.3, 0.5], fast=True)
    careless, attentive = 0.3 * 0.37 + 0.5 * 0.33 + 0.2 * 0.20, 0.3 * 0.66 + 0.5 * 0.31 + 0.2 * 0.025
    assert one == quality.Weighed(pytest.approx(math.log(careless / attentive)), fast=False)
    far = quality.weigh_agreement(1, [0.0, 1.0], fast=False, apart=lambda a, b: 2 * abs(a - b))
    assert far.llr == pytest.approx(math.log(0.37 / 0.66))
    half = quality.weigh_agreement(2, [0.5, 0.5, 0, 0], fast=True)  # as probable near as far: not wrong
    assert half.fast is False


def test_wilsons_interval_to_four_digits():
    assert quality.accuracy_interval(8, 10) == pytest.approx((0.4901625, 0.9433178), abs=1e-4)
    assert quality.accuracy_interval(0, 10) == pytest.approx((0, 0.2775328), abs=1e-4)
    assert quality.accuracy_interval(10, 10) == pytest.approx((0.7224672, 1), abs=1e-4)
    assert quality.accuracy_interval(5, 10, z=2.58) == pytest.approx((0.1837, 0.8163), abs=1e-3)


def test_reading_takes_a_tenth_of_a_second_a_word():
    assert quality.is_fast(9.9, 100)
    assert not quality.is_fast(10.0, 100)


def test_noticing_begins_at_seven_and_grows_with_the_logarithm_of_the_answers():
    assert [noticing.threshold(answers) for answers in (0, 1500)] == [7, 7]
    assert noticing.threshold(3000) == pytest.approx(7 + math.log(2))
    assert noticing.threshold(10**6) == 10
    assert noticing.change([1.0, -2.0, 3.0, 4.0], 7.0) == noticing.Change(7.0, 2)
    assert noticing.change([1.0, -2.0, 3.0, 4.0], 7.1) is None


def test_a_flood_is_twenty_items_a_tenth_and_twice_the_usual():
    assert (flooding.LEAST_ITEMS, flooding.SHARE, flooding.TIMES) == (20, 0.10, 2)
    assert (flooding.WEEKS_KNOWN, flooding.Z) == (3, 2.58)
    found = flooding.floods({"b": 40, "a": 40, "c": 20, "d": 19}, 119, [{"a": 20}, {}, {"b": 3}])
    assert [(each.campaign, each.count, each.of, each.usual) for each in found] == [
        ("a", 40, 119, 20),
        ("b", 40, 119, 20),
    ]
    assert flooding.floods({"a": 39}, 60, [{"b": 20}, {}, {"b": 3}]) == []
    assert [each.usual for each in flooding.floods({"a": 40, "b": 12}, 60, [{"b": 3}])] == [12]


def test_the_usual_qualification_is_walds_with_these_chances():
    assert SequentialTest(0.55, 0.85, 0.05, 0.05, 40) == USUAL
    assert USUAL.gain == pytest.approx(0.4353, abs=1e-4)
    assert USUAL.loss == pytest.approx(-1.0986, abs=1e-4)
    assert (USUAL.passes_at, USUAL.fails_at) == pytest.approx((2.9444, -2.9444), abs=1e-4)


@pytest.mark.parametrize(
    ("values", "where"),
    [
        ({"poor": 0}, "poor"),
        ({"good": 1}, "poor"),
        ({"poor": 0.85}, "poor"),
        ({"false_pass": 0}, "false_pass"),
        ({"false_pass": 0.5}, "false_pass"),
        ({"false_fail": 0}, "false_pass"),
        ({"false_fail": 0.5}, "false_pass"),
        ({"most": 0}, "most"),
    ],
)
def test_a_test_that_contradicts_itself_is_refused(values, where):
    with pytest.raises(InputError) as refused:
        SequentialTest(**values)
    assert refused.value.where == where


@pytest.mark.parametrize(
    ("values", "where"),
    [
        ({"first": -1}, "control_first"),
        ({"first": 51}, "control_first"),
        ({"rate": -0.01}, "control_rate"),
        ({"rate": 0.51}, "control_rate"),
    ],
)
def test_control_items_stand_within_bounds(values, where):
    with pytest.raises(InputError) as refused:
        Placement(**values)
    assert refused.value.where == where
    assert Placement() == Placement(5, 0.1)
    assert Placement(0, 0.0) != Placement(50, 0.5)


def test_the_first_places_are_for_control_items_then_a_share_and_without_a_rate_none():
    key, places = b"k", range(4000)
    usual = [Placement(5, 0.1).is_control(key, "p", place) for place in places]
    assert all(usual[:5])
    assert sum(usual[5:]) == pytest.approx(400, abs=80)
    assert not any(Placement(5, 0).is_control(key, "p", place) for place in places)
    assert usual != [Placement(5, 0.1).is_control(b"other", "p", place) for place in places]
    assert usual != [Placement(5, 0.1).is_control(key, "q", place) for place in places]
