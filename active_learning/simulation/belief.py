"""What a campaign believes at any moment: the posterior of every item, what is known of every person, how many answers there are.

Between refits each answer moves its own item by Bayes' rule; a refit fits the consensus to all answers so far, and the
classifier where there are texts. Which item comes next does not live here.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from active_learning.arrays import FloatArray
from active_learning.simulation.replay import Answer
from active_learning.simulation.texts import TextPrior
from annotator.consensus.labels import LabelMatrix
from annotator.consensus.sampled import SampledDawidSkene

GROWTH = 0.05
"""A refit is due when answers have grown by this share."""

TEXT_GROWTH = 0.25
"""A classifier is due when answers have grown by this share. Items answered since are new to the one before."""

_FIRST_REFIT = 64
_SMALLEST = 1e-12


class Belief:
    """Starts from nothing but the sizes of a label matrix; never looks at answers that were not given to it.

    One that does not learn counts votes, and never refits by itself.
    """

    def __init__(
        self, labels: LabelMatrix, texts: TextPrior | None, rng: np.random.Generator, *, learns: bool = True
    ) -> None:
        self.n_items, self.n_people, self.n_classes = labels.n_tasks, labels.n_workers, labels.n_classes
        self.texts, self.rng, self.learns = texts, rng, learns
        self.n_answers = 0
        self.counts = np.zeros(self.n_items, dtype=np.int64)
        self.votes = np.zeros((self.n_items, self.n_classes))
        self.people = np.zeros(self.n_people, dtype=np.int64)
        self.model: SampledDawidSkene | None = None
        self.prior: FloatArray | None = None
        """The classifier's probabilities (n, K), where there is one that learned something."""
        self.unknown: FloatArray = SampledDawidSkene().base(self.n_classes).T
        self.confusion = np.tile(self.unknown, (self.n_people, 1, 1))
        self.posterior: FloatArray = np.full((self.n_items, self.n_classes), 1 / self.n_classes)
        self._rows = np.empty((labels.n_labels, 3), dtype=np.int32)
        self._due, self._fitted, self.n_fits = _FIRST_REFIT, 0, 0
        self._text_due = 2 * _FIRST_REFIT

    def update(self, answer: Answer) -> None:
        """Take in an answer, and refit when that is due."""
        self._rows[self.n_answers] = answer.item, answer.person, answer.label
        self.n_answers += 1
        self.counts[answer.item] += 1
        self.people[answer.person] += 1
        self.votes[answer.item, answer.label] += 1
        likelihood = np.maximum(self.confusion[answer.person, :, answer.label], _SMALLEST)
        moved = self.posterior[answer.item] * likelihood
        self.posterior[answer.item] = moved / moved.sum()
        if self.learns and self.n_answers >= self._due:
            self.refit()

    def answers_from(self, first: int) -> NDArray[np.int32]:
        """Return answers from the given one on, as rows of item, person and label."""
        return self._rows[first : self.n_answers]

    def labels(self) -> LabelMatrix:
        """Return the answers so far."""
        item, person, label = self._rows[: self.n_answers].T
        sizes: Any = {"n_tasks": self.n_items, "n_workers": self.n_people, "n_classes": self.n_classes}
        return LabelMatrix.from_codes(item, person, label, **sizes)

    def refit(self) -> None:
        """Fit consensus, and classifier where there is one, to all answers so far."""
        if self._fitted == self.n_answers:
            return
        labels = self.labels()
        if self.texts is not None and self.n_answers >= self._text_due:
            self.prior = self.texts.fit(self.posterior, self.counts, self.rng)
            self._text_due = int(self.n_answers * (1 + TEXT_GROWTH)) + 1
        model = SampledDawidSkene().fit(labels, prior=self.prior)
        self.model, self._fitted, self.n_fits = model, self.n_answers, self.n_fits + 1
        self.confusion, self.unknown = model.confusion_, model.skills_.unknown
        self.posterior = model.posterior_
        self._due = int(self.n_answers * (1 + GROWTH)) + 1

    def anybody(self) -> FloatArray:
        """Return the matrix of whoever comes next, when it is not known who: everybody's by how often they came."""
        return np.asarray(np.average(self.confusion, axis=0, weights=self.people + 1))
