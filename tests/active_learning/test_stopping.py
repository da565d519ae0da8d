"""Forecasts of what is left. `benchmarks.stopping` scores them on whole campaigns."""

import numpy as np
import pytest

from active_learning.stopping import Rule, forecast
from annotator.domain.errors import InputError

RIGHT = np.eye(2)[None] * 1e9
GUESSING = np.full((1, 2, 2), 1e9)


def half(n):
    return np.full((n, 2), 0.5)


def ahead(posterior, answers, skills, rule=None, **how):
    return forecast(posterior, answers, skills, rule or Rule(0.02, 2, 5), rng=np.random.default_rng(0), **how)


def test_people_who_are_never_wrong_need_the_least_overlap():
    found = ahead(half(10), np.zeros(10, dtype=int), RIGHT)
    assert (found.judgements, found.low, found.high) == (20, 20, 20)
    assert found.certain == 1


def test_people_who_guess_need_the_largest_and_settle_nothing():
    found = ahead(half(10), np.full(10, 1), GUESSING)
    assert (found.judgements, found.low, found.high) == (40, 40, 40)
    assert found.certain == 0


def test_settled_items_need_nothing():
    sure = np.array([[0.99, 0.01], [0.5, 0.5], [0.99, 0.01]])
    found = ahead(sure, [2, 5, 1], RIGHT)
    assert found.judgements == 1
    assert found.certain == pytest.approx(2 / 3)


def test_nothing_left_is_said_plainly():
    found = ahead(np.array([[1.0, 0.0]]), [2], RIGHT)
    assert str(found) == "about 0 more judgements (0 to 0)"


def test_the_mean_is_that_of_the_exact_walk():
    """A coin of .8, and sure at .94: two in agreement more on one side, within six answers."""
    rule, skills = Rule(0.06, 0, 6), np.array([[[0.8, 0.2], [0.2, 0.8]]]) * 1e9

    def left(lead, n):
        if abs(lead) == 2 or n == 6:
            return 0
        first = 4.0**lead / (1 + 4.0**lead)
        up = first * 0.8 + (1 - first) * 0.2
        return 1 + up * left(lead + 1, n + 1) + (1 - up) * left(lead - 1, n + 1)

    found = ahead(half(1500), np.zeros(1500, dtype=int), skills, rule)
    assert found.judgements / 1500 == pytest.approx(left(0, 0), rel=0.01)


def test_what_is_not_known_of_people_widens_the_interval():
    known, unknown = np.array([[[8, 2], [2, 8]]]) * 1e6, np.array([[[8.0, 2], [2, 8]]])
    widths = [ahead(half(200), np.zeros(200, dtype=int), one) for one in (known, unknown)]
    assert widths[1].high - widths[1].low > 1.5 * (widths[0].high - widths[0].low)


def test_who_comes_often_counts_most():
    skills = np.concatenate([RIGHT, GUESSING])
    often_right = ahead(half(50), np.zeros(50, dtype=int), skills, activity=[9, 1])
    often_guessing = ahead(half(50), np.zeros(50, dtype=int), skills, activity=[1, 9])
    assert often_right.judgements < often_guessing.judgements


def test_a_large_pool_is_represented_by_a_sample(monkeypatch):
    monkeypatch.setattr("active_learning.stopping._ITEMS", 50)
    skills = np.array([[[8.0, 2], [2, 8]]]) * 100
    sampled = ahead(half(1000), np.zeros(1000, dtype=int), skills)
    monkeypatch.undo()
    whole = ahead(half(1000), np.zeros(1000, dtype=int), skills)
    assert sampled.judgements == pytest.approx(whole.judgements, rel=0.03)
    assert sampled.high - sampled.low > whole.high - whole.low


@pytest.mark.parametrize(
    ("skills", "how", "said"),
    [
        (np.empty((0, 2, 2)), {}, "skills"),
        (np.ones((1, 3, 3)), {}, "skills"),
        (np.zeros((1, 2, 2)), {}, "Dirichlet"),
        (RIGHT, {"activity": [0]}, "activity"),
    ],
)
def test_people_that_cannot_be_are_refused(skills, how, said):
    with pytest.raises(InputError, match=said):
        ahead(half(3), [0, 0, 0], skills, **how)


def test_rules_and_counts_that_cannot_be_are_refused():
    with pytest.raises(InputError, match="target_risk"):
        Rule(0)
    with pytest.raises(InputError, match="overlap"):
        Rule(0.1, 4, 3)
    with pytest.raises(InputError, match="answers"):
        ahead(half(3), [0, 0], RIGHT)
