"""When a decision is worth most, when an item takes two people, and when decisions settle it."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from annotator.domain.adjudication import expected_error, is_severe, settles

VALUES = ("0", "1", "2", "3")


@pytest.mark.parametrize(
    ("posterior", "steps"),
    [
        ([1.0, 0, 0, 0], 0.0),
        ([0.5, 0.5, 0, 0], 0.5),
        ([0.5, 0, 0, 0.5], 1.5),
        (None, 1.0),
    ],
)
def test_expected_error_is_the_distance_of_the_best_guess(posterior, steps):
    assert expected_error(posterior, 4) == pytest.approx(steps)


@given(st.lists(st.floats(0, 1), min_size=2, max_size=6).filter(lambda shares: sum(shares) > 0.01))
def test_a_doubt_further_apart_is_worth_more_and_none_is_worth_nothing(shares):
    posterior = [share / sum(shares) for share in shares]
    error = expected_error(posterior, len(posterior))
    assert -1e-12 <= error <= (len(posterior) - 1) / 2 + 1e-9
    assert error >= 1 - max(posterior) - 1e-9  # a wrong guess is at least a step off


@pytest.mark.parametrize(
    ("ratings", "threshold", "severe"),
    [
        (["0", "3"], "3", True),
        (["0", "2", None], "3", False),
        (["0", "2"], "2", True),
        (["3", "3"], None, False),
        ([None, None], "0", False),
    ],
)
def test_an_item_is_severe_from_a_rating_on(ratings, threshold, severe):
    assert is_severe(ratings, VALUES, threshold) is severe


@pytest.mark.parametrize(
    ("decisions", "needed", "settled"),
    [
        ([], 1, False),
        (["1"], 1, True),
        (["1"], 2, False),
        (["1", "1"], 2, True),
        (["1", "2"], 2, False),
        (["1", "2", "3"], 2, True),
        ([None, None], 2, True),
    ],
)
def test_what_settles_an_item(decisions, needed, settled):
    assert settles(decisions, needed=needed) is settled
