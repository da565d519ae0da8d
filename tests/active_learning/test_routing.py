"""The routing: which item for this person, another opinion or a new item, and when to stop."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from active_learning.routing import SETTLED, priority, route
from active_learning.stopping import Rule
from annotator.domain.errors import InputError

GOOD, BLIND = np.array([[0.9, 0.1], [0.1, 0.9]]), np.full((2, 2), 0.5)
RULE = Rule(0.05, 1, 4)


def test_a_new_item_and_a_second_opinion_are_weighed_by_one_measure():
    posterior = [[0.5, 0.5], [0.7, 0.3], [0.52, 0.48]]
    score = priority(posterior, [0, 1, 2], GOOD, RULE)
    assert score[0] > score[2] > score[1], (
        "the item that is open after two answers comes before the one that is clearer"
    )


def test_settled_items_are_asked_of_nobody():
    found = route([[0.96, 0.04], [0.5, 0.5], [0.6, 0.4], [0.99, 0.01]], [1, 4, 2, 0], GOOD, RULE, 4)
    assert found.items.tolist() == [2, 3], "the last is sure, but has no answer yet"
    assert found.settled.tolist() == [True, True, False, False]


def test_a_campaign_whose_items_are_settled_may_stop():
    found = route([[0.99, 0.01]], [2], GOOD, RULE)
    assert len(found.items) == 0
    assert found.settled.all()


def test_a_person_who_answers_blindly_tells_nothing_of_any_item():
    assert np.allclose(priority([[0.5, 0.5], [0.8, 0.2]], [0, 1], BLIND, RULE), 0)


def test_a_person_is_sent_where_they_can_tell_classes_apart():
    tells_the_third = np.array([[0.5, 0.5, 0.0], [0.5, 0.5, 0.0], [0.05, 0.05, 0.9]])
    found = route([[0.5, 0.5, 0.0], [0.5, 0.0, 0.5]], [1, 1], tells_the_third, RULE)
    assert found.items.tolist() == [1]


def test_gain_is_weighed_by_the_time_an_item_takes():
    posterior = [[0.5, 0.5], [0.6, 0.4]]
    assert route(posterior, [0, 0], GOOD, RULE).items.tolist() == [0]
    assert route(posterior, [0, 0], GOOD, RULE, minutes=[3.0, 1.0]).items.tolist() == [1]
    with pytest.raises(InputError, match="above 0"):
        route(posterior, [0, 0], GOOD, RULE, minutes=0.0)


def test_shapes_that_do_not_fit_are_named():
    with pytest.raises(InputError, match="answers"):
        priority([[0.5, 0.5]], [0, 1], GOOD, RULE)
    with pytest.raises(InputError, match="posterior, row 1"):
        priority([[0.5, 0.6]], [0], GOOD, RULE)


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 10**6), n=st.integers(0, 30), k=st.integers(0, 40))
def test_the_best_open_items_come_first_whatever_their_order(seed, n, k):
    rng = np.random.default_rng(seed)
    posterior, answers, matrix = (
        rng.dirichlet([1] * 3, n).reshape(n, 3),
        rng.integers(0, 5, n),
        rng.dirichlet([1] * 3, 3),
    )
    found, score = route(posterior, answers, matrix, RULE, k), priority(posterior, answers, matrix, RULE)
    open_items = np.flatnonzero(score != SETTLED)
    assert len(found.items) == min(k, len(open_items))
    assert np.array_equal(np.sort(found.gain)[::-1], found.gain)
    assert np.allclose(found.gain, np.sort(score[open_items])[::-1][:k])
    turned = rng.permutation(n)
    assert np.allclose(route(posterior[turned], answers[turned], matrix, RULE, k).gain, found.gain)
