"""Has somebody stopped reading? A sequential change test (CUSUM) on what answers say, each weighed by its likelihood ratio.

Two hypotheses are told apart: an attentive person, with all the leniency or strictness that honest people have, and one who
clicks through. Evidence comes from control items (rating and planted indicators) and from the distance to what the others made of
an item. A "cannot tell", a skip, a flag or a break is no evidence, and a quick answer counts only where it is wrong as well.

Continuous inspection schemes, E. S. Page, Biometrika 41 (1954) 100-115. The shares and the threshold below are chosen by
`benchmarks.pausing`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from annotator.domain.controls import Outcome

ATTENTIVE_STEPS = (0.66, 0.31, 0.025, 0.005)
"""Chance that an attentive person's rating is 0, 1, 2, 3 and more steps from the truth, people who rate low or high included."""
CARELESS_STEPS = (0.37, 0.33, 0.20, 0.10)
ATTENTIVE_HIT = 0.80
"""Chance that an attentive person finds a planted indicator and reads it rightly."""
CARELESS_HIT = 0.20
FAST_AND_WRONG = 1.0
"""What being too fast adds to the log-likelihood ratio of a wrong answer."""
READING_SECONDS = 0.1
"""Seconds a word, under which nobody has read a posting."""
THRESHOLD = 10.0
"""A pause is proposed where the statistic reaches this."""


class PauseDecision(StrEnum):
    """What a person decides on a pause that the service has proposed."""

    RESUME = "resume"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Weighed:
    """What one answer says: a log-likelihood ratio, careless over attentive. `fast` is told only where it counted."""

    llr: float
    fast: bool = False


NOTHING = Weighed(0.0)


def _steps_between(one: int, other: int) -> int:
    return abs(one - other)


def weigh_control(outcome: Outcome, planted: Sequence[str], *, fast: bool) -> Weighed:
    """Weigh an answer to a control item; `planted` are the indicators that its text shows or contradicts."""
    if outcome.steps is None:
        return NOTHING
    missed = len(set(planted) & set(outcome.slips))
    found = len(planted) - missed
    llr = _steps_llr({outcome.steps: 1.0})
    llr += found * math.log(CARELESS_HIT / ATTENTIVE_HIT)
    llr += missed * math.log((1 - CARELESS_HIT) / (1 - ATTENTIVE_HIT))
    return _with_speed(llr, wrong=outcome.right is False, fast=fast)


def weigh_agreement(
    rating: int | None, others: Sequence[float], *, fast: bool, apart: Callable[[int, int], int] = _steps_between
) -> Weighed:
    """Weigh a rating (its place, None for "cannot tell") against what the others' ratings make probable.

    `others` has one probability a rating, the person's own answer left out; `apart` says how many steps lie between two.
    """
    if rating is None:
        return NOTHING
    distances: dict[int, float] = {}
    for value, probability in enumerate(others):
        steps = apart(value, rating)
        distances[steps] = distances.get(steps, 0.0) + probability
    wrong = sum(probability for steps, probability in distances.items() if steps > 1) > 0.5
    return _with_speed(_steps_llr(distances), wrong=wrong, fast=fast)


def is_fast(seconds: float, words: int) -> bool:
    """Say whether a posting of so many words cannot have been read in that time."""
    return seconds < words * READING_SECONDS


def statistic(ratios: Sequence[float]) -> float:
    """Return Page's statistic after these log-likelihood ratios: what has gathered against the person since it last was nil."""
    gathered = 0.0
    for ratio in ratios:
        gathered = max(0.0, gathered + ratio)
    return gathered


def first_alarm(ratios: Sequence[float], threshold: float = THRESHOLD) -> int | None:
    """Return the place of the first answer at which the statistic reaches the threshold; None where it never does."""
    gathered = 0.0
    for place, ratio in enumerate(ratios):
        gathered = max(0.0, gathered + ratio)
        if gathered >= threshold:
            return place
    return None


def accuracy_interval(right: int, answered: int, z: float = 1.96) -> tuple[float, float]:
    """Return Wilson's score interval of a share (E. B. Wilson 1927); 0 to 1 where nothing was answered."""
    if answered == 0:
        return 0.0, 1.0
    share, spread = right / answered, z * z / answered
    middle = (share + spread / 2) / (1 + spread)
    half = z * math.sqrt(share * (1 - share) / answered + spread / (4 * answered)) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


def _steps_llr(distances: Mapping[int, float]) -> float:
    """Weigh a rating whose distance from the truth is known up to these probabilities."""
    last = len(ATTENTIVE_STEPS) - 1
    careless = sum(weight * CARELESS_STEPS[min(steps, last)] for steps, weight in distances.items())
    attentive = sum(weight * ATTENTIVE_STEPS[min(steps, last)] for steps, weight in distances.items())
    return math.log(careless / attentive)


def _with_speed(llr: float, *, wrong: bool, fast: bool) -> Weighed:
    counts = wrong and fast and llr > 0
    return Weighed(llr + FAST_AND_WRONG if counts else llr, counts)
