"""ActiveLab's score, from its published formulae, as the peer to compare with.

With p_M the classifier's probabilities of an item, A_j(y) an annotator's "prediction" from their label, w_M and w_j weights, w̄ the
mean of the w_j and K classes, an item is worth asking about the smaller the largest entry of

    ( w_M p_M + sum_j w_j A_j + w̄ / K ) / ( w_M + sum_j w_j + w̄ ).

A_j gives P to the label chosen and the rest evenly, P being how often annotators agree with the consensus on items with two
labels or more. With A_0 the accuracy of always naming the commonest class on those items, w_j = 1 - (1 - s_j)/(1 - A_0) for an
annotator who agrees with the others at a rate s_j, and w_M = (1 - (1 - A_M)/(1 - A_0)) sqrt(mean number of labels) for a
classifier of accuracy A_M.

Sources: Goh, H. W. & Mueller, J. (2023), ActiveLab: Active Learning with Re-Labeling by Multiple Annotators. Goh, H. W., Tkachenko,
U. & Mueller, J. (2022), CROWDLAB. Where there is no text, the classifier is the share of each class among the labels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from active_learning.arrays import FloatArray, IntArray
from active_learning.simulation.belief import Belief

_LEAST_WEIGHT = 1e-4


@dataclass(frozen=True, slots=True)
class Weights:
    """`people` (W,) are the w_j, `mean` is w̄, `model` w_M, `right` P."""

    people: FloatArray
    mean: float
    model: float
    right: float


class ActiveLab:
    """The score as a policy. Weights are worked out anew whenever the campaign's classifier and consensus are, as its authors do
    between batches; each item's labels count at once.
    """

    def __init__(self) -> None:
        self._fits = -1
        self._taken = 0

    def __call__(self, belief: Belief, candidates: IntArray, person: int | None) -> FloatArray:
        """Return how much each candidate is worth asking about, shape (m,): 1 - the largest entry of the ensemble."""
        del person
        return np.asarray(1 - self.ensemble(belief, candidates).max(axis=1))

    def ensemble(self, belief: Belief, items: IntArray) -> FloatArray:
        """Return the ensemble of classifier, labels and indifference, shape (m, K)."""
        if self._fits != belief.n_fits:
            self._start(belief)
        for item, who, label in belief.answers_from(self._taken):
            self._chosen[item, label] += self._weights.people[who]
        self._taken = belief.n_answers
        weights, k = self._weights, belief.n_classes
        chosen = self._chosen[items]
        mass = chosen.sum(axis=1, keepdims=True)
        rest = (1 - weights.right) / (k - 1)
        people = rest * mass + (weights.right - rest) * chosen
        total = weights.model * self._model[items] + people + weights.mean / k
        return np.asarray(total / (weights.model + mass + weights.mean))

    def _start(self, belief: Belief) -> None:
        self._model = shares_of_labels(belief) if belief.prior is None else belief.prior
        self._weights = weights_of(belief, self._model)
        self._chosen = np.zeros((belief.n_items, belief.n_classes))
        self._fits, self._taken = belief.n_fits, 0


def shares_of_labels(belief: Belief) -> FloatArray:
    """Return what stands for a classifier where there is no text: the share of each class among the labels so far, shape (n, K)."""
    share = (belief.votes.sum(axis=0) + 1) / (belief.n_answers + belief.n_classes)
    return np.tile(share, (belief.n_items, 1))


def weights_of(belief: Belief, model: FloatArray) -> Weights:
    """Return the weights given the answers so far and the classifier's probabilities `model` (n, K)."""
    k, consensus = belief.n_classes, belief.votes.argmax(axis=1)
    several = np.flatnonzero(belief.counts >= 2)
    if not len(several):
        return Weights(np.ones(belief.n_people), 1.0, 1.0, 1 - 1 / k)
    rows = belief.answers_from(0)
    task, who, label = rows[belief.counts[rows[:, 0]] >= 2].T
    commonest = np.bincount(consensus[several], minlength=k).max() / len(several)
    base = min(float(commonest), 1 - _LEAST_WEIGHT)
    others = (belief.counts[task] - 1).astype(np.float64)
    agreed = np.bincount(who, weights=belief.votes[task, label] - 1, minlength=belief.n_people)
    met = np.bincount(who, weights=others, minlength=belief.n_people)
    rate = np.where(met > 0, agreed / np.maximum(met, 1), agreed.sum() / met.sum())
    people = np.maximum(1 - (1 - rate) / (1 - base), _LEAST_WEIGHT)
    accuracy = float(np.mean(model[several].argmax(axis=1) == consensus[several]))
    labels_an_item = belief.n_answers / (belief.counts > 0).sum()
    return Weights(
        people,
        float(people[belief.people > 0].mean()),
        max(1 - (1 - accuracy) / (1 - base), _LEAST_WEIGHT) * float(np.sqrt(labels_an_item)),
        float(np.mean(label == consensus[task])),
    )
