"""Token F1 of marked passages: the F1 of each two annotators, one taken for the truth."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, strategies as st

from annotator.consensus.agreement import NO_PAIR, Agreement
from annotator.consensus.spans import NOTHING_MARKED, Mark, token_f1
from annotator.domain.errors import InputError

marks_of_two = st.lists(
    st.builds(
        lambda task, worker, label, start, length: Mark(task, worker, label, start, start + length),
        st.sampled_from(["t", "u"]), st.sampled_from(["a", "b"]), st.sampled_from(["FEE", "DOCS"]),
        st.integers(0, 6), st.integers(1, 4),
    ),
    max_size=8,
)  # fmt: skip
BOTH = [("t", "a"), ("t", "b"), ("u", "a"), ("u", "b")]


@given(marks_of_two)
def test_of_two_annotators_it_is_the_f1_of_their_marked_characters(marks):
    a, b = (
        {(m.task, m.label, place) for m in marks if m.worker == worker for place in range(m.start, m.end)}
        for worker in "ab"
    )
    found = token_f1(marks, BOTH)
    assert found.value == (pytest.approx(2 * len(a & b) / (len(a) + len(b))) if a | b else None)
    assert (found.n_items, found.n_labels, found.n_raters) == (2, 4, 2)


def test_of_three_annotators_each_pair_counts():
    marks = [Mark(0, "a", "FEE", 0, 4), Mark(0, "b", "FEE", 2, 6), Mark(0, "c", "FEE", 0, 2)]
    sets = {m.worker: set(range(m.start, m.end)) for m in marks}
    overlap = sum(len(sets[x] & sets[y]) for x, y in combinations("abc", 2))
    size = sum(len(sets[x]) + len(sets[y]) for x, y in combinations("abc", 2))
    assert token_f1(marks, [(0, "a"), (0, "b"), (0, "c")]).value == pytest.approx(2 * overlap / size)


def test_a_word_counts_as_marked_where_a_mark_touches_it():
    tokens = {0: [(0, 3), (4, 9), (10, 12)]}
    marks = [Mark(0, "a", "FEE", 0, 5), Mark(0, "b", "FEE", 4, 9)]
    assert token_f1(marks, [(0, "a"), (0, "b")], tokens=tokens).value == pytest.approx(2 * 1 / 3)


def test_who_marked_nothing_disagrees_with_who_did():
    assert token_f1([Mark(0, "a", "FEE", 0, 3)], [(0, "a"), (0, "b")]).value == 0


def test_it_is_undefined_without_pairs_and_without_marks():
    assert token_f1([], [(0, "a"), (1, "b")]) == Agreement(None, None, None, 0, 0, 0, NO_PAIR)
    assert token_f1([], [(0, "a"), (0, "b")]).reason == NOTHING_MARKED


def test_the_interval_comes_from_drawing_items():
    rng = np.random.default_rng(0)
    marks = [Mark(t, w, "FEE", s := int(rng.integers(0, 4)), s + 4) for t in range(60) for w in "abc"]
    found = token_f1(marks, [(t, w) for t in range(60) for w in "abc"], bootstrap=300)
    assert found.low < found.value < found.high


@pytest.mark.parametrize(
    ("mark", "message"),
    [
        (Mark(0, "z", "FEE", 0, 1), "mark 1: belongs to no listed answer"),
        (Mark(0, "a", "FEE", 3, 3), "mark 1: covers 3 to 3"),
    ],
)
def test_marks_that_make_no_sense_are_refused(mark, message):
    with pytest.raises(InputError, match=message):
        token_f1([mark], [(0, "a"), (0, "b")])
