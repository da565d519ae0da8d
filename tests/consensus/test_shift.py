"""The shift of agreement: found where people in common differ more, not where one person does or the team's make-up changes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st

from annotator.consensus.shift import FIRST_LOOK, LEAST_BEFORE, Pairs, first_fall, looks, shift, still_there
from annotator.domain.errors import InputError
from annotator.synthetic.people import PersonKind, draw_person, rate

ALPHA = 0.01


def rated(rng, people, n, *, noise=0.0, who=None) -> Pairs:
    """Pairs of ratings by two people each; `noise` is the share of answers given without reading."""
    who = range(len(people)) if who is None else who
    pairs = np.array([rng.choice(list(who), 2, replace=False) for _ in range(n)])
    truth = np.repeat(rng.integers(0, 4, n), 2)
    given = rate(truth, pairs.ravel(), people, rng)
    given = np.where((rng.random(2 * n) < noise) | (given < 0), rng.integers(0, 4, 2 * n), given).reshape(n, 2)
    return Pairs(np.abs(given[:, 0] - given[:, 1]).astype(float), pairs[:, 0], pairs[:, 1])


@pytest.fixture
def rng():
    return np.random.default_rng(3)


@pytest.fixture
def team(rng):
    return [draw_person(kind, rng) for kind in (*[PersonKind.TYPICAL] * 8, PersonKind.LENIENT, PersonKind.STRICT)]


def test_a_fall_that_everybody_has_a_part_in_is_found_and_measured(rng, team):
    before, after = rated(rng, team, 200), rated(rng, team, 150, noise=0.5)
    assert first_fall(before, after, ALPHA) is not None
    found = shift(before, after)
    assert found.low > 0
    assert found.value == pytest.approx(after.distance.mean() - before.distance.mean(), abs=0.15)
    assert (found.n_before, found.n_after) == (200, 150)


def test_one_careless_person_is_no_fall_of_the_team(rng, team):
    careless = [*team[:-1], draw_person(PersonKind.ADVERSARIAL, rng)]
    before, after = rated(rng, team, 200), rated(rng, careless, 150)
    assert after.distance.mean() > before.distance.mean() + 0.1
    assert first_fall(before, after, ALPHA) is None


def test_people_who_rate_otherwise_and_come_later_are_no_fall(rng, team):
    steady = [*team[:8], *[draw_person(kind, rng) for kind in [PersonKind.LENIENT, PersonKind.STRICT] * 2]]
    false = sum(
        first_fall(rated(rng, steady, 200, who=range(9)), rated(rng, steady, 150, who=range(4, 12)), ALPHA) is not None
        for _ in range(20)
    )
    assert false <= 2


def test_a_fall_that_has_passed_is_there_no_more(rng, team):
    before, worse, good = rated(rng, team, 200), rated(rng, team, 100, noise=0.6), rated(rng, team, 160)
    known_at = first_fall(before, worse, ALPHA)
    assert known_at is not None
    assert still_there(before, worse, known_at)
    mended = Pairs(*(np.concatenate(both) for both in zip(_fields(worse), _fields(good), strict=True)))
    assert first_fall(before, mended, ALPHA) == known_at
    assert not still_there(before, mended, known_at)


def test_a_fall_that_lasts_does_not_pass_because_forty_pairs_fail_to_show_it(rng, team):
    passed = seen = 0
    for _ in range(15):
        before, worse = rated(rng, team, 200), rated(rng, team, 300, noise=0.4)
        known_at = first_fall(before, worse, ALPHA)
        for end in range(100, 301, 40):
            if known_at is not None and known_at < end:
                seen += 1
                passed += not still_there(before, worse.part(slice(end)), known_at)
    assert seen >= 40
    assert passed <= seen // 20


def test_nothing_is_said_of_few_pairs_or_few_people(rng, team):
    before, after = rated(rng, team, 200), rated(rng, team, 100, noise=0.9)
    assert first_fall(before.part(slice(LEAST_BEFORE - 1)), after, ALPHA) is None
    assert first_fall(before, after.part(slice(FIRST_LOOK - 1)), ALPHA) is None
    assert first_fall(before, rated(rng, team, 100, noise=0.9, who=(0, 1)), ALPHA) is None


def test_a_rare_label_that_differs_twice_is_no_fall():
    rng = np.random.default_rng(0)
    one, other = rng.integers(0, 5, 300), rng.integers(5, 10, 300)
    before = Pairs(np.zeros(280), one[:280], other[:280])
    after = Pairs(np.array([1.0, 1.0] + [0.0] * 18), one[280:], other[280:])
    assert first_fall(before, after, ALPHA) is None


def test_a_side_without_pairs_is_refused(rng, team):
    with pytest.raises(InputError):
        shift(rated(rng, team, 5), Pairs(*(np.empty(0, t) for t in (float, int, int))))
    with pytest.raises(InputError):
        Pairs(np.zeros(2), np.zeros(3, int), np.zeros(3, int))


@given(st.integers(0, 5000))
def test_looks_are_fixed_beforehand_and_never_more_than_there_are_pairs(n):
    planned = looks(n)
    assert planned == sorted(set(planned))
    assert all(look <= n for look in planned)
    assert planned == looks(10_000)[: len(planned)]


@given(st.integers(0, 2**32 - 1))
def test_the_names_of_people_and_which_of_a_pair_came_first_do_not_matter(seed):
    rng = np.random.default_rng(seed)
    distance, one, other = rng.integers(0, 4, 60).astype(float), rng.integers(0, 4, 60), rng.integers(4, 8, 60)
    found = shift(Pairs(distance[:40], one[:40], other[:40]), Pairs(distance[40:], one[40:], other[40:]))
    names = rng.permutation(8)
    turned = rng.random(60) < 0.5
    a, b = names[np.where(turned, other, one)], names[np.where(turned, one, other)]
    again = shift(Pairs(distance[:40], a[:40], b[:40]), Pairs(distance[40:], a[40:], b[40:]))
    values = (again.value, again.low, again.high, again.z)
    assert values == pytest.approx((found.value, found.low, found.high, found.z), abs=1e-9)


def _fields(pairs: Pairs):
    return pairs.distance, pairs.one, pairs.other
