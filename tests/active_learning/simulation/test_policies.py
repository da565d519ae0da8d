"""The peers' scores on cases worked by hand, and what a belief makes of answers."""

from __future__ import annotations

import numpy as np
import pytest

from active_learning.simulation.activelab import ActiveLab, weights_of
from active_learning.simulation.belief import Belief
from active_learning.simulation.policies import fewest_first, majority, uncertain_then_fixed
from active_learning.simulation.replay import Answer
from annotator.consensus.labels import LabelMatrix


def belief_of(answers, items=4, people=3, classes=2):
    labels = LabelMatrix.from_codes(
        [t for t, _, _ in answers],
        [w for _, w, _ in answers],
        [k for _, _, k in answers],
        n_tasks=items,
        n_workers=people,
        n_classes=classes,
    )
    belief = Belief(labels, None, np.random.default_rng(0))
    for row, (task, person, label) in enumerate(answers):
        belief.update(Answer(row, task, person, label))
    return belief


ANSWERS = [(0, 0, 1), (0, 1, 1), (0, 2, 0), (1, 0, 0), (1, 1, 0), (2, 0, 1)]


def test_activelab_weighs_annotators_by_their_agreement():
    """Items 0 (1, 1, 0) and 1 (0, 0). Consensus 1 and 0, so A_0 = 1/2 and P = 4/5.

    Person 0 met 3 labels of others and agreed with 2 of them, s = 2/3, w = 1 - (1/3)/(1/2) = 1/3; person 1 the same; person 2 met 2
    and agreed with none, w = 0 (held just above it).
    """
    weights = weights_of(belief_of(ANSWERS), np.array([[0.4, 0.6], [0.4, 0.6], [0.5, 0.5], [0.5, 0.5]]))
    assert weights.people == pytest.approx([1 / 3, 1 / 3, 1e-4])
    assert weights.right == pytest.approx(4 / 5)
    assert weights.mean == pytest.approx((2 / 3 + 1e-4) / 3)
    assert weights.model == pytest.approx(1e-4 * np.sqrt(2)), "a classifier right in one of two is no better than A_0"


def test_activelab_ensemble_by_hand():
    score, belief = ActiveLab(), belief_of(ANSWERS)
    ensemble = score.ensemble(belief, np.arange(4))
    w, mean, model = np.array([1 / 3, 1 / 3, 1e-4]), (2 / 3 + 1e-4) / 3, 1e-4 * np.sqrt(2)
    shares = np.array([4, 4]) / 8
    first = model * shares[1] + 0.8 * (w[0] + w[1]) + 0.2 * w[2] + mean / 2
    assert ensemble[0, 1] == pytest.approx(first / (model + w.sum() + mean))
    assert np.allclose(ensemble.sum(axis=1), 1)
    ask = score(belief, np.arange(4), None)
    assert ask.argmax() == 3, "the item without a label comes first"


def test_activelab_takes_in_labels_as_they_come():
    score, belief = ActiveLab(), belief_of(ANSWERS)
    score.ensemble(belief, np.arange(4))
    belief._rows = np.vstack([belief._rows, [[3, 1, 0]]]).astype(np.int32)
    belief.update(Answer(6, 3, 1, 0))
    assert score.ensemble(belief, np.array([3]))[0].argmax() == 0


def test_fixed_labelling_finishes_what_it_began():
    belief = belief_of([(0, 0, 1), (1, 0, 1), (1, 1, 1), (1, 2, 1)])
    assert uncertain_then_fixed(belief, np.arange(4), None).argmax() == 0
    assert uncertain_then_fixed(belief, np.array([1, 2]), None).argmax() == 1, (
        "three answers are enough for a first round"
    )
    assert fewest_first(belief, np.arange(4), None).argmax() == 2


def test_majority_of_no_answer_is_nobody():
    assert majority(belief_of(ANSWERS))[3].tolist() == [0.5, 0.5]


def test_an_answer_moves_its_own_item_by_bayes_rule():
    belief = belief_of([(0, 0, 1)], items=2, people=2)
    assert belief.posterior[0] == pytest.approx([0.3, 0.7])
    assert belief.posterior[1] == pytest.approx([0.5, 0.5])
