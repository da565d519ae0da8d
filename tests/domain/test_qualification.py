"""The sequential test: Wald's boundaries, its error rates, and that it always ends."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st

from annotator.domain.errors import InputError
from annotator.domain.qualification import (
    USUAL,
    SequentialTest,
    Verdict,
    decide,
    most_missed,
    operating_characteristic,
)


def test_right_answers_pass_and_wrong_ones_send_to_training():
    assert decide([]) is Verdict.CONTINUE
    assert decide([True] * 6) is Verdict.CONTINUE
    assert decide([True] * 7) is Verdict.PASS
    assert decide([False] * 2) is Verdict.CONTINUE
    assert decide([False] * 3) is Verdict.STUDY


def test_the_boundaries_are_walds():
    assert np.exp(USUAL.passes_at) == pytest.approx(0.95 / 0.05)
    assert np.exp(USUAL.fails_at) == pytest.approx(0.05 / 0.95)


@given(st.lists(st.booleans(), min_size=40, max_size=60))
def test_it_ends_within_the_most_answers_and_what_comes_after_changes_nothing(outcomes):
    verdict = decide(outcomes)
    assert verdict is not Verdict.CONTINUE
    assert decide(outcomes[: USUAL.most]) is verdict


@given(st.lists(st.booleans(), max_size=40), st.integers(0, 39))
def test_a_right_answer_in_place_of_a_wrong_one_never_harms(outcomes, place):
    better = [*outcomes]
    if place < len(better):
        better[place] = True
    order = [Verdict.STUDY, Verdict.CONTINUE, Verdict.PASS]
    assert order.index(decide(better)) >= order.index(decide(outcomes)) or decide(outcomes) is Verdict.PASS


def test_the_exact_error_rates_hold_what_they_promise():
    passes, _ = operating_characteristic(USUAL.poor)
    assert passes <= USUAL.false_pass
    passes, answers = operating_characteristic(USUAL.good)
    assert 1 - passes <= USUAL.false_fail
    assert 10 < answers < 20


def test_the_exact_rates_agree_with_simulation():
    rng = np.random.default_rng(4)
    draws = rng.random((4000, USUAL.most)) < 0.7
    passed = np.mean([decide(row.tolist()) is Verdict.PASS for row in draws])
    assert passed == pytest.approx(operating_characteristic(0.7)[0], abs=0.03)


@pytest.mark.parametrize("wrong", [{"poor": 0.9}, {"good": 1.0}, {"false_pass": 0.5}, {"most": 0}])
def test_settings_that_contradict_each_other_are_refused(wrong):
    with pytest.raises(InputError):
        SequentialTest(**wrong)


def test_what_to_study_is_what_was_missed_most():
    assert most_missed([("fee",), ("docs", "fee"), (), ("wage",)], limit=2) == ["fee", "docs"]
