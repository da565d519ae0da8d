"""Which answers get mixed up: of each label, which two values people give to the same item; of each clause, how often they differ.

A share says: when one person gives the rarer of two values, how often does another person give the other one? It is a row of the
coincidence matrix of Krippendorff, K. (2019). Content Analysis, 4th ed., chapter 12, so an item with many answers weighs no more
than its answers are.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from annotator.consensus.bootstrap import FloatArray, Kinds, Resampling, bootstrap_interval
from annotator.consensus.counts import kinds_of_rows
from annotator.consensus.metric import quotient
from annotator.domain.quality import accuracy_interval
from annotator.domain.schema import Kind, LabelSpec, Schema
from annotator.insight.agreement import BOOTSTRAP, SEED
from annotator.insight.answers import Answers


@dataclass(frozen=True, slots=True)
class Confusion:
    """Two values of a label that the same items got: `items` of the `of` that got the rarer one. `share`, with its 95 % interval,
    is how often another person says `other` when one says `rarer`; the bounds are None on a single item.
    """

    spec: LabelSpec
    rarer: str
    other: str
    items: int
    of: int
    share: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class ClauseUse:
    """How a clause is used: somebody applied it to `items` items that several people answered, and on `differing` of them not all
    did so alike. `value` is empty for an indicator or tag, whose clause covers all its values.
    """

    clause: str
    spec: LabelSpec
    value: str
    items: int
    differing: int

    @property
    def share(self) -> float | None:
        return self.differing / self.items if self.items else None

    @property
    def interval(self) -> tuple[float, float]:
        return accuracy_interval(self.differing, self.items)


def confusions(answers: Answers, spec: LabelSpec) -> list[Confusion]:
    """Return the pairs of values that any item got both of, those on the most items first."""
    rows, times = kinds_of_rows(answers.units(spec).counts())
    rng = np.random.default_rng(SEED)
    found = []
    for first, second in combinations(range(len(spec.values)), 2):
        both = int(times[(rows[:, first] > 0) & (rows[:, second] > 0)].sum())
        if both:
            by_use = sorted((first, second), key=lambda value: int(times @ rows[:, value]))
            found.append(_confusion(spec, rows, times, (by_use[0], by_use[1]), both, rng))
    return sorted(found, key=lambda one: -one.items)


def clause_uses(answers: Answers, schema: Schema) -> list[ClauseUse]:
    """Return how each clause of the guideline is used, in the guideline's order."""
    found = []
    for spec in schema.labels:
        question = schema.question(spec.question)
        counts = answers.units(spec).counts()
        if question is None:
            continue
        if spec.is_rating:
            for code, value in enumerate(spec.values):
                choice = question.choice(value)
                found.append(_use(choice.clause if choice else "", spec, value, counts, counts[:, code] > 0))
        elif question.kind in (Kind.SPANS, Kind.TAGS):
            choice = question.choice(spec.name)
            found.append(_use(choice.clause if choice else "", spec, "", counts, counts[:, :-1].sum(axis=1) > 0))
    return found


def _use(clause: str, spec: LabelSpec, value: str, counts: NDArray[np.int64], touched: NDArray[np.bool_]) -> ClauseUse:
    differing = touched & ((counts > 0).sum(axis=1) > 1)
    return ClauseUse(clause, spec, value, int(touched.sum()), int(differing.sum()))


def _confusion(
    spec: LabelSpec,
    rows: NDArray[np.integer],
    times: NDArray[np.int64],
    values: tuple[int, int],
    both: int,
    rng: np.random.Generator,
) -> Confusion:
    rarer, other = values
    used = rows[:, rarer] > 0
    kinds = Kinds(rows[used], times[used], lambda part: _coincidences(part, rarer, other))
    found = bootstrap_interval(kinds, lambda sums: quotient(sums[..., 0], sums[..., 1]), Resampling(BOOTSTRAP, rng=rng))
    names = spec.values
    return Confusion(spec, names[rarer], names[other], both, kinds.n_items, found.value, found.low, found.high)


def _coincidences(rows: NDArray[np.integer], value: int, other: int) -> FloatArray:
    """Return, for each item, its pairs of `value` with `other`, each weighted by 1 / (m - 1), and its answers of `value`."""
    counts = rows.astype(np.float64)
    pairs = counts[:, value] * counts[:, other] / (counts.sum(axis=1) - 1)
    return np.column_stack([pairs, counts[:, value]])
