"""How far each two people agree on one label: Cohen's kappa, by squared distance for the rating.

Nobody is ranked by it: two people who read a guideline in the same wrong way agree well. It shows *where* to look.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotator.consensus.agreement import NO_PAIR, Agreement
from annotator.consensus.metric import FloatArray
from annotator.consensus.pairwise import Pairwise, pairwise
from annotator.domain.schema import LabelSpec
from annotator.insight.agreement import BOOTSTRAP, SEED
from annotator.insight.answers import Answers

MINIMUM_SHARED = 20
"""Under so many items that both answered, kappa is shown pale: read nothing into it yet."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """`people` (n,) are ids; the rest is by two people, shape (n, n): how many items both answered, kappa and its 95 % interval.

    Kappa is NaN where it is undefined (nothing shared, or both always said one and the same); its bounds also where the two never
    differed, since what was never seen leaves no trace in a large-sample interval.
    """

    people: NDArray[np.object_]
    shared: NDArray[np.int64]
    kappa: FloatArray
    low: FloatArray
    high: FloatArray


def weights_of(spec: LabelSpec) -> str:
    """Return how far apart two answers are: by squared distance on a scale, all alike else."""
    return "quadratic" if spec.is_scale else "none"


def agreement_of_pairs(answers: Answers, spec: LabelSpec) -> Pairs:
    """Return kappa of each two people who answered, over items that both answered under the same guideline version."""
    people = answers.labels.people
    matrix = answers.units(spec).matrix()
    if matrix is None:
        nothing = np.full((len(people), len(people)), np.nan)
        return Pairs(people, np.zeros_like(nothing, dtype=np.int64), nothing, nothing, nothing)
    found = pairwise(matrix)
    weights = weights_of(spec)
    kappa, low, high = found.kappa_interval(weights)
    return Pairs(people, found.shared, kappa, low, high)


def agreement_of_two(answers: Answers, spec: LabelSpec, people: tuple[str, str]) -> Agreement:
    """Return kappa of two people by their ids, with an interval that draws their items: better than `Pairs` where they are few."""
    units = answers.units(spec)
    both = [units.of(person) for person in people]
    shared, first, second = np.intersect1d(both[0][0], both[1][0], assume_unique=True, return_indices=True)
    if not len(shared):
        return Agreement(None, None, None, 0, 0, 0, NO_PAIR)
    n_values = len(spec.values)
    joint = np.zeros((2, 2, n_values, n_values), dtype=np.int64)
    np.add.at(joint[0, 1], (both[0][1][first], both[1][1][second]), 1)
    rng = np.random.default_rng(SEED)
    return Pairwise(joint).agreement(0, 1, weights=weights_of(spec), bootstrap=BOOTSTRAP, rng=rng)
