"""The policies that are compared: each says which candidates come first, and what it makes of the answers in the end.

All of them but `random-majority` are read out by the same consensus, so that what differs between two curves is the order alone.
The order of `adaptive` is that of `active_learning.routing`, as in the service.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from active_learning.arrays import FloatArray, IntArray
from active_learning.routing import priority
from active_learning.simulation.activelab import ActiveLab
from active_learning.simulation.belief import Belief
from active_learning.stopping import Rule
from annotator.domain.errors import InputError

Score = Callable[[Belief, IntArray, int | None], FloatArray]
"""Scores of the candidates (items, m) for a person (None: not known who), shape (m,): the larger, the sooner."""

Readout = Callable[[Belief], FloatArray]
"""The posterior that a policy reports, shape (n, K)."""

FIXED = 3
"""Answers an item that `uncertainty` asks for, before it goes on to the next."""

RANDOM_MAJORITY = "random-majority"

_NEVER = Rule(target_risk=1e-9, min_overlap=10**6, max_overlap=10**6)


@dataclass(frozen=True, slots=True)
class Policy:
    name: str
    start: Callable[[], Score]
    """Gives the score of one campaign, which may keep what it has seen."""
    readout: Readout
    learns: bool = True


def majority(belief: Belief) -> FloatArray:
    """Return the shares of votes; equal shares where there are none."""
    shares = belief.votes / np.maximum(belief.counts, 1)[:, None]
    return np.asarray(np.where(belief.counts[:, None] > 0, shares, 1 / belief.n_classes))


def consensus(belief: Belief) -> FloatArray:
    """Return the posterior of the hierarchical consensus fitted to all answers so far."""
    belief.refit()
    return belief.posterior


def fewest_first(belief: Belief, candidates: IntArray, person: int | None) -> FloatArray:
    """Everyone's items once, then again: at k answers an item this is k-fold labelling."""
    del person
    return -belief.counts[candidates].astype(np.float64)


def uncertain_then_fixed(belief: Belief, candidates: IntArray, person: int | None) -> FloatArray:
    """The item that the classifier is least sure of, until it has `FIXED` answers; by chance where there is no classifier.

    An item that was begun is finished first.
    """
    del person
    counts = belief.counts[candidates]
    unsure = np.zeros(len(candidates)) if belief.prior is None else 1 - belief.prior[candidates].max(axis=1)
    return np.asarray(unsure + 2.0 * ((counts % FIXED) > 0) - 4.0 * (counts // FIXED))


def adaptive(belief: Belief, candidates: IntArray, person: int | None) -> FloatArray:
    """The routing of the service. A replay goes on to its budget, so that items are never settled here."""
    matrix = belief.anybody() if person is None else belief.confusion[person]
    return priority(belief.posterior[candidates], belief.counts[candidates], matrix, _NEVER)


def policies(names: Sequence[str]) -> list[Policy]:
    """Return the policies of these names. Raises `InputError` for a name that is none, and for none at all."""
    known: dict[str, tuple[Callable[[], Score], Readout]] = {
        RANDOM_MAJORITY: (lambda: fewest_first, majority),
        "random-dawid-skene": (lambda: fewest_first, consensus),
        "uncertainty": (lambda: uncertain_then_fixed, consensus),
        "uncertainty-majority": (lambda: uncertain_then_fixed, majority),
        "activelab": (ActiveLab, consensus),
        "adaptive": (lambda: adaptive, consensus),
    }
    unknown = [name for name in names if name not in known]
    if unknown or not names:
        raise InputError(
            f"there is no policy {unknown[0]!r}." if unknown else "names none.",
            where="--policies",
            mend=f"There are: {', '.join(known)}.",
        )
    return [Policy(name, *known[name], learns=name != RANDOM_MAJORITY) for name in dict.fromkeys(names)]
