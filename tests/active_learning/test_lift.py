"""The lift meter: when to look, what is claimed, and what follows. `benchmarks.lift` has the rates over whole campaigns."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from active_learning.lift import LEVEL, MOST_LOOKS, TRIAL_SHARE, area_under_curve, look_is_due, measure_lift
from annotator.domain.errors import InputError
from tests.active_learning import pools


@pytest.fixture(autouse=True)
def _few_exchanges(monkeypatch):
    monkeypatch.setattr("active_learning.lift._EXCHANGES", 30)


def labelled(rng, n, *, useful):
    """One class is rare and has ten faces; items that are useful to learn from show it half of the time."""
    y = (rng.random(n) < (0.5 if useful else 0.05)).astype(int)
    rows = rng.standard_normal((n, 40)) / np.sqrt(40)
    rows[np.arange(n), rng.integers(0, 10, n)] += 1.2 * y
    return rows, y


def look(seed, *, useful, looks=0, n_classes=2):
    rng = np.random.default_rng(seed)
    chosen, random = labelled(rng, 120, useful=useful), labelled(rng, 500, useful=False)
    return measure_lift(chosen, random, n_classes=n_classes, looks=looks, rng=rng)


def test_looks_come_at_twice_the_labels_each():
    assert [look_is_due(10**6, n, 0) for n in (79, 80)] == [False, True]
    assert [look_is_due(10**6, n, 2) for n in (319, 320)] == [False, True]
    assert not look_is_due(19, 10**6, 0)


def test_all_looks_of_a_campaign_share_one_level():
    assert look(0, useful=False).level * MOST_LOOKS == pytest.approx(LEVEL)
    assert not look_is_due(10**9, 10**9, MOST_LOOKS)


def test_items_that_teach_are_seen_to():
    found = look(1, useful=True)
    assert found.proven
    assert found.value > 0.05
    assert found.p_value < found.level
    assert [labels for labels, _, _ in found.curve] == [60, 120]
    assert all(chosen > random for _, chosen, random in found.curve)


def test_items_like_any_other_are_rarely_taken_for_better():
    assert sum(look(seed, useful=False).proven for seed in range(10)) == 0


def test_the_order_follows_the_verdict_and_the_reason_says_so():
    proven = look(1, useful=True)
    not_proven = replace(proven, proven=False)
    assert proven.model_share(0.1) == pytest.approx(0.9)
    assert not_proven.model_share(0.1) == TRIAL_SHARE
    assert not_proven.model_share(0.95) == pytest.approx(0.05)
    assert "lift is proven" in proven.reason
    assert "the order is random" in look(0, useful=False).reason


def test_the_same_seed_gives_the_same_verdict():
    assert look(3, useful=False) == look(3, useful=False)


def test_sparse_rows_and_posteriors_will_do():
    rng = np.random.default_rng(0)
    parts = []
    for n in (30, 120):
        rows = pools.rows(rng, n)
        parts.append((rows, 0.8 * np.eye(3)[pools.classes(rows, 3, rng)] + 0.2 / 3))
    found = measure_lift(*parts, n_classes=3, looks=0, rng=rng)
    assert np.isfinite(found.value)


def test_labels_of_one_class_claim_nothing():
    rng = np.random.default_rng(0)
    parts = [(pools.rows(rng, n), np.zeros(n, dtype=int)) for n in (30, 120)]
    found = measure_lift(*parts, n_classes=2, looks=0, rng=rng)
    assert not found.proven
    assert found.p_value == 1


def test_too_few_labels_are_refused():
    rng = np.random.default_rng(0)
    with pytest.raises(InputError, match="too few for look 1"):
        measure_lift(labelled(rng, 10, useful=False), labelled(rng, 100, useful=False), n_classes=2, looks=0, rng=rng)


def test_area_under_the_curve_is_scikit_learns():
    rng = np.random.default_rng(0)
    score, y = rng.integers(0, 5, 60) / 5, rng.integers(0, 2, 60)
    ours = area_under_curve(np.column_stack([1 - score, score]), np.eye(2)[y])
    assert ours == pytest.approx(roc_auc_score(y, score))


def test_a_soft_item_counts_for_both_classes():
    """Half in each: as the item given twice, once in each class, with half the weight."""
    rng = np.random.default_rng(1)
    score, y = rng.random(20), rng.integers(0, 2, 20)
    soft = np.eye(2)[y] * 0.6 + 0.2
    by_hand = roc_auc_score(np.repeat([0, 1], 20), np.tile(score, 2), sample_weight=soft.T.ravel())
    own_pairs = (soft[:, 0] * soft[:, 1]).sum()
    assert area_under_curve(np.column_stack([1 - score, score]), soft) == pytest.approx(by_hand, abs=own_pairs)
