"""Audit picks and what is estimated from them."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from statsmodels.stats.proportion import proportion_confint

from active_learning.audit import audited_picks, estimate, estimate_from_picks, permanent_numbers
from annotator.domain.errors import InputError


def test_permanent_numbers_are_uniform_the_same_every_time_and_other_for_another_salt():
    ids = [f"item-{n}" for n in range(5000)]
    numbers = permanent_numbers(ids, "salt")
    assert np.array_equal(numbers, permanent_numbers(ids, "salt"))
    assert numbers.min() >= 0
    assert numbers.max() < 1
    assert np.histogram(numbers, 10, (0, 1))[0] == pytest.approx(500, abs=90)
    assert abs(np.corrcoef(numbers, permanent_numbers(ids, "another"))[0, 1]) < 0.05
    assert permanent_numbers(["item-7"], "salt")[0] == numbers[7]
    assert permanent_numbers([], "salt").shape == (0,)


def test_a_larger_share_keeps_the_smaller_slice():
    numbers = permanent_numbers([f"i{n}" for n in range(300)], "s")
    assert set(np.flatnonzero(numbers < 0.1)) <= set(np.flatnonzero(numbers < 0.2))


def test_without_audit_the_best_go_in_order_and_with_audit_alone_all_are_alike():
    scores = np.array([0.2, 0.9, 0.5, 0.7])
    best = audited_picks(scores, 3, rng=np.random.default_rng(0), audit_share=0)
    assert best.indices.tolist() == [1, 3, 2]
    assert best.propensity.tolist() == [1, 1, 1]
    assert not best.audit.any()
    first = [audited_picks(scores, 1, rng=np.random.default_rng(s), audit_share=1).indices[0] for s in range(800)]
    assert np.bincount(first) == pytest.approx(200, abs=50)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 1.0])
def test_picks_happen_as_often_as_their_propensity_says(share):
    """Every sequence of two picks from four items, counted against the product of its propensities."""
    scores, rng = np.array([0.1, 0.4, 0.3, 0.2]), np.random.default_rng(1)
    seen, said, n = {}, {}, 4000
    for _ in range(n):
        picks = audited_picks(scores, 2, rng=rng, audit_share=share)
        key = tuple(picks.indices.tolist())
        seen[key] = seen.get(key, 0) + 1
        said[key] = picks.propensity.prod()
    for key in itertools.permutations(range(4), 2):
        expected = said.get(key, 0) * n
        assert seen.get(key, 0) == pytest.approx(expected, abs=4 * np.sqrt(expected + 1))
    assert sum(said.values()) == pytest.approx(1, abs=0.01)


def test_all_are_picked_once_when_more_are_asked_for():
    picks = audited_picks(np.zeros(6), 20, rng=np.random.default_rng(0), audit_share=0.5)
    assert sorted(picks.indices.tolist()) == list(range(6))


@settings(deadline=None)
@given(st.integers(1, 60), st.integers(0, 60))
def test_equal_small_propensities_give_the_share_with_wilsons_interval(n, positive):
    positive = min(positive, n)
    found = estimate(np.arange(n) < positive, np.full(n, 1e-9))
    low, high = proportion_confint(positive, n, method="wilson")
    assert found.value == pytest.approx(positive / n)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-6)


def test_an_interval_shrinks_to_nothing_as_the_sample_becomes_the_pool():
    values = np.arange(50) < 20
    widths = [estimate(values, np.full(50, pi)) for pi in (0.1, 0.5, 0.9, 1.0)]
    assert all(a.high - a.low > b.high - b.low for a, b in itertools.pairwise(widths))
    assert widths[-1].high - widths[-1].low < 1e-4


def test_rarely_sampled_items_count_for_more():
    """Two of a kind sampled once in ten, two others always: 20 items and 2."""
    assert estimate([1, 1, 0, 0], [0.1, 0.1, 1, 1]).value == pytest.approx(20 / 22)


def test_chance_finds_the_share_that_hunting_misses():
    """The mean over many campaigns, and how often the interval holds; the benchmark has the full table."""
    truth = (np.arange(400) < 60).astype(float)
    hunted, by_pick, covered = [], [], 0
    for seed in range(300):
        rng = np.random.default_rng(seed)
        picks = audited_picks(truth + rng.standard_normal(400), 150, rng=rng, audit_share=0.2)
        found = estimate_from_picks(truth[picks.indices], picks.audit, 400)
        hunted.append(truth[picks.indices].mean())
        by_pick.append(found.value)
        covered += found.low <= 0.15 <= found.high
    assert np.mean(hunted) > 0.25
    assert np.mean(by_pick) == pytest.approx(0.15, abs=0.01)
    assert 0.91 <= covered / 300 <= 0.99


def test_what_is_settled_is_known():
    """All but the last items are labelled: little is left to chance."""
    truth = (np.arange(100) % 4 == 0).astype(float)
    early = estimate_from_picks(truth[:20], np.ones(20, dtype=bool), 100)
    late = estimate_from_picks(truth[:95], np.ones(95, dtype=bool), 100)
    assert late.high - late.low < (early.high - early.low) / 3
    assert late.value == pytest.approx(0.25, abs=0.02)


def test_no_sample_says_nothing():
    for found in (estimate([], []), estimate_from_picks([1.0], [False], 10)):
        assert np.isnan(found.value)
        assert (found.low, found.high, found.n) == (0, 1, 0)


@pytest.mark.parametrize(
    ("values", "propensity", "said"),
    [([0.5], [0.0], "propensity"), ([0.5], [1.5], "propensity"), ([2.0], [0.5], "values"), ([0.5, 1], [0.5], "shapes")],
)
def test_values_and_propensities_out_of_range_are_refused(values, propensity, said):
    with pytest.raises(InputError, match=said):
        estimate(values, propensity)


def test_shares_and_logs_that_cannot_be_are_refused():
    with pytest.raises(InputError, match="audit_share"):
        audited_picks([0.5], 1, rng=np.random.default_rng(0), audit_share=1.1)
    with pytest.raises(InputError, match="population"):
        estimate_from_picks([1.0, 0.0], [True, True], 1)
