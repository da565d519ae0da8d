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

import numpy as np

from active_learning.arrays import FloatArray, IntArray
from active_learning.simulation.belief import Belief

_LEAST_WEIGHT = 1e-4


def active_lab(belief: Belief, candidates: IntArray, person: int | None) -> FloatArray:
    """Return how much each candidate is worth asking about, shape (m,): 1 - the largest entry of the ensemble."""
    del person
    return np.asarray(1 - ensemble(belief)[candidates].max(axis=1))


def ensemble(belief: Belief) -> FloatArray:
    """Return the ensemble of classifier, labels and indifference, shape (n, K)."""
    k, n = belief.n_classes, max(belief.n_answers, 1)
    model = np.tile((belief.votes.sum(axis=0) + 1) / (n + k), (belief.n_items, 1))
    if belief.prior is not None:
        model = belief.prior
    if not belief.n_answers:
        return model
    labels = belief.labels()
    consensus = belief.votes.argmax(axis=1)
    several = belief.counts >= 2
    shared = several[labels.task]
    task, who, label = labels.task[shared], labels.worker[shared], labels.label[shared]
    right = float(np.mean(label == consensus[task])) if len(task) else 1 - 1 / k
    base = (
        float(np.mean(consensus[several] == np.bincount(consensus[several], minlength=k).argmax()))
        if len(task)
        else 1 / k
    )
    base = min(base, 1 - _LEAST_WEIGHT)
    agreed = (belief.votes[task, label] - 1) / np.maximum(belief.counts[task] - 1, 1)
    seen = np.bincount(who, weights=belief.counts[task] - 1, minlength=belief.n_people)
    agreement = np.bincount(who, weights=agreed * (belief.counts[task] - 1), minlength=belief.n_people)
    overall = agreement.sum() / seen.sum() if seen.sum() else right
    rate = np.where(seen > 0, agreement / np.maximum(seen, 1), overall)
    weight = np.maximum(1 - (1 - rate) / (1 - base), _LEAST_WEIGHT)
    accuracy = float(np.mean(model[several].argmax(axis=1) == consensus[several])) if len(task) else base
    average_labels = np.sqrt(belief.n_answers / max((belief.counts > 0).sum(), 1))
    model_weight = max(1 - (1 - accuracy) / (1 - base), _LEAST_WEIGHT) * average_labels
    mean_weight = float(weight[np.unique(labels.worker)].mean())
    rest = (1 - right) / (k - 1)
    per_label = weight[labels.worker]
    mass = np.bincount(labels.task, weights=per_label, minlength=belief.n_items)
    own = np.zeros_like(belief.votes)
    np.add.at(own, (labels.task, labels.label), per_label)
    total = model_weight * model + rest * mass[:, None] + (right - rest) * own + mean_weight / k
    return np.asarray(total / (model_weight + mass + mean_weight)[:, None])
