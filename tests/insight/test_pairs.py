"""Kappa of each two people: over what both answered under one version, and the same from either side."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st

from annotator.insight.pairs import agreement_of_pairs, agreement_of_two
from tests.insight.answered import answers, spec

YES, NO = "present", "not stated"
TABLE = {(YES, YES): 20, (YES, NO): 5, (NO, YES): 10, (NO, NO): 15}
"""Kappa by hand: they say the same on 35 of 50, and by chance on half; (.7 - .5) / (1 - .5) = .4."""


def of_table(version=0):
    rows, item = [], 0
    for (one, other), times in TABLE.items():
        for _ in range(times):
            rows += [(f"i{item}", "ada", one, version), (f"i{item}", "ben", other, version)]
            item += 1
    return rows


def test_a_table_worked_by_hand():
    data = answers(of_table())
    found = agreement_of_pairs(data, spec())
    assert found.people.tolist() == ["ada", "ben"]
    assert found.shared.tolist() == [[0, 50], [50, 0]]
    assert found.kappa[0, 1] == pytest.approx(0.4)
    assert (found.low[0, 1], found.high[0, 1]) == pytest.approx(
        (0.4 - 1.96 * 0.126996, 0.4 + 1.96 * 0.126996), abs=1e-5
    )
    two = agreement_of_two(data, spec(), ("ada", "ben"))
    assert (two.value, two.n_items) == (pytest.approx(0.4), 50)
    assert two.low < 0.4 < two.high


def test_the_rating_is_weighted_by_squared_distance():
    said = [("0", "0"), ("3", "3"), ("0", "1"), ("3", "2")]
    rows = [
        (f"i{n}", who, value) for n, pair in enumerate(said) for who, value in zip(("ada", "ben"), pair, strict=True)
    ]
    found = agreement_of_pairs(answers(rows, "concern"), spec("concern"))
    # observed (0 + 0 + 1 + 1) / 4; by chance the mean of (0 or 3) against 0, 3, 1, 2: (0+9+1+4 + 9+0+4+1) / 8
    assert found.kappa[0, 1] == pytest.approx(1 - 0.5 / 3.5)


def test_answers_under_another_version_are_not_compared():
    other = [(f"i{n}", "ben", YES, 1) for n in range(50, 60)] + [(f"i{n}", "ada", NO, 0) for n in range(50, 60)]
    found = agreement_of_pairs(answers(of_table() + other, versions=2), spec())
    assert found.shared[0, 1] == 50
    assert found.kappa[0, 1] == pytest.approx(0.4)


def test_without_anything_to_compare_nothing_is_defined():
    data = answers([("a", "ada", YES), ("b", "ben", NO)])
    found = agreement_of_pairs(data, spec())
    assert found.shared.sum() == 0
    assert np.isnan(found.kappa).all()
    assert agreement_of_two(data, spec(), ("ada", "ben")).value is None


@given(
    st.dictionaries(
        st.tuples(st.integers(0, 11), st.sampled_from(["ada", "ben", "cleo", "dan"])),
        st.sampled_from([YES, "contradicted", NO, None]),
        min_size=1,
    )
)
def test_the_page_of_two_says_what_the_matrix_says(given_answers):
    data = answers([(f"i{item}", who, value) for (item, who), value in given_answers.items()])
    found = agreement_of_pairs(data, spec())
    np.testing.assert_array_equal(found.kappa, found.kappa.T)
    for one, other in np.argwhere(found.shared > 0):
        two = agreement_of_two(data, spec(), (found.people[one], found.people[other]))
        assert two.n_items == found.shared[one, other]
        assert (two.value is None) == np.isnan(found.kappa[one, other])
        if two.value is not None:
            assert two.value == pytest.approx(found.kappa[one, other])
