"""Replays: both protocols give each recorded answer at most once, in an order that the seed decides alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from active_learning.simulation.replay import ItemReplay, PersonReplay, Protocol, replay
from annotator.consensus.labels import LabelMatrix
from annotator.domain.errors import InputError


def small(seed, items=7, people=4, labels=25):
    rng = np.random.default_rng(seed)
    cells = rng.permutation(items * people)[:labels]
    return LabelMatrix.from_codes(
        cells // people, cells % people, rng.integers(0, 2, len(cells)), n_tasks=items, n_workers=people, n_classes=2
    )


def play_all(campaign, choose):
    given = []
    while (question := campaign.ask()) is not None:
        item = int(choose(question.candidates))
        given.append((question, campaign.answer(item), item))
    return given


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), protocol=st.sampled_from(list(Protocol)))
def test_every_answer_is_given_exactly_once(seed, protocol):
    labels, pick = small(seed), np.random.default_rng(seed)
    given = play_all(replay(labels, protocol, np.random.default_rng(seed)), pick.choice)
    assert sorted(answer.row for _, answer, _ in given) == list(range(labels.n_labels))
    assert all(answer.item == item for _, answer, item in given)
    rows = [answer.row for _, answer, _ in given]
    assert [answer.label for _, answer, _ in given] == labels.label[rows].tolist()


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_a_person_only_meets_items_they_answered_and_that_are_unused(seed):
    labels, pick = small(seed), np.random.default_rng(seed)
    used = set()
    for question, answer, _ in play_all(PersonReplay(labels, np.random.default_rng(seed)), pick.choice):
        theirs = set(labels.task[labels.worker == question.person].tolist())
        assert set(question.candidates.tolist()) == {t for t in theirs if (question.person, t) not in used}
        assert answer.person == question.person
        used.add((answer.person, answer.item))


@pytest.mark.parametrize("protocol", list(Protocol))
def test_orders_do_not_depend_on_what_the_policy_chooses(protocol):
    labels = small(3)
    first = play_all(replay(labels, protocol, np.random.default_rng(0)), lambda candidates: candidates[0])
    last = play_all(replay(labels, protocol, np.random.default_rng(0)), lambda candidates: candidates[-1])
    if protocol is Protocol.PERSON:
        assert [q.person for q, _, _ in first] == [q.person for q, _, _ in last]
    else:
        for item in range(labels.n_tasks):
            assert [a.row for _, a, i in first if i == item] == [a.row for _, a, i in last if i == item]


def test_people_arrive_in_proportion_to_their_recorded_answers():
    labels = LabelMatrix.from_codes(list(range(90)) + list(range(10)), [0] * 90 + [1] * 10, [0] * 50 + [1] * 50)
    firsts = [PersonReplay(labels, np.random.default_rng(seed)).ask().person for seed in range(300)]
    assert 0.05 < np.mean(firsts) < 0.16


@pytest.mark.parametrize("kind", [ItemReplay, PersonReplay])
def test_an_item_that_is_not_a_candidate_is_refused(kind):
    campaign = kind(small(1), np.random.default_rng(0))
    campaign.ask()
    with pytest.raises(InputError, match="not among the candidates"):
        campaign.answer(99)
