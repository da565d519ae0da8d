"""A classifier as the prior of each task: it helps where it knows something, and does no harm where it does not."""

import numpy as np
import pytest

from annotator.consensus.hierarchical import HierarchicalDawidSkene
from annotator.consensus.ordinal import OrdinalDawidSkene
from annotator.consensus.skills import Skills, expected_accuracy
from annotator.domain.errors import InputError
from tests.consensus.matrices import planted


def classifier(truth, rng, *, signal, boldness=1.0):
    """Return probabilities that are calibrated where `boldness` is 1, and of no use where `signal` is 0."""
    evidence = rng.normal(0, 1, (len(truth), 3)) * np.sqrt(signal)
    evidence[np.arange(len(truth)), truth] += signal
    p = np.exp(boldness * evidence)
    return p / p.sum(axis=1, keepdims=True)


@pytest.fixture(scope="module")
def few():
    return planted(np.random.default_rng(0), n_tasks=600, n_workers=15, per_task=2, skill=0.55)


def accuracy(labels, truth, prior=None):
    return expected_accuracy(HierarchicalDawidSkene().fit(labels, prior=prior).posterior_, truth)


def test_a_good_classifier_helps(few):
    labels, truth = few
    prior = classifier(truth, np.random.default_rng(1), signal=3.0)
    alone = np.mean(prior.argmax(axis=1) == truth)
    assert accuracy(labels, truth, prior) > max(alone, accuracy(labels, truth)) + 0.02


@pytest.mark.parametrize("boldness", [1.0, 8.0])
def test_a_useless_classifier_does_no_harm_however_sure_of_itself(boldness):
    costs = []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        labels, truth = planted(rng, n_tasks=600, n_workers=15, per_task=2, skill=0.55)
        noise = np.exp(boldness * rng.normal(0, 1, (600, 3)))
        model = HierarchicalDawidSkene().fit(labels, prior=noise / noise.sum(axis=1, keepdims=True))
        assert model.skills_.slope < 0.2
        costs.append(accuracy(labels, truth) - expected_accuracy(model.posterior_, truth))
    assert np.mean(costs) < 0.01


def test_an_overconfident_classifier_is_toned_down(few):
    labels, truth = few
    bold = classifier(truth, np.random.default_rng(3), signal=1.5, boldness=5.0)
    model = HierarchicalDawidSkene().fit(labels, prior=bold)
    assert model.skills_.slope < 0.6


def test_a_task_without_labels_has_the_prior_as_it_is_read(few):
    labels, truth = few
    prior = classifier(truth, np.random.default_rng(4), signal=3.0)
    some = np.flatnonzero(labels.task > 9)
    fewer = type(labels).from_codes(labels.task[some], labels.worker[some], labels.label[some], n_tasks=600)
    model = HierarchicalDawidSkene(temper=False).fit(fewer, prior=prior)
    skills = Skills.from_json(model.skills_.to_json())
    assert model.posterior_[0] == pytest.approx(skills.posterior([], [], prior[0]))
    assert skills.predict_proba(fewer, prior) == pytest.approx(model.posterior_, abs=1e-9)


def test_what_em_climbs_never_falls_with_a_classifier_either(few):
    labels, truth = few
    prior = classifier(truth, np.random.default_rng(5), signal=1.0, boldness=4.0)
    for form in (HierarchicalDawidSkene, OrdinalDawidSkene):
        model = form(max_iter=60, tol=-np.inf).fit(labels, prior=prior)
        assert np.diff(model.log_likelihood_).min() > -1e-6


@pytest.mark.parametrize(
    ("prior", "message"),
    [
        (np.ones((2, 3)) / 3, r"prior: has shape \(2, 3\), not \(600, 3\)"),
        (np.full((600, 3), 0.5), "prior, row 1: is not a distribution"),
        (np.full((600, 3), np.nan), "prior, row 1: is not a distribution"),
    ],
)
def test_what_is_no_prior_is_refused(few, prior, message):
    with pytest.raises(InputError, match=message):
        HierarchicalDawidSkene().fit(few[0], prior=prior)
