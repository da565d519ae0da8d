"""What is out of the ordinary: no questions, wide tables, many kinds of items, a statistic that is mostly undefined."""

from __future__ import annotations

import numpy as np
import pytest

from annotator.consensus.agreement import krippendorff_alpha, krippendorff_alpha_from_counts
from annotator.consensus.bootstrap import Kinds, Resampling, bootstrap_interval
from annotator.consensus.dawid_skene import DawidSkene, OneCoin
from annotator.consensus.labels import LabelMatrix
from annotator.consensus.majority import Majority
from annotator.consensus.observed import percent_agreement
from annotator.consensus.sampled import SampledDawidSkene
from annotator.domain.errors import InputError
from tests.consensus.matrices import planted


def test_alpha_of_more_classes_than_fit_a_key_is_that_of_the_same_labels_with_fewer():
    labels, _ = planted(np.random.default_rng(0), n_tasks=50, n_classes=5)
    wide = LabelMatrix.from_codes(labels.task, labels.worker, labels.label * 20, n_tasks=50, n_classes=100)
    assert krippendorff_alpha(wide).value == pytest.approx(krippendorff_alpha(labels).value)
    assert percent_agreement(wide) == percent_agreement(labels)


def test_a_number_a_class_is_asked_for():
    with pytest.raises(InputError, match="not one number a class"):
        krippendorff_alpha_from_counts(np.ones((2, 3), dtype=int), level="interval", values=[1, 2])


def test_no_questions_are_refused():
    with pytest.raises(InputError, match="there are none"):
        DawidSkene().fit_batch({})


def test_one_coin_tells_the_accuracy_of_each_worker():
    labels, _ = planted(np.random.default_rng(0), n_tasks=600, n_workers=4, skill=0.7)
    model = OneCoin().fit(labels)
    accuracy = model.confusion_[:, 0, 0]
    assert accuracy == pytest.approx([0.8] * 4, abs=0.06)
    assert model.confusion_[0, 0, 1] == pytest.approx((1 - accuracy[0]) / 2)


def test_majority_gives_the_shares_of_votes():
    model = Majority().fit(LabelMatrix.from_codes([0, 0, 0], [0, 1, 2], [0, 0, 1], n_tasks=2))
    assert model.predict_proba().tolist() == [[pytest.approx(2 / 3), pytest.approx(1 / 3)], [0.5, 0.5]]


def kinds_of(values, times):
    return Kinds(
        np.array(values, dtype=float)[:, None],
        np.array(times),
        lambda rows: np.column_stack([rows, np.ones(len(rows))]),
    )


def mean(sums):
    return sums[..., 0] / sums[..., 1]


@pytest.mark.parametrize("times", [[400, 300, 200, 100], [3, 1, 2, 2]])
def test_the_interval_of_a_mean_is_about_that_of_the_textbook_whether_kinds_are_many_or_few(times):
    values = np.repeat([0.0, 1.0, 2.0, 5.0], times)
    found = bootstrap_interval(kinds_of([0, 1, 2, 5], times), mean, Resampling(4000))
    error = values.std() / np.sqrt(len(values))
    assert found.value == pytest.approx(values.mean())
    assert found.replicates == 4000
    assert found.high - found.low == pytest.approx(3.92 * error, rel=0.2)
    assert found.high - found.value > found.value - found.low  # what is skewed has a longer arm


def test_nothing_is_said_of_one_item_or_of_what_is_mostly_undefined():
    assert bootstrap_interval(kinds_of([1.0], [1]), mean, Resampling()).low is None

    def only_if_all_are_drawn(sums):
        return np.where(sums[..., 0] == 10.0, 1.0, np.nan)

    found = bootstrap_interval(kinds_of(np.arange(5.0), [1] * 5), only_if_all_are_drawn, Resampling())
    assert (found.value, found.low, found.high) == (1, None, None)
    assert 0 < found.replicates < 500


@pytest.mark.parametrize(
    ("values", "where"),
    [
        ({"accuracy": 0.5}, "accuracy"),
        ({"accuracy": 1}, "accuracy"),
        ({"pool_weight": 0}, "pool_weight or prevalence_weight"),
        ({"prevalence_weight": 0}, "pool_weight or prevalence_weight"),
        ({"burn_in": 120}, "burn_in"),
        ({"burn_in": -1}, "burn_in"),
    ],
)
def test_sampling_that_makes_no_sense_is_refused(values, where):
    labels = LabelMatrix.from_codes([0, 0], [0, 1], [0, 1])
    with pytest.raises(InputError) as refused:
        SampledDawidSkene(**values).fit(labels)
    assert refused.value.where == where
    assert SampledDawidSkene().base(2) == pytest.approx(np.array([[0.7, 0.3], [0.3, 0.7]]))
