"""Recorded answers of real crowds, and Crowd-Kit as an oracle. Both lie outside the project, and are skipped where missing."""

from pathlib import Path

import numpy as np
import pytest

from annotator.consensus.dawid_skene import DawidSkene
from annotator.consensus.files import read_labels, read_truth
from annotator.consensus.hierarchical import HierarchicalDawidSkene
from annotator.consensus.majority import Majority
from annotator.consensus.skills import expected_accuracy
from tests.consensus.matrices import planted

DATA = Path(__file__).parents[3] / "shared" / "data"
SETS = {"sentiment": 0.934, "face-sentiment": 0.636, "product-match": 0.897, "weather": 0.825}
"""Accuracy of majority, as seen elsewhere with ties settled some way or other."""


@pytest.fixture(scope="module", params=SETS)
def recorded(request):
    folder = DATA / request.param
    if not folder.is_dir():
        pytest.skip(f"{folder} is not there")
    labels = read_labels(folder / "labels.csv")
    return request.param, labels, read_truth(folder / "truth.csv", labels)


def test_majority_is_as_accurate_as_seen_elsewhere(recorded):
    name, labels, truth = recorded
    assert expected_accuracy(Majority().fit(labels).posterior_, truth) == pytest.approx(SETS[name], abs=0.003)


def test_priors_do_not_cost_accuracy_where_labels_are_many(recorded):
    _, labels, truth = recorded
    plain, hierarchical = DawidSkene().fit(labels), HierarchicalDawidSkene().fit(labels)
    assert expected_accuracy(hierarchical.posterior_, truth) > expected_accuracy(plain.posterior_, truth) - 0.003


def test_dawid_skene_is_what_crowd_kit_makes_of_it():
    aggregation = pytest.importorskip("crowdkit.aggregation", reason="Crowd-Kit is only installed for benchmarks")
    pandas = pytest.importorskip("pandas")
    labels, _ = planted(np.random.default_rng(0), n_tasks=300, per_task=5)
    frame = pandas.DataFrame({"task": labels.task, "worker": labels.worker, "label": labels.label})
    theirs = aggregation.DawidSkene(n_iter=10, tol=-np.inf).fit_predict_proba(frame).sort_index()
    ours = DawidSkene(max_iter=10, tol=-np.inf).fit(labels)
    assert ours.posterior_ == pytest.approx(theirs.to_numpy(), abs=1e-4)
