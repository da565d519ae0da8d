"""One campaign: one policy, one seed, from the first answer to the last, with its accuracy at every mark."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from active_learning.arrays import FloatArray, IntArray
from active_learning.simulation.belief import Belief
from active_learning.simulation.policies import Policy
from active_learning.simulation.replay import Protocol, replay
from active_learning.simulation.texts import TextPrior
from annotator.consensus.labels import LabelMatrix
from annotator.consensus.skills import expected_accuracy

STEP = 0.1
"""Judgements an item between two marks of a curve."""


@dataclass(frozen=True, slots=True)
class Material:
    """What a simulation works on: answers, the true class of each item (-1 unknown, -2 never chosen), and texts if any."""

    labels: LabelMatrix
    truth: IntArray
    texts: TextPrior | None = None


def marks(labels: LabelMatrix, budget: float) -> IntArray:
    """Return the numbers of answers at which accuracy is measured; `budget` is in judgements an item."""
    last = min(round(budget * labels.n_tasks), labels.n_labels)
    wanted = np.round(np.arange(STEP, budget + STEP / 2, STEP) * labels.n_tasks).astype(np.int64)
    return np.asarray(np.unique(np.append(wanted[wanted < last], last)), dtype=np.int64)


def play(
    material: Material,
    policy: Policy,
    protocol: Protocol,
    seed: int,
    at: IntArray,
    told: Callable[[int], None] = lambda _: None,
) -> FloatArray:
    """Return the accuracy over items of known truth at each mark, shape (marks,); ties count as a fair draw.

    `told` hears how many answers came since it last heard.
    """
    orders, ties = np.random.default_rng([seed, 0]), np.random.default_rng([seed, 1])
    campaign = replay(material.labels, protocol, orders)
    belief = Belief(material.labels, material.texts, ties, learns=policy.learns)
    score_of, accuracy = policy.start(), np.empty(len(at))
    for mark, answers in enumerate(at):
        while campaign.given < answers:
            question = campaign.ask()
            assert question is not None
            item = question.candidates[0]
            if len(question.candidates) > 1:
                score = score_of(belief, question.candidates, question.person)
                best = np.flatnonzero(score == score.max())
                item = question.candidates[best[ties.integers(len(best))]]
            belief.update(campaign.answer(int(item)))
        accuracy[mark] = expected_accuracy(policy.readout(belief), material.truth)
        told(int(answers - (at[mark - 1] if mark else 0)))
    return accuracy
