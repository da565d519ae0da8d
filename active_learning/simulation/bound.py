"""How few judgements an item could do: the information bound.

Let Z be an item's class, and let all that is known of it (its answers, its text) name a class that is wrong with probability e. By
Fano's inequality what is known carries at least

    H(Z) - h(e) - e log2(K - 1)    bits an item,

h being the binary entropy. An answer of person j carries at most I(Z; answer) bits, computed from their confusion matrix and the
prevalence; answers are independent given the class, so n answers carry at most the sum; and a text carries what its
classifier gained over the prevalence, H(Z) minus its cross-entropy. Hence

    judgements an item >= (bits needed - bits of the text) / mean bits of an answer.

Who knows of the classifier only how often it is right can count no more than Fano's bits of that; a bound on that ground
(`judgements_by_accuracy`) is higher, and beside it the first is the stricter measure.

No order of asking beats it unless it finds out who is good and has them answer more than the others, which neither protocol allows
on the whole. It takes everybody's matrix for known, so it leaves out what it costs to learn them. Sources: Fano, R. (1961),
Transmission of Information; Cover, T. & Thomas, J. (2006), Elements of Information Theory, sections 2.10 and 10.3.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import entr

from active_learning.arrays import FloatArray, IntArray
from active_learning.gain import information_gain
from active_learning.simulation.texts import TextPrior
from annotator.consensus.hierarchical import HierarchicalDawidSkene
from annotator.consensus.labels import LabelMatrix

_BITS = 1 / np.log(2)


@dataclass(frozen=True, slots=True)
class Bound:
    """Bits of an item's class, of a mean judgement, and of a text; `judgements` says how few an item reach an accuracy.

    `text_accuracy` is how often the classifier that the text's bits are of is right; None without texts.
    """

    prevalence_bits: float
    judgement_bits: float
    text_bits: float
    n_classes: int
    text_accuracy: float | None = None

    def bits_needed(self, accuracy: float) -> float:
        """Return the bits an item that naming its class with this accuracy takes at the least."""
        wrong = min(max(1 - accuracy, 0.0), 1.0)
        h = float((entr(wrong) + entr(1 - wrong)) * _BITS)
        return max(self.prevalence_bits - h - wrong * float(np.log2(self.n_classes - 1 or 1)), 0.0)

    def judgements(self, accuracy: float) -> float:
        """Return the judgements an item below which no policy reaches the accuracy; infinite where answers say nothing."""
        return self._judgements(accuracy, self.text_bits)

    def judgements_by_accuracy(self, accuracy: float) -> float:
        """Return the same where a text counts for the least bits that a classifier which is so often right must carry."""
        return self._judgements(accuracy, 0.0 if self.text_accuracy is None else self.bits_needed(self.text_accuracy))

    def _judgements(self, accuracy: float, text_bits: float) -> float:
        needed = max(self.bits_needed(accuracy) - text_bits, 0.0)
        if not needed:
            return 0.0
        return needed / self.judgement_bits if self.judgement_bits > 0 else float("inf")


def information_bound(labels: LabelMatrix, truth: IntArray, texts: TextPrior | None, rng: np.random.Generator) -> Bound:
    """Measure the bound on labels whose truth is known, `truth` (n,), -1 where it is not.

    Prevalence is that of the known truth, confusion matrices those of the consensus given the truth, and the classifier is cross-fitted to
    the truth: the most a text can give.
    """
    known = np.flatnonzero(truth >= 0)
    k = labels.n_classes
    prevalence = np.bincount(truth[known], minlength=k) / len(known)
    matrices = known_confusion(labels, truth)
    bits = np.array([float(information_gain(prevalence[None], matrix)[0]) for matrix in matrices])
    often = np.bincount(labels.worker, minlength=labels.n_workers)
    entropy = float(entr(prevalence).sum() * _BITS)
    text, right = 0.0, None
    if texts is not None:
        asked = np.zeros(labels.n_tasks, dtype=np.int64)
        asked[known] = 1
        certain = np.zeros((labels.n_tasks, k))
        certain[known, truth[known]] = 1
        p = texts.fit(certain, asked, rng)
        if p is not None:
            text = max(entropy + float(np.mean(np.log2(p[known, truth[known]]))), 0.0)
            right = float(np.mean(p[known].argmax(axis=1) == truth[known]))
    return Bound(entropy, float(np.average(bits, weights=often)), text, k, right)


def known_confusion(labels: LabelMatrix, truth: IntArray) -> FloatArray:
    """Return everybody's matrix (W, K, K): counts against the truth, shrunk to the pool as the consensus shrinks them."""
    model = HierarchicalDawidSkene().fit(labels)
    p = model.posterior_.copy()
    known = np.flatnonzero(truth >= 0)
    p[known] = np.eye(labels.n_classes)[truth[known]]
    counts = np.zeros((labels.n_workers, labels.n_classes, labels.n_classes))
    np.add.at(counts.transpose(0, 2, 1), (labels.worker, labels.label), p[labels.task])
    pseudo = model.pool_.pseudo_counts[0].swapaxes(1, 2)
    total = counts + pseudo
    return np.asarray(total / total.sum(axis=2, keepdims=True))
