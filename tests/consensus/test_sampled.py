"""The hierarchical form by sampling."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from annotator.consensus.files import read_labels, read_truth
from annotator.consensus.hierarchical import HierarchicalDawidSkene
from annotator.consensus.labels import LabelMatrix
from annotator.consensus.sampled import SampledDawidSkene
from annotator.consensus.skills import expected_accuracy
from annotator.domain.errors import InputError

RECORDED = Path(__file__).parents[2] / ".." / "shared" / "data" / "face-sentiment"


def crowd(seed, items=300, people=20, answers=3, classes=3, low=0.4, high=0.95):
    rng = np.random.default_rng(seed)
    truth, skill = rng.integers(0, classes, items), rng.uniform(low, high, people)
    who = np.argsort(rng.random((items, people)), axis=1)[:, :answers].ravel()
    task = np.repeat(np.arange(items), answers)
    right = rng.random(len(task)) < skill[who]
    label = np.where(right, truth[task], (truth[task] + rng.integers(1, classes, len(task))) % classes)
    return LabelMatrix.from_codes(task, who, label, n_tasks=items, n_workers=people, n_classes=classes), truth


def log_loss(posterior, truth):
    return -np.log(posterior[np.arange(len(truth)), truth]).mean()


def test_with_many_labels_it_says_what_em_says():
    labels, truth = crowd(0, answers=8)
    sampled, em = SampledDawidSkene().fit(labels), HierarchicalDawidSkene().fit(labels)
    assert expected_accuracy(sampled.posterior_, truth) == pytest.approx(
        expected_accuracy(em.posterior_, truth), abs=0.02
    )
    assert np.abs(sampled.confusion_ - em.confusion_).mean() < 0.03


@pytest.mark.skipif(not RECORDED.is_dir(), reason=f"{RECORDED} is not there")
def test_on_recorded_answers_with_few_labels_it_is_less_over_confident():
    labels = read_labels(RECORDED / "labels.csv")
    truth = read_truth(RECORDED / "truth.csv", labels)
    losses = []
    for seed in range(4):
        order = np.lexsort((np.random.default_rng(seed).random(labels.n_labels), labels.task))
        rank = np.arange(labels.n_labels) - np.searchsorted(labels.task[order], labels.task[order])
        rows = order[rank < 2]
        few = replace(labels, task=labels.task[rows], worker=labels.worker[rows], label=labels.label[rows])
        fits = SampledDawidSkene().fit(few), HierarchicalDawidSkene(temper=False).fit(few)
        losses.append([log_loss(fit.posterior_, truth) for fit in fits])
    sampled, em = np.mean(losses, axis=0)
    assert sampled < em - 0.1


def test_posteriors_keep_their_word_on_data_of_the_model():
    sure, right = [], []
    for seed in range(8):
        labels, truth = crowd(seed, answers=3, low=0.5)
        p = SampledDawidSkene().fit(labels).posterior_
        sure.append(p.max(axis=1))
        right.append(p.argmax(axis=1) == truth)
    assert np.mean(np.concatenate(sure)) == pytest.approx(np.mean(np.concatenate(right)), abs=0.03)


def test_fitting_twice_gives_the_same_and_shapes_are_those_of_the_family():
    labels, _ = crowd(1)
    one, two = SampledDawidSkene().fit(labels), SampledDawidSkene().fit(labels)
    assert np.array_equal(one.posterior_, two.posterior_)
    assert one.posterior_.shape == (300, 3)
    assert one.confusion_.shape == one.dirichlet_.shape == (20, 3, 3)
    assert np.allclose(one.confusion_.sum(axis=2), 1)
    assert np.allclose(one.posterior_.sum(axis=1), 1)
    assert set(one.predict()) <= {-1, 0, 1, 2}
    expected = one.skills_.posterior([labels.workers[labels.worker[0]]], [int(labels.label[0])])
    assert expected.shape == (3,)


def test_a_task_without_labels_has_the_prevalence_or_its_prior():
    labels, truth = crowd(2, items=100)
    more = LabelMatrix.from_codes(labels.task, labels.worker, labels.label, n_tasks=101, n_workers=20, n_classes=3)
    model = SampledDawidSkene().fit(more)
    assert model.posterior_[100] == pytest.approx(model.class_prior_, abs=1e-5)
    prior = np.full((101, 3), 0.15)
    prior[np.arange(101), np.append(truth, 2)] = 0.7
    given = SampledDawidSkene().fit(more, prior=prior)
    assert given.posterior_[100].argmax() == 2
    assert expected_accuracy(given.posterior_[:100], truth) >= expected_accuracy(model.posterior_[:100], truth)


@pytest.mark.parametrize(
    ("changes", "where"),
    [({"accuracy": 0.2}, "accuracy"), ({"burn_in": 120}, "burn_in"), ({"prevalence_weight": 0.0}, "prevalence")],
)
def test_bad_parameters_are_named(changes, where):
    with pytest.raises(InputError, match=where):
        SampledDawidSkene(**changes).fit(crowd(0)[0])
