"""Every third published label of the anaesthetists, and what each model and measure makes of it to four digits.

Whether the figures are right is asked elsewhere (`tests/reference`, and the other tests of this folder); here none moves unseen.
"""

from __future__ import annotations

import numpy as np
import pytest

from annotator.consensus.accuracy import expected_accuracy_of_workers
from annotator.consensus.agreement import (
    NO_PAIR,
    ONE_CLASS,
    Agreement,
    krippendorff_alpha,
    krippendorff_alpha_from_counts,
)
from annotator.consensus.bootstrap import Resampling
from annotator.consensus.dawid_skene import DawidSkene, OneCoin
from annotator.consensus.hierarchical import HierarchicalDawidSkene
from annotator.consensus.labels import LabelMatrix
from annotator.consensus.observed import (
    CHANCE_IS_CERTAIN,
    NEVER_USED,
    fleiss_kappa,
    percent_agreement,
    positive_agreement,
)
from annotator.consensus.ordinal import OrdinalDawidSkene
from annotator.consensus.sampled import SampledDawidSkene
from annotator.consensus.shift import Pairs, first_fall, looks, shift, still_there
from annotator.consensus.skills import Skills, expected_accuracy, top_class
from annotator.consensus.stream import StreamingConsensus
from annotator.domain.errors import InputError
from tests.reference.test_dawid_skene import LABELS

THIRD = slice(0, None, 3)
FEW = LabelMatrix.from_codes(
    LABELS.task[THIRD], LABELS.worker[THIRD], LABELS.label[THIRD], n_tasks=45, n_workers=5, n_classes=4
)
CLASSIFIER = np.where(np.eye(4, dtype=bool)[np.arange(45) % 4], 0.7, 0.1)


def close(*expected):
    return pytest.approx(list(expected), abs=1e-4)


@pytest.mark.parametrize(
    ("form", "prevalence", "second", "first_worker", "unknown", "objective"),
    [
        (
            DawidSkene,
            [0.3778, 0.4148, 0.1852, 0.0222],
            [0, 0, 1, 0],
            [1, 1, 0.7199, 1],
            [0.1406, 0.6906, 0.1219, 0.0469],
            -79.876,
        ),
        (
            OneCoin,
            [0.3778, 0.4667, 0.1333, 0.0222],
            [0, 0, 1, 0],
            [1, 1, 1, 1],
            [0.1441, 0.6695, 0.1441, 0.0424],
            -99.834,
        ),
        (
            HierarchicalDawidSkene,
            [0.3042, 0.3417, 0.2011, 0.1531],
            [0.0002, 0.0094, 0.9883, 0.0022],
            [0.987, 0.9477, 0.9245, 0.9203],
            [0.1473, 0.6595, 0.1526, 0.0407],
            -108.031,
        ),
        (
            OrdinalDawidSkene,
            [0.305, 0.3397, 0.2017, 0.1535],
            [0.0001, 0.0109, 0.982, 0.007],
            [0.9761, 0.9417, 0.9033, 0.9341],
            [0.1657, 0.6363, 0.1672, 0.0307],
            -97.471,
        ),
    ],
)
def test_models_of_em(form, prevalence, second, first_worker, unknown, objective):
    model = form().fit(FEW)
    assert model.class_prior_ == close(*prevalence)
    assert model.posterior_[1] == close(*second)
    assert np.diagonal(model.confusion_[0]) == close(*first_worker)
    assert model.skills_.unknown[1] == close(*unknown)
    assert model.log_likelihood_[-1] == pytest.approx(objective, abs=1e-3)


@pytest.mark.parametrize(
    ("form", "slope", "bias", "second"),
    [
        (HierarchicalDawidSkene, 0.4242, [0.2897, 0.4674, -0.2285, -0.5286], [0.0002, 0.0233, 0.9747, 0.0019]),
        (OrdinalDawidSkene, 0.4251, [0.2911, 0.4632, -0.2272, -0.5272], [0.0001, 0.0263, 0.9676, 0.006]),
        (SampledDawidSkene, 0.3788, [0.2428, 0.4213, -0.1317, -0.5323], [0.0003, 0.0146, 0.9816, 0.0035]),
    ],
)
def test_models_with_a_classifier_that_knows_nothing(form, slope, bias, second):
    model = form().fit(FEW, prior=CLASSIFIER)
    assert model.skills_.slope == pytest.approx(slope, abs=1e-4)
    assert model.skills_.bias == close(*bias)
    assert model.posterior_[1] == close(*second)


def test_the_sampled_model():
    model = SampledDawidSkene().fit(FEW)
    assert model.class_prior_ == close(0.2786, 0.2664, 0.2432, 0.2118)
    assert model.posterior_[1] == close(0.0003, 0.0041, 0.9869, 0.0087)
    assert np.diagonal(model.confusion_[0]) == close(0.9059, 0.9208, 0.6251, 0.7793)
    assert model.skills_.unknown[1] == close(0.1129, 0.7082, 0.0976, 0.0813)


@pytest.mark.parametrize(
    ("measure", "value", "low", "high"),
    [
        (lambda **of: krippendorff_alpha(FEW, level="nominal", **of), 0.5423, 0.2868, 0.7222),
        (lambda **of: krippendorff_alpha(FEW, level="ordinal", **of), 0.7415, 0.5662, 0.8553),
        (lambda **of: krippendorff_alpha(FEW, level="interval", **of), 0.7542, 0.6121, 0.8769),
        (lambda **of: krippendorff_alpha(FEW, level="ratio", **of), 0.6765, 0.3927, 0.8232),
        (lambda **of: percent_agreement(FEW, **of), 0.7037, 0.5481, 0.8230),
        (lambda **of: fleiss_kappa(FEW, **of), 0.5362, 0.2920, 0.7238),
        (lambda **of: positive_agreement(FEW, 2, **of), 0.4444, 0.1333, 0.7273),
    ],
)
def test_measures_with_their_intervals(measure, value, low, high):
    found = measure(bootstrap=400)
    assert (found.value, found.low, found.high) == pytest.approx((value, low, high), abs=1e-4)
    assert (found.n_items, found.n_labels, found.n_raters, found.reason) == (45, 105, 5, "")
    assert (measure().low, measure().high) == (None, None)
    again = measure(bootstrap=400, rng=np.random.default_rng(0))
    assert again == found
    narrower = measure(bootstrap=400, confidence=0.5)
    assert found.low < narrower.low <= narrower.value <= narrower.high < found.high


def test_why_a_measure_is_undefined_is_said():
    apart = LabelMatrix.from_codes([0, 1], [0, 1], [0, 1])
    alike = LabelMatrix.from_codes([0, 0, 1], [0, 1, 0], [0, 0, 0], n_classes=2)
    assert krippendorff_alpha(apart) == fleiss_kappa(apart) == Agreement(None, None, None, 0, 0, 0, NO_PAIR)
    assert krippendorff_alpha(alike) == Agreement(None, None, None, 1, 2, 2, ONE_CLASS)
    assert fleiss_kappa(alike).reason == CHANCE_IS_CERTAIN
    assert positive_agreement(alike, 1).reason == NEVER_USED
    assert krippendorff_alpha(alike).to_json() == {
        "value": None,
        "low": None,
        "high": None,
        "n_items": 1,
        "n_labels": 2,
        "n_raters": 2,
        "reason": ONE_CLASS,
    }


def test_alpha_of_counts_takes_the_classes_as_given_and_counts_the_labels_of_an_item():
    counts = np.array([[2, 0, 1], [0, 3, 0], [1, 0, 0], [0, 1, 1]])
    found = krippendorff_alpha_from_counts(counts, level="interval", values=[0, 1, 10])
    assert (found.n_items, found.n_labels, found.n_raters) == (3, 8, 3)
    assert found.value != pytest.approx(krippendorff_alpha_from_counts(counts, level="interval").value)
    default = krippendorff_alpha_from_counts(counts, level="interval", values=[0, 1, 2])
    assert default == krippendorff_alpha_from_counts(counts, level="interval")


@pytest.mark.parametrize(
    ("values", "where"),
    [({"replicates": -1}, "bootstrap"), ({"confidence": 0}, "confidence"), ({"confidence": 1}, "confidence")],
)
def test_resampling_that_makes_no_sense_is_refused(values, where):
    with pytest.raises(InputError) as refused:
        Resampling(**values)
    assert refused.value.where == where
    assert Resampling() == Resampling(1000, 0.95, None)


def test_the_accuracy_of_workers_and_the_bounds_of_a_confusion_matrix():
    model = HierarchicalDawidSkene().fit(FEW)
    found = expected_accuracy_of_workers(model.dirichlet_, model.class_prior_)
    assert found.mean == close(0.9508, 0.7695, 0.656, 0.7882, 0.7161)
    assert found.low == close(0.9084, 0.6719, 0.5524, 0.6971, 0.6231)
    assert found.high == close(0.9805, 0.8545, 0.7527, 0.8669, 0.8007)
    low, high = model.confusion_interval()
    assert low[0, 0] == close(0.9197, 0, 0, 0)
    assert high[0, 0] == close(1, 0.0513, 0.0367, 0.0367)


def test_the_stream():
    stream = StreamingConsensus(4)
    for task, worker, label in zip(FEW.task.tolist(), FEW.worker.tolist(), FEW.label.tolist(), strict=True):
        stream.update(task, worker, label)
    assert (stream.n_tasks, stream.n_workers, stream.n_labels) == (45, 5, 105)
    assert stream.posterior(1) == close(0.0002, 0.0102, 0.9874, 0.0022)
    assert stream.predict_proba()[44] == close(0.0009, 0.9875, 0.0081, 0.0035)
    assert stream.posterior(45) == close(0.3032, 0.3322, 0.207, 0.1576)
    assert stream.posterior(-1) == close(0.3032, 0.3322, 0.207, 0.1576)


def pairs(distances):
    place = np.arange(60)
    return Pairs(np.tile(distances, 15).astype(float), place % 5, (place % 5 + 1 + place % 3) % 5)


def test_a_shift_of_agreement():
    before, after = pairs([0, 1, 0, 2]), pairs([1, 2, 0, 3])
    found = shift(before, after)
    assert (found.value, found.low, found.high, found.z) == pytest.approx((0.75, 0.39165, 1.10835, 3.25199), abs=1e-4)
    assert (found.n_before, found.n_after) == (60, 60)
    assert first_fall(before, after, 0.05) == 27
    assert first_fall(before, after, 0.0001) is None
    assert first_fall(before.part(slice(39)), after, 0.05) is None
    assert first_fall(before.part(slice(40)), after, 0.05) is not None
    assert still_there(before, after, 20)
    passed = Pairs(*(np.concatenate([getattr(after, n), getattr(before, n)]) for n in ("distance", "one", "other")))
    assert not still_there(before, passed, 60)
    assert still_there(before, passed.part(slice(99)), 60)  # thirty-nine more are too few to say that it has passed
    assert looks(10**6) == [20, 27, 36, 49, 66, 90, 121, 163, 221, 298]
    assert looks(19) == []
    assert looks(27) == [20, 27]


SKILLS = Skills(
    classes=("a", "b"),
    workers=("w",),
    prior=np.array([0.25, 0.75]),
    confusion=np.array([[[0.9, 0.1], [0.2, 0.8]]]),
    unknown=np.array([[0.6, 0.4], [0.4, 0.6]]),
    temper=0.5,
    slope=2.0,
    bias=np.array([0.1, -0.1]),
)


def test_skills_are_bayes_rule_raised_to_the_temper():
    p = np.array([0.25 * 0.9 * 0.4, 0.75 * 0.2 * 0.6]) ** 0.5
    assert SKILLS.posterior(["w", "new"], [0, 1]) == pytest.approx(p / p.sum())
    read = np.array([0.3**2 * np.exp(0.1), 0.7**2 * np.exp(-0.1)])
    with_prior = (read * [0.1, 0.8]) ** 0.5
    assert SKILLS.posterior(["w"], [1], [0.3, 0.7]) == pytest.approx(with_prior / with_prior.sum())
    assert SKILLS.priors([[0.3, 0.7]])[0] == pytest.approx(read**0.5 / (read**0.5).sum())
    moved = np.array([0.5 * 0.1**0.5, 0.5 * 0.8**0.5])
    assert SKILLS.update([0.5, 0.5], "w", 1) == pytest.approx(moved / moved.sum())
    sure = (
        np.array([1e-6**2 * np.exp(0.1), np.exp(-0.1)]) ** 0.5
    )  # a classifier is never taken to be surer than a millionth
    assert SKILLS.posterior([], [], [0.0, 1.0]) == pytest.approx(sure / sure.sum(), rel=1e-6)


def test_skills_are_the_same_after_they_were_stored():
    again = Skills.from_json(SKILLS.to_json())
    assert again.to_json() == SKILLS.to_json()
    assert set(again.to_json()) == {"classes", "workers", "prior", "confusion", "unknown", "temper", "slope", "bias"}
    assert again.matrix("w") == pytest.approx(SKILLS.matrix("w"))
    plain = Skills(("a", "b"), (), np.array([0.5, 0.5]), np.empty((0, 2, 2)), np.eye(2))
    assert (plain.temper, plain.slope, plain.bias) == (1, 1, None)
    assert Skills.from_json(plain.to_json()).bias is None
    with pytest.raises(InputError, match="3 classes where 2 were learned"):
        SKILLS.predict_proba(LabelMatrix.from_codes([0], [0], [2]))


def test_a_tie_is_no_class_and_counts_as_a_fair_draw():
    posterior = np.array([[0.5, 0.5, 0], [0.2, 0.3, 0.5], [1 / 3, 1 / 3, 1 / 3]])
    assert top_class(posterior).tolist() == [-1, 2, -1]
    assert expected_accuracy(posterior, np.array([1, 2, 0])) == pytest.approx((0.5 + 1 + 1 / 3) / 3)
    assert expected_accuracy(posterior, np.array([-1, 1, -2])) == 0
    assert np.isnan(expected_accuracy(posterior, np.array([-1, -1, -1])))
