"""The accuracy of a worker is what draws of their confusion matrix say it is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from annotator.consensus.accuracy import expected_accuracy_of_workers


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 5), st.floats(2, 200))
def test_mean_and_interval_are_those_of_draws(seed, n_classes, strength):
    rng = np.random.default_rng(seed)
    prevalence = rng.dirichlet(np.full(n_classes, 2.0))
    rows = strength * (0.7 * np.eye(n_classes) + 0.3 * rng.dirichlet(np.ones(n_classes), n_classes)) + 0.5
    draws = np.stack([rng.dirichlet(row, 20_000)[:, place] for place, row in enumerate(rows)], axis=1) @ prevalence
    found = expected_accuracy_of_workers(rows[None], prevalence)
    assert found.mean[0] == pytest.approx(draws.mean(), abs=0.01)
    assert [found.low[0], found.high[0]] == pytest.approx(np.quantile(draws, [0.025, 0.975]).tolist(), abs=0.04)


def test_more_labels_narrow_the_interval():
    rows = np.stack([n * np.array([[0.8, 0.2], [0.3, 0.7]]) for n in (5, 50, 500)])
    found = expected_accuracy_of_workers(rows, [0.5, 0.5])
    assert np.allclose(found.mean, 0.75)
    assert np.all(np.diff(found.high - found.low) < 0)
