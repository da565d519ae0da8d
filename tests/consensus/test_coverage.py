"""Intervals hold the truth about as often as they say. Small here; `python -m benchmarks.coverage` reports the figures."""

import numpy as np

from annotator.consensus.agreement import krippendorff_alpha
from annotator.consensus.hierarchical import HierarchicalDawidSkene
from tests.consensus.matrices import planted

TRIALS = 120
LEAST = 0.88  # of 0.95, with 120 trials: below it less than once in a thousand runs


def test_intervals_of_alpha_cover():
    rng = np.random.default_rng(0)
    large, _ = planted(rng, n_tasks=20_000)
    true = krippendorff_alpha(large).value
    held = 0
    for _ in range(TRIALS):
        found = krippendorff_alpha(planted(rng, n_tasks=60)[0], bootstrap=400, rng=rng)
        held += found.low <= true <= found.high
    assert held / TRIALS > LEAST


def test_intervals_of_confusion_matrices_cover():
    rng = np.random.default_rng(1)
    shares = []
    for _ in range(12):
        labels, _ = planted(rng, n_tasks=300, n_workers=10, per_task=6, skill=0.7)
        low, high = HierarchicalDawidSkene().fit(labels).confusion_interval()
        true = np.full((3, 3), 0.1) + 0.7 * np.eye(3)
        shares.append(np.mean((low <= true) & (true <= high)))
    assert np.mean(shares) > LEAST
