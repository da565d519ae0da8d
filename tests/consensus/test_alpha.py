"""Krippendorff's alpha: the `krippendorff` package as oracle, what may not change it, and where it is undefined."""

import krippendorff
import numpy as np
import pytest
from hypothesis import assume, given, strategies as st

from annotator.consensus import agreement
from annotator.consensus.agreement import krippendorff_alpha, krippendorff_alpha_from_counts
from annotator.consensus.labels import LabelMatrix
from annotator.domain.errors import InputError
from tests.consensus.matrices import dense, label_matrices, planted

levels = st.sampled_from(agreement.LEVELS)


@given(label_matrices(), levels)
def test_it_is_what_the_krippendorff_package_says(labels, level):
    ours = krippendorff_alpha(labels, level=level).value
    assume(ours is not None)
    theirs = krippendorff.alpha(
        dense(labels), level_of_measurement=level, value_domain=np.arange(float(labels.n_classes))
    )
    assert ours == pytest.approx(theirs, abs=1e-9)


@given(label_matrices(), levels, st.randoms(use_true_random=False))
def test_row_order_and_the_names_of_items_and_raters_do_not_matter(labels, level, random):
    order = np.array(random.sample(range(labels.n_labels), labels.n_labels))
    items = np.array(random.sample(range(labels.n_tasks), labels.n_tasks))
    raters = np.array(random.sample(range(labels.n_workers), labels.n_workers))
    moved = LabelMatrix.from_codes(
        items[labels.task[order]], raters[labels.worker[order]], labels.label[order], n_classes=labels.n_classes
    )
    same = krippendorff_alpha(moved, level=level)
    assert same.value == pytest.approx(krippendorff_alpha(labels, level=level).value, abs=1e-12)


@given(label_matrices(), st.permutations(range(4)))
def test_nominal_alpha_does_not_depend_on_the_names_of_classes(labels, names):
    renamed = LabelMatrix.from_codes(labels.task, labels.worker, np.array(names)[labels.label], n_classes=4)
    assert krippendorff_alpha(renamed).value == pytest.approx(krippendorff_alpha(labels).value, abs=1e-12)


@given(label_matrices())
def test_ordinal_alpha_is_the_same_read_from_the_other_end(labels):
    flipped = LabelMatrix.from_codes(
        labels.task, labels.worker, labels.n_classes - 1 - labels.label, n_classes=labels.n_classes
    )
    same = krippendorff_alpha(flipped, level="ordinal").value
    assert same == pytest.approx(krippendorff_alpha(labels, level="ordinal").value, abs=1e-9)


def test_no_two_labels_of_one_item_leaves_it_undefined():
    alpha = krippendorff_alpha(LabelMatrix.from_codes([0, 1, 2], [0, 1, 0], [0, 1, 1]), bootstrap=100)
    assert (alpha.value, alpha.low, alpha.n_items, alpha.reason) == (None, None, 0, agreement.NO_PAIR)


def test_a_single_class_leaves_it_undefined():
    labels = LabelMatrix.from_codes([0, 0, 1, 1], [0, 1, 0, 1], [2, 2, 2, 2], n_classes=4)
    alpha = krippendorff_alpha(labels, level="ordinal", bootstrap=100)
    assert (alpha.value, alpha.low, alpha.n_items, alpha.reason) == (None, None, 2, agreement.ONE_CLASS)


def test_the_interval_holds_the_point_and_is_the_same_for_the_same_seed():
    labels, _ = planted(np.random.default_rng(3))
    first, second = (
        krippendorff_alpha(labels, level="ordinal", bootstrap=500, rng=np.random.default_rng(5)) for _ in range(2)
    )
    assert first == second
    assert first.low < first.value < first.high


def test_many_kinds_of_items_are_resampled_as_few_are():
    """Forty labels an item leave hardly two items alike, so items are drawn singly."""
    labels, _ = planted(np.random.default_rng(1), n_tasks=60, n_workers=60, n_classes=8, per_task=40, skill=0.3)
    alpha = krippendorff_alpha(labels, level="ordinal", bootstrap=400)
    assert 0 < alpha.value - alpha.low < 0.1
    assert 0 < alpha.high - alpha.value < 0.1


def test_ordinal_alpha_of_unordered_words_is_refused():
    labels = LabelMatrix.from_columns([1, 1], [1, 2], ["low", "high"])
    with pytest.raises(InputError, match="order of the classes"):
        krippendorff_alpha(labels, level="ordinal")


def test_interval_alpha_of_words_is_refused():
    labels = LabelMatrix.from_columns([1, 1], [1, 2], ["low", "high"])
    with pytest.raises(InputError, match="'high' is not a number"):
        krippendorff_alpha(labels, level="interval")


def test_unknown_levels_and_tables_that_are_not_counts_are_refused():
    with pytest.raises(InputError, match="no level of measurement"):
        krippendorff_alpha(LabelMatrix.from_codes([0], [0], [0]), level="cardinal")
    with pytest.raises(InputError, match="table of counts"):
        krippendorff_alpha_from_counts([[1.5, 2]])
