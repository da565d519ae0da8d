"""The label matrix: what it reads, in which order, and how it refuses what it cannot read."""

import numpy as np
import pyarrow as pa
import pytest

from annotator.consensus.labels import MAX_CLASSES, LabelMatrix
from annotator.domain.errors import InputError


def test_strings_are_numbered_as_they_appear_and_classes_are_sorted():
    labels = LabelMatrix.from_columns(["t9", "t1", "t9"], ["ann", "bob", "cy"], ["no", "yes", "no"])
    assert labels.task.tolist() == [0, 1, 0]
    assert labels.tasks.tolist() == ["t9", "t1"]
    assert labels.classes.tolist() == ["no", "yes"]
    assert not labels.ordered


@pytest.mark.parametrize("column", [[10, 2, 10], ["10", "2", "10"], np.array([10.0, 2.0, 10.0]), pa.array([10, 2, 10])])
def test_numbers_are_sorted_by_value_whatever_they_are_kept_in(column):
    labels = LabelMatrix.from_columns([1, 2, 3], [1, 2, 3], column)
    assert labels.label.tolist() == [1, 0, 1]
    assert labels.class_values().tolist() == [2, 10]
    assert labels.ordered


def test_given_classes_keep_their_order_and_may_be_unused():
    labels = LabelMatrix.from_columns([1, 2], [1, 1], ["low", "high"], classes=["low", "middle", "high"])
    assert labels.label.tolist() == [0, 2]
    assert labels.n_classes == 3
    assert labels.ordered


def test_a_column_in_chunks_is_one_column():
    chunks = pa.chunked_array([["a", "b"], ["b", "c"]])
    labels = LabelMatrix.from_columns(chunks, chunks, chunks.dictionary_encode())
    assert labels.task.tolist() == labels.label.tolist() == [0, 1, 1, 2]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (([], [], []), "column task: there are no rows"),
        ((["a", None], ["w", "w"], [0, 1]), "row 2, column task: is missing"),
        ((["a", "b"], ["w", " "], [0, 1]), "row 2, column worker: is empty"),
        ((["a", "b"], ["w", "w"], [0.0, np.nan]), "row 2, column label: is missing"),
        ((["a", "b"], ["w", "w"], [np.inf, 0.0]), "row 1, column label: is not finite"),
        ((["a", "b"], ["w", "w"], [0]), "differ in length"),
        ((["a", 1], ["w", "w"], [0, 1]), "column task: mixes kinds"),
        ((range(9999), range(9999), range(9999)), "column label: holds 9,999 distinct labels"),
    ],
)
def test_bad_columns_are_refused_with_their_place(columns, message):
    with pytest.raises(InputError, match=message):
        LabelMatrix.from_columns(*map(list, columns))


def test_labels_outside_the_given_classes_are_refused_with_their_place():
    with pytest.raises(InputError, match=r"row 2, column label: 'maybe' is none of the classes yes, no"):
        LabelMatrix.from_columns([1, 2], [1, 1], ["yes", "maybe"], classes=["yes", "no"])


@pytest.mark.parametrize(
    ("codes", "sizes", "message"),
    [
        (([0, -1], [0, 0], [0, 1]), {}, "row 2, column task: the code -1 is out of range"),
        (([0, 1], [0, 0], [0, 2]), {"n_classes": 2}, "row 2, column label: the code 2 is not below 2"),
        (([0, 1], [0, 0], [0.5, 1]), {}, "column label: holds float64, not integer codes"),
        (([0], [0], [MAX_CLASSES]), {}, "column label: holds 4,097 distinct labels"),
        (([[0]], [0], [0]), {}, r"column task: has shape \(1, 1\)"),
    ],
)
def test_bad_codes_are_refused_with_their_place(codes, sizes, message):
    with pytest.raises(InputError, match=message):
        LabelMatrix.from_codes(*codes, **sizes)


def test_a_second_label_of_one_worker_is_found():
    labels = LabelMatrix.from_columns(["a", "b", "a"], ["w", "w", "w"], [0, 1, 1])
    with pytest.raises(InputError, match="row 3, columns task and worker: worker 'w' labelled task 'a' before"):
        labels.require_unique()
