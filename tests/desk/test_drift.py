"""Drift is told against chance: alike epochs give a uniform p, copies of one campaign do not make a change, a change is found."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st
from scipy.spatial.distance import jensenshannon

from annotator.insight.drift import FEWEST, Posting, compare, divergence, drift_between, one_a_campaign

WORDS = np.array([f"word{letter}{other}" for letter in "abcdefghij" for other in "klmno"])


def texts(chance, n, lean=0.0):
    weights = np.linspace(1, 1 + lean, len(WORDS))
    return [" ".join(chance.choice(WORDS, 12, p=weights / weights.sum())) for _ in range(n)]


@pytest.mark.filterwarnings("ignore:invalid value encountered in sqrt")
@given(st.lists(st.tuples(st.floats(0.0, 1), st.floats(0.0, 1)), min_size=2, max_size=20))
def test_the_divergence_is_that_of_scipy_and_lies_between_0_and_1(pairs):
    p, q = (np.array(side) + 1e-9 for side in zip(*pairs, strict=True))
    p, q = p / p.sum(), q / q.sum()
    found = divergence(p[None], q[None])[0]
    theirs = jensenshannon(p, q, base=2)
    assert found == pytest.approx(theirs**2 if theirs == theirs else 0, abs=1e-9)  # theirs is no number where alike
    assert 0 <= found <= 1


def test_alike_epochs_give_a_small_p_no_more_often_than_chance():
    chance = np.random.default_rng(1)
    p = [compare("a", texts(chance, 30), "b", texts(chance, 40), chance).p for _ in range(60)]
    assert np.mean(np.array(p) <= 0.1) <= 0.2
    assert np.mean(p) == pytest.approx(0.5, abs=0.12)


def test_a_change_is_found_with_the_words_that_moved():
    chance = np.random.default_rng(2)
    late = [f"{text} deposit deposit" for text in texts(chance, 60)]
    found = compare("a", texts(chance, 60), "b", late, chance)
    assert found.p == 1 / 1000
    assert found.distance > found.usual
    word, before, after = found.words[0]
    assert (word, before) == ("deposit", 0)
    assert after > 0


@pytest.mark.parametrize("late", [[f"other{one}" for one in WORDS[:30]], ["the very same"] * 30])
def test_postings_that_share_no_words_are_not_compared(late):
    """As in a language that is written without spaces: each posting would be a word of its own."""
    found = compare("a", list(WORDS[:30]), "b", late, np.random.default_rng(4))
    assert (found.distance, found.p) == (None, None)
    assert "too few words" in found.reason


def test_copies_of_one_campaign_are_no_drift():
    chance = np.random.default_rng(3)
    postings = [Posting("2024", None, text) for text in texts(chance, 80)]
    postings += [Posting("2025", None, text) for text in texts(chance, 60)]
    postings += [Posting("2025", "flood", "deposit lodging passport retained fee") for _ in range(200)]
    (found,) = drift_between(postings, chance)
    assert found.n_after == 61
    assert found.p > 0.05


def test_one_posting_stands_for_its_campaign():
    postings = [Posting("a", "x", "1"), Posting("b", "x", "2"), Posting("a", None, "3"), Posting("a", None, "4")]
    found = one_a_campaign(postings, np.random.default_rng(0))
    assert sorted(one.text for one in found if one.campaign is None) == ["3", "4"]
    assert len(found) == 3


def test_too_few_postings_are_not_compared():
    found = compare("a", ["pay weekly"] * (FEWEST - 1), "b", ["pay weekly"] * 50, np.random.default_rng(0))
    assert (found.p, found.distance) == (None, None)
    assert "too few" in found.reason
