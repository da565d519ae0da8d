"""EM on a cluster of processes comes to what it comes to in one process."""

from __future__ import annotations

import numpy as np
import pytest

from annotator.consensus import problem
from annotator.consensus.cluster import passes_on
from annotator.consensus.dawid_skene import DawidSkene
from annotator.consensus.hierarchical import HierarchicalDawidSkene
from annotator.consensus.ordinal import OrdinalDawidSkene
from tests.consensus.matrices import planted


@pytest.mark.parametrize("model", [DawidSkene, HierarchicalDawidSkene, OrdinalDawidSkene])
def test_a_fit_on_a_cluster_is_the_fit_of_one_process(model, machines, monkeypatch):
    monkeypatch.setattr(problem, "_BLOCK", 500)  # so that a small matrix comes in several blocks
    labels, _ = planted(np.random.default_rng(3), n_tasks=800, n_workers=8, n_classes=3)
    blocks = problem.Problem.of([labels], least=1).blocks()
    assert len(blocks) > 2
    alone, together = model(max_iter=6).fit(labels), model(max_iter=6).fit(labels, passes=passes_on(machines))
    np.testing.assert_allclose(together.posterior_, alone.posterior_, rtol=0, atol=1e-10)
    np.testing.assert_allclose(together.confusion_, alone.confusion_, rtol=0, atol=1e-10)
    np.testing.assert_allclose(together.log_likelihood_, alone.log_likelihood_, rtol=1e-12)
    assert together.n_iter_ == alone.n_iter_


def test_a_classifiers_prior_reaches_each_block(machines, monkeypatch):
    monkeypatch.setattr(problem, "_BLOCK", 500)
    rng = np.random.default_rng(4)
    labels, truth = planted(rng, n_tasks=800, n_workers=8, n_classes=3)
    prior = np.full((800, 3), 0.2)
    prior[np.arange(800), truth] = 0.6
    alone = HierarchicalDawidSkene(max_iter=6).fit(labels, prior=prior)
    together = HierarchicalDawidSkene(max_iter=6).fit(labels, prior=prior, passes=passes_on(machines))
    np.testing.assert_allclose(together.posterior_, alone.posterior_, rtol=0, atol=1e-10)
