"""Agreement under each version and over time: what is paired, where a block ends, and that points stay where they are."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, strategies as st

from annotator.insight.history import BLOCK, MOST_BLOCKS, agreement_by_version, agreement_over_time, block_size
from tests.insight.answered import HOUR, answers, spec

YES, NO = "present", "not stated"
FOUR = [("a", YES, YES), ("b", YES, NO), ("c", NO, NO), ("d", NO, NO)]
"""Alpha by hand: of 8 answers 3 are yes, 2 of them meet the other; 1 - (2 / 8) / (2 * 3 * 5 / (8 * 7)) = 1 - 7 / 15."""


def pairs(rows, version=0, start=0.0):
    return [
        (item, who, value, version, start + n)
        for n, (item, *values) in enumerate(rows)
        for who, value in zip("pq", values, strict=True)
    ]


def test_alpha_of_each_version_is_that_of_its_own_answers():
    second = [("b", YES, YES), ("e", NO, NO)]
    rows = agreement_by_version(answers(pairs(FOUR) + pairs(second, 1), versions=2), spec())
    assert [(row.version.name, row.answers, row.agreement.n_items) for row in rows] == [
        ("1.0.0", 8, 4),
        ("1.1.0", 4, 2),
    ]
    assert [row.agreement.value for row in rows] == pytest.approx([1 - 7 / 15, 1.0])


def test_answers_to_one_item_under_two_versions_are_not_compared():
    split = [("a", "p", YES, 0), ("a", "q", NO, 1), ("b", "p", NO, 0), ("b", "q", YES, 1)]
    rows = agreement_by_version(answers(split, versions=2), spec())
    assert [(row.agreement.value, row.agreement.n_items) for row in rows] == [(None, 0), (None, 0)]
    assert agreement_over_time(answers(split, versions=2), spec()) == []


def test_an_item_stands_where_its_last_answer_came():
    rows = [("a", "p", YES, 0, 0), ("a", "q", YES, 0, 40), ("b", "p", NO, 0, 5), ("b", "q", NO, 0, 6)]
    (block,) = agreement_over_time(answers(rows), spec())
    assert (block.first, block.last, block.full) == (6 * HOUR, 40 * HOUR, False)


def test_a_fall_at_a_change_of_the_guideline_is_not_smeared_over_both_sides():
    rng = np.random.default_rng(3)
    truth = [YES if rng.random() < 0.4 else NO for _ in range(160)]
    good = pairs([(f"i{n}", truth[n], truth[n]) for n in range(70)])
    flipped = [(f"i{n}", truth[n], YES if rng.random() < 0.5 else NO) for n in range(70, 160)]
    blocks = agreement_over_time(answers(good + pairs(flipped, 1, 70.0), versions=2), spec())
    assert [(block.version.name, block.agreement.n_items, block.full) for block in blocks] == [
        ("1.0.0", 50, True),
        ("1.0.0", 20, False),
        ("1.1.0", 50, True),
        ("1.1.0", 40, False),
    ]
    assert [block.agreement.value for block in blocks[:2]] == [1.0, 1.0]
    assert all(block.agreement.high < 0.7 for block in blocks[2:])


@given(st.integers(0, 10**7))
def test_there_are_never_too_many_blocks_and_their_size_doubles(units):
    size = block_size(units)
    assert units <= size * MOST_BLOCKS
    assert size == BLOCK or units > size // 2 * MOST_BLOCKS
    assert (size // BLOCK).bit_count() == 1
    assert size % BLOCK == 0


@given(
    st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(0, 500)), min_size=1, max_size=170), st.integers(1, 60)
)
def test_blocks_part_all_items_in_order_and_full_ones_stay_as_they_are(rows, more):
    rows = sorted(rows, key=lambda row: row[2])
    said = [(f"i{n:03}", YES if one else NO, YES if other else NO) for n, (one, other, _) in enumerate(rows)]
    timed = [
        (item, who, v, 0, rows[n][2]) for n, (item, *vs) in enumerate(said) for who, v in zip("pq", vs, strict=True)
    ]
    blocks = agreement_over_time(answers(timed), spec())
    assert sum(block.agreement.n_items for block in blocks) == len(rows)
    assert all(block.full for block in blocks[:-1])
    assert all(one.last <= other.first for one, other in pairwise(blocks))
    assert all(block.first <= block.middle <= block.last for block in blocks)
    later = [(f"j{n}", who, YES, 0, 501 + n) for n in range(more) for who in "pq"]
    grown = agreement_over_time(answers(timed + later), spec())
    full = [block for block in blocks if block.full]
    assert [(b.first, b.last, b.agreement.value) for b in grown[: len(full)]] == [
        (b.first, b.last, b.agreement.value) for b in full
    ]
