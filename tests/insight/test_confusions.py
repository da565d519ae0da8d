"""What gets mixed up, against counts by hand and against a count of every two answers, one by one."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given, strategies as st

from annotator.insight.confusions import clause_uses, confusions
from tests.insight.answered import answers, spec
from tests.world import SCHEMA

YES, AGAINST, NO = "present", "contradicted", "not stated"


def rows(*items):
    return [(f"i{n}", f"p{who}", value) for n, item in enumerate(items) for who, value in enumerate(item)]


def test_four_items_by_hand():
    """Yes is the rarer: on three items, twice beside no. Of its four uses 1 / 1 + 2 / 2 pairs meet no, which makes a half."""
    (found,) = confusions(answers(rows((YES, NO), (YES, YES), (NO, NO), (YES, NO, NO))), spec())
    assert (found.rarer, found.other, found.items, found.of, found.share) == (YES, NO, 2, 3, 0.5)
    assert found.low <= 0.5 <= found.high


def test_what_nobody_mixes_up_is_not_listed_and_an_item_with_one_answer_says_nothing():
    assert confusions(answers(rows((YES, YES), (NO, NO), (AGAINST,))), spec()) == []


@given(st.lists(st.lists(st.sampled_from([YES, AGAINST, NO]), min_size=1, max_size=4), min_size=1, max_size=12))
def test_shares_and_counts_are_those_of_every_two_answers(items):
    found = {frozenset((one.rarer, one.other)): one for one in confusions(answers(rows(*items)), spec())}
    several = [item for item in items if len(item) > 1]
    for rarer in (YES, AGAINST, NO):
        for other in {YES, AGAINST, NO} - {rarer}:
            both = sum({rarer, other} <= set(item) for item in several)
            one = found.get(frozenset((rarer, other)))
            assert (one.items if one else 0) == both
            if one is None or one.rarer != rarer:
                continue
            uses = {value: sum(item.count(value) for item in several) for value in (rarer, other)}
            met = sum(1 / (len(item) - 1) for item in several for two in permutations(item, 2) if two == (rarer, other))
            assert uses[rarer] <= uses[other]
            assert one.of == sum(rarer in item for item in several)
            assert one.share == pytest.approx(met / uses[rarer])


def test_a_clause_is_used_where_somebody_applied_it():
    data = answers(rows((YES, NO), (YES, YES), (NO, NO), (AGAINST, YES), (YES,)))
    by_label = {(use.spec.name, use.value): (use.items, use.differing, use.share) for use in clause_uses(data, SCHEMA)}
    assert by_label["FEE", ""] == (3, 2, pytest.approx(2 / 3))
    assert by_label["DEBT", ""] == (0, 0, None)


def test_each_value_of_the_rating_has_a_clause_of_its_own():
    data = answers(rows(("0", "0"), ("0", "1"), ("2", "2", "3")), "concern")
    by_value = {use.value: (use.items, use.differing) for use in clause_uses(data, SCHEMA) if use.spec == SCHEMA.rating}
    assert by_value == {"0": (2, 1), "1": (1, 1), "2": (1, 1), "3": (1, 1)}
