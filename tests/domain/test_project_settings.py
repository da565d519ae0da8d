"""Which values of a project's settings are taken, and what is said of the others."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from annotator.domain.adjudication import expected_error, is_severe
from annotator.domain.limits import PRECAUTIONARY, Limits
from annotator.domain.project_settings import SETTINGS, SettingsError, check, limits_in

REST = {"overlap": 3, "max_overlap": 5, "risk_threshold": 0.02, "lease_seconds": 600}
CHANCE = {"audit_share": 0.1, "retrain_every": 100, "control_first": 5, "control_rate": 0.1}
USUAL = asdict(PRECAUTIONARY) | REST | CHANCE


def problems(before=USUAL, *, may_be_looser=False, **changes):
    try:
        check(before, before | changes, may_be_looser=may_be_looser)
    except SettingsError as refused:
        assert refused.where == next(iter(refused.problems))
        return refused.problems
    return {}


def test_the_values_of_this_test_are_all_there_are():
    assert set(USUAL) == set(SETTINGS)
    assert limits_in(USUAL) == Limits()


@pytest.mark.parametrize(
    "changes",
    [{}, {"overlap": 5}, {"max_overlap": 3}, {"risk_threshold": 0.001}, {"audit_share": 1}, {"day_minutes": 60}],
)
def test_values_within_bounds_that_go_together_are_taken(changes):
    assert problems(**changes) == {}


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("depth", 1, "There is no such setting."),
        ("retrain_every", 2.5, "Give a whole number."),
        ("overlap", 0, "Give 1 to 50."),
        ("overlap", 51, "Give 1 to 50."),
        ("retrain_every", 1_000_001, "Give 1 to 1,000,000."),
        ("risk_threshold", 0.6, "Give 0.1 to 50 %."),
        ("control_rate", -0.1, "Give 0 to 50 %."),
    ],
)
def test_a_value_that_is_not_taken_is_named_with_what_would_be(name, value, said):
    assert problems(**{name: value})[name] == said


def test_fewer_people_at_the_most_than_at_the_least_do_not_go_together():
    assert problems(max_overlap=2) == {"max_overlap": "Fewer than the 3 people an item gets at the least."}
    assert problems(overlap=6) == {"max_overlap": "Fewer than the 6 people an item gets at the least."}
    crossed = USUAL | {"overlap": 6}
    assert problems(crossed, audit_share=0.2) == {}  # what does not change is not asked about


def test_limits_can_be_made_stricter_and_never_looser_than_the_precautionary_ones_or_than_they_are():
    assert "precautionary 90" in problems(day_minutes=100)["day_minutes"]
    assert set(problems(break_minutes=4, week_days=5)) == {"break_minutes", "week_days"}
    assert problems(day_minutes=100, may_be_looser=True) == {}
    rehearsal = USUAL | {"day_minutes": 200}
    assert problems(rehearsal, day_minutes=150) == {}
    assert set(problems(rehearsal, day_minutes=210)) == {"day_minutes"}
    assert set(problems(day_minutes=100, overlap=0)) == {"overlap"}  # bounds are told first


def test_without_a_scale_a_wrong_value_is_one_step_off_and_only_the_threshold_itself_is_severe():
    assert expected_error([0.5, 0, 0, 0.5], 4, scale=False) == 0.5
    assert expected_error(None, 4, scale=False) == 0.75
    values = ("a", "b", "c")
    assert is_severe(["b", None], values, "b", scale=False)
    assert not is_severe(["c"], values, "b", scale=False)
    assert is_severe(["c"], values, "b")
