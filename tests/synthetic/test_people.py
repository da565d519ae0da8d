"""Simulated annotators do what their planted skill says, and only randomness that is passed in moves them."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from annotator.domain.errors import InputError
from annotator.synthetic.people import (
    CANNOT_TELL,
    CONTRADICTED_CODE,
    NOT_STATED_CODE,
    PRESENT_CODE,
    USUAL_MIX,
    PersonKind,
    confusion,
    draw_people,
    draw_person,
    judge,
    rate,
)
from annotator.synthetic.postings import CONTEXT, INDICATORS, NOT_STATED
from annotator.synthetic.replies import reply
from guidelines.loader import load

SPOTLESS = {
    "spread": 1e-9,
    "bias": 0.0,
    "fatigue": 0.0,
    "hit": 1.0,
    "misread": 0.0,
    "false_alarm": 0.0,
    "careless": 0.0,
    "cannot_tell": 0.0,
    "jitter": 0.0,
}
kinds = st.sampled_from(list(PersonKind))


def _person(kind=PersonKind.TYPICAL, seed=0, **planted):
    return replace(draw_person(kind, np.random.default_rng(seed)), **planted)


def _rated(person, truth, seed=1, **given):
    return rate(truth, np.zeros(len(truth), dtype=int), [person], np.random.default_rng(seed), **given)


@given(kinds, st.integers(0, 99), st.integers(2, 7), st.floats(0, 1), st.floats(0, 1))
def test_a_confusion_matrix_holds_probabilities(kind, seed, classes, difficulty, position):
    person = draw_person(kind, np.random.default_rng(seed), classes)
    matrix = confusion(person, classes, difficulty=difficulty, position=position)
    assert matrix.shape == (classes, classes)
    assert np.all(matrix >= 0)
    np.testing.assert_allclose(matrix.sum(axis=1), 1)


@pytest.mark.parametrize("kind", list(PersonKind))
def test_answers_follow_the_planted_matrix(kind):
    person = _person(kind, seed=3, cannot_tell=0.0)
    truth = np.repeat(np.arange(4), 20_000)
    answers = _rated(person, truth, difficulty=0.6, position=0.3)
    seen = np.array([np.bincount(answers[truth == t], minlength=4) for t in range(4)]) / 20_000
    np.testing.assert_allclose(seen, confusion(person, difficulty=0.6, position=0.3), atol=0.015)


@pytest.mark.parametrize("kind", [PersonKind.CAREFUL, PersonKind.TYPICAL, PersonKind.TIRING])
def test_honest_mistakes_fall_near_the_truth(kind):
    for truth, row in enumerate(confusion(_person(kind, seed=5, careless=0.0))):
        assert row.argmax() == truth
        assert all(nearer >= farther for nearer, farther in pairwise(row[truth:]))
        assert all(nearer >= farther for nearer, farther in pairwise(row[truth::-1]))


def test_kinds_show_their_nature():
    truth = np.random.default_rng(0).integers(0, 4, 8000)

    def mean_error(kind):
        answers = _rated(_person(kind, cannot_tell=0.0), truth)
        return (answers - truth).mean()

    assert mean_error(PersonKind.LENIENT) < -0.2 < 0.2 < mean_error(PersonKind.STRICT)
    turned = _rated(_person(PersonKind.ADVERSARIAL, cannot_tell=0.0), truth)
    assert np.corrcoef(turned, truth)[0, 1] < -0.7
    blind = _rated(_person(PersonKind.CARELESS, careless=1.0, cannot_tell=0.0), truth)
    assert abs(np.corrcoef(blind, truth)[0, 1]) < 0.05


def test_tiring_people_get_worse_over_a_session_and_hard_items_are_harder():
    person = _person(PersonKind.TIRING, fatigue=2.0, cannot_tell=0.0)
    truth = np.random.default_rng(0).integers(0, 4, 8000)

    def right(**given):
        return (_rated(person, truth, **given) == truth).mean()

    assert right(position=0.0) > right(position=0.5) + 0.05 > right(position=1.0) + 0.05
    assert right(difficulty=0.1) > right(difficulty=0.9) + 0.05


def test_cannot_tell_grows_with_difficulty():
    person = _person(cannot_tell=0.1)
    truth = np.zeros(20_000, dtype=int)
    shares = [(_rated(person, truth, difficulty=d) == CANNOT_TELL).mean() for d in (0.0, 0.5, 1.0)]
    assert shares == pytest.approx([0.0, 0.1, 0.2], abs=0.01)


@given(st.integers(0, 50))
@settings(max_examples=20)
def test_the_same_generator_state_gives_the_same_answers(seed):
    people = draw_people(5, np.random.default_rng(seed))
    truth, worker = np.arange(40) % 4, np.arange(40) % 5
    one, other = (rate(truth, worker, people, np.random.default_rng(seed)) for _ in range(2))
    np.testing.assert_array_equal(one, other)
    assert people == draw_people(5, np.random.default_rng(seed))


def test_a_crowd_follows_the_mix():
    people = draw_people(4000, np.random.default_rng(0))
    for kind, share in USUAL_MIX.items():
        assert sum(person.kind is kind for person in people) / 4000 == pytest.approx(share, abs=0.03)
    only = draw_people(20, np.random.default_rng(0), {PersonKind.CARELESS: 1.0})
    assert {person.kind for person in only} == {PersonKind.CARELESS}


@given(st.lists(st.lists(st.integers(0, 2), min_size=12, max_size=12), min_size=1, max_size=20))
def test_a_spotless_person_gives_the_truth(states):
    person = _person(**SPOTLESS)
    zeros = [0] * len(states)
    rng = np.random.default_rng(0)
    np.testing.assert_array_equal(judge(states, zeros, [person], rng), states)
    truth = [row[0] for row in states]
    np.testing.assert_array_equal(rate(truth, zeros, [person], rng), truth)


def test_slips_on_indicators_have_their_planted_rates():
    person = _person(hit=0.8, misread=0.1, false_alarm=0.05, careless=0.0, fatigue=0.0)
    states = np.tile([PRESENT_CODE, CONTRADICTED_CODE, NOT_STATED_CODE], (30_000, 1))
    given_ = judge(states, np.zeros(len(states), dtype=int), [person], np.random.default_rng(0))
    shares = np.array([np.bincount(given_[:, column], minlength=3) for column in range(3)]) / len(states)
    wanted = [[0.72, 0.08, 0.20], [0.08, 0.72, 0.20], [0.05, 0.0, 0.95]]
    np.testing.assert_allclose(shares, wanted, atol=0.012)


def test_arrays_that_do_not_fit_are_refused():
    person, rng = _person(), np.random.default_rng(0)
    with pytest.raises(InputError, match="one worker an answer"):
        rate([0, 1], [0], [person], rng)
    with pytest.raises(InputError, match="list of 1 people"):
        rate([0], [1], [person], rng)
    with pytest.raises(InputError, match="from 0 to 3"):
        rate([4], [0], [person], rng)
    with pytest.raises(InputError, match="one worker an answer"):
        judge([[0] * 12], [0, 0], [person], rng)


def test_no_answers_are_no_answers():
    assert rate([], [], [_person()], np.random.default_rng(0)).shape == (0,)


def test_a_spotless_person_answers_a_posting_with_its_truth(corpus):
    rng = np.random.default_rng(0)
    for posting in corpus[:100]:
        given_ = reply(_person(**SPOTLESS), posting, rng)
        assert given_.rating == posting.rating
        assert given_.indicators == posting.indicators
        assert given_.spans == posting.spans
        assert given_.tags == posting.tags


@pytest.mark.parametrize("kind", list(PersonKind))
def test_every_reply_is_a_valid_answer_of_the_guideline(corpus, kind):
    schema = load("postings", "1.0.0").schema
    indicators = schema.question("indicators")
    rng = np.random.default_rng(4)
    for posting in corpus[:60]:
        given_ = reply(_person(kind, seed=2, jitter=0.9), posting, rng, position=0.8)
        answer = given_.to_answer(posting.text)
        assert schema.question("concern").choice(answer.choices["concern"][0])
        assert set(answer.choices.get("context", ())) <= set(CONTEXT)
        for name in answer.choices:
            assert all(schema.question(name).choice(value) for value in answer.choices[name])
        for span in answer.spans:
            assert indicators.choice(span.label)
            assert span.state in {state.value for state in indicators.states}
            assert posting.text[span.start : span.end] == span.text == span.text.strip() != ""
        marked = {span.label: span.state for span in answer.spans}
        assert marked == {code: state for code, state in given_.indicators.items() if state != NOT_STATED}
        assert set(given_.indicators) == set(INDICATORS)
        assert given_.seconds > 0


def test_who_does_not_read_is_quick(corpus):
    rng = np.random.default_rng(0)
    slow, quick = _person(careless=0.0), _person(careless=0.9)
    times = [[reply(person, posting, rng).seconds for posting in corpus[:200]] for person in (slow, quick)]
    assert np.median(times[1]) < 0.5 * np.median(times[0])
