"""Simulated annotators: a crowd whose answers are drawn from the truth, as a label matrix to be replayed like a recorded one.

Every person has one skill, drawn evenly from a range, and errs evenly over the other classes. People with planted habits are in
`annotator.synthetic.people`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from active_learning.arrays import IntArray
from annotator.consensus.labels import LabelMatrix
from annotator.domain.errors import InputError


@dataclass(frozen=True, slots=True)
class Crowd:
    """`people` annotators with skills from `low` to `high`, `answers` of whom answer each item.

    Raises `InputError` for skills outside (0, 1] and for more answers than people.
    """

    people: int = 30
    answers: int = 10
    low: float = 0.75
    high: float = 0.85

    def __post_init__(self) -> None:
        if not 0 < self.low <= self.high <= 1:
            raise InputError(f"{self.low} to {self.high} is no range of skills.", where="skill", mend="Use 0.75,0.85.")
        if not 1 <= self.answers <= self.people or self.people < 2:
            raise InputError(f"{self.answers} answers by {self.people} people cannot be.", where="people, answers")

    def label(self, truth: IntArray, n_classes: int, rng: np.random.Generator) -> LabelMatrix:
        """Return the crowd's answers to items of the given classes, `truth` (n,)."""
        n = len(truth)
        skill = rng.uniform(self.low, self.high, self.people)
        who = np.argsort(rng.random((n, self.people)), axis=1)[:, : self.answers].ravel()
        task = np.repeat(np.arange(n), self.answers)
        right = rng.random(len(task)) < skill[who]
        wrong = (truth[task] + rng.integers(1, n_classes, len(task))) % n_classes
        label = np.where(right, truth[task], wrong)
        return LabelMatrix.from_codes(task, who, label, n_tasks=n, n_workers=self.people, n_classes=n_classes)
