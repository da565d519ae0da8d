"""Slices of alpha: each is the alpha of the labels it is made of."""

import numpy as np
import pytest
from hypothesis import given, strategies as st

from annotator.consensus.agreement import LEVELS, krippendorff_alpha
from annotator.consensus.labels import LabelMatrix
from annotator.consensus.slices import NOBODY_ELSE, alpha_by_slice, alpha_by_worker
from annotator.domain.errors import InputError
from tests.consensus.matrices import label_matrices, planted

levels = st.sampled_from(LEVELS)


@given(label_matrices(), levels, st.data())
def test_a_slice_is_the_alpha_of_its_labels_alone(labels, level, data):
    group = np.array(data.draw(st.lists(st.integers(0, 2), min_size=labels.n_labels, max_size=labels.n_labels)))
    found = alpha_by_slice(labels, group, 3, level=level)
    for code, one in enumerate(found):
        mine = group == code
        if not mine.any():
            assert (one.value, one.n_items) == (None, 0)
            continue
        alone = LabelMatrix.from_codes(
            labels.task[mine], labels.worker[mine], labels.label[mine], n_classes=labels.n_classes
        )
        expected = krippendorff_alpha(alone, level=level)
        assert one.value == pytest.approx(expected.value, abs=1e-9)
        assert (one.n_items, one.n_labels, one.n_raters) == (expected.n_items, expected.n_labels, expected.n_raters)


@given(label_matrices(max_raters=2), levels)
def test_of_two_annotators_each_agrees_with_the_rest_as_both_agree(labels, level):
    whole = krippendorff_alpha(labels, level=level)
    for one in alpha_by_worker(labels, level=level):
        assert one.value == pytest.approx(whole.value, abs=1e-9)


def test_an_annotator_who_guesses_stands_out():
    labels, _ = planted(np.random.default_rng(4), n_tasks=300, n_workers=6, skill=0.85)
    guess = np.random.default_rng(5).integers(0, 3, labels.n_labels)
    said = np.where(labels.worker == 2, guess, labels.label)
    found = alpha_by_worker(LabelMatrix.from_codes(labels.task, labels.worker, said), bootstrap=300)
    guesser = found.pop(2)
    assert guesser.low < 0 < guesser.high or abs(guesser.value) < 0.1
    assert all(one.low > guesser.high for one in found)


def test_who_labelled_alone_has_no_agreement():
    labels = LabelMatrix.from_codes([0, 0, 1, 1, 2], [0, 1, 0, 1, 2], [0, 0, 1, 1, 1])
    alone = alpha_by_worker(labels)[2]
    assert (alone.value, alone.n_items, alone.reason) == (None, 0, NOBODY_ELSE)


def test_groups_that_are_no_codes_are_refused():
    labels, _ = planted(np.random.default_rng(0), n_tasks=2, per_task=2)
    with pytest.raises(InputError, match="group, row 2: the code 7 is out of range"):
        alpha_by_slice(labels, [0, 7, 0, 0], 2)
    with pytest.raises(InputError, match="not one integer a label"):
        alpha_by_slice(labels, [0], 2)
