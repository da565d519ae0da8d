"""Qualification: Wald's sequential probability ratio test on control items, and what to study where it fails.

Each control item answered is right or wrong (`controls.Outcome.right`); "cannot tell" is neither and does not come in. After
each one the test passes, goes on, or sends back to training. Sequential Tests of Statistical Hypotheses, A. Wald, Annals of
Mathematical Statistics 16 (1945) 117-186, truncated after `most` answers.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from annotator.domain.errors import InputError


class Verdict(StrEnum):
    PASS = "pass"  # noqa: S105  a verdict
    CONTINUE = "continue"
    STUDY = "study"


@dataclass(frozen=True, slots=True)
class SequentialTest:
    """Who is to pass and who is not, and how often the test may err.

    `poor` and `good` are chances of a right answer: somebody at `poor` passes at most in about `false_pass` of cases, somebody
    at `good` is sent back at most in about `false_fail`; between them lies indifference. `most` answers decide in any case.

    Raises:
        InputError: the values contradict each other.
    """

    poor: float = 0.55
    good: float = 0.85
    false_pass: float = 0.05
    false_fail: float = 0.05
    most: int = 40

    def __post_init__(self) -> None:
        if not 0 < self.poor < self.good < 1:
            raise InputError("`poor` and `good` are chances, the first the smaller.", where="poor")
        if not (0 < self.false_pass < 0.5 and 0 < self.false_fail < 0.5):
            raise InputError("Error rates lie between 0 and 0.5.", where="false_pass")
        if self.most < 1:
            raise InputError("The test needs at least one answer.", where="most")

    @property
    def gain(self) -> float:
        """Log-likelihood ratio of one right answer, good over poor."""
        return math.log(self.good / self.poor)

    @property
    def loss(self) -> float:
        """Log-likelihood ratio of one wrong answer; negative."""
        return math.log((1 - self.good) / (1 - self.poor))

    @property
    def passes_at(self) -> float:
        return math.log((1 - self.false_fail) / self.false_pass)

    @property
    def fails_at(self) -> float:
        return math.log(self.false_fail / (1 - self.false_pass))

    def at(self, right: int, answered: int) -> Verdict:
        """Return what so many right answers among so many come to, no boundary having been crossed before."""
        evidence = right * self.gain + (answered - right) * self.loss
        if evidence >= self.passes_at:
            return Verdict.PASS
        if evidence <= self.fails_at:
            return Verdict.STUDY
        if answered >= self.most:
            return Verdict.PASS if evidence > 0 else Verdict.STUDY
        return Verdict.CONTINUE


USUAL = SequentialTest()


def decide(outcomes: Sequence[bool], test: SequentialTest = USUAL) -> Verdict:
    """Return the verdict of the first answers that decide, in the order they were given."""
    right = 0
    for answered, each in enumerate(outcomes, start=1):
        right += each
        verdict = test.at(right, answered)
        if verdict is not Verdict.CONTINUE:
            return verdict
    return Verdict.CONTINUE


def operating_characteristic(chance: float, test: SequentialTest = USUAL) -> tuple[float, float]:
    """Return the probability to pass, and the expected number of answers, of somebody with that chance of a right one.

    Exact, by carrying the distribution of right answers forward over the undecided.
    """
    open_ones, passed, expected = {0: 1.0}, 0.0, 0.0
    for answered in range(1, test.most + 1):
        expected += sum(open_ones.values())
        after: dict[int, float] = {}
        for right, weight in open_ones.items():
            for step, share in ((1, chance), (0, 1 - chance)):
                verdict = test.at(right + step, answered)
                if verdict is Verdict.PASS:
                    passed += weight * share
                elif verdict is Verdict.CONTINUE:
                    after[right + step] = after.get(right + step, 0.0) + weight * share
        open_ones = after
    return passed, expected


def most_missed(clauses: Iterable[Sequence[str]], limit: int = 4) -> list[str]:
    """Return the clauses that were missed most often, the most first; `clauses` has one entry an answer."""
    counted = Counter(clause for answer in clauses for clause in answer)
    return [clause for clause, _ in sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))[:limit]]
