"""Has agreement changed? Pairs of answers before and after a moment, compared with each person's own habits taken out.

A pair's distance is modelled as a level, a shift after the moment, and what each of its two people adds (random effects), so that a
team whose make-up changes is not mistaken for one that agrees less. A shift counts only as far as it stands whoever is left
out: what one person does is another matter. It is looked at after fixed numbers of pairs only, which share one chance of a
false alarm between them. Which pairs there are, and what a moment is, is not known here.

Random effects: Henderson, C. R. (1975), Biometrics 31:423-447. Looks: Bonferroni over a group sequential design (Pocock 1977).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit

from annotator.domain.errors import InputError

Floats = NDArray[np.float64]

FIRST_LOOK, GROWTH, LOOKS = 20, 1.35, 10
"""The first look is after so many pairs, each next after so many times more; after the last, nothing is tested any more."""
LEAST_BEFORE = 40
LEAST_PEOPLE = 3
HABIT = 0.1
"""Variance of what a person adds to a distance, as a share of the variance of a single pair."""
WEIGHTY = 0.05
"""Who has a smaller share of the pairs after the moment is not left out by turns: they cannot make a shift alone."""
WITHOUT_ANYONE = 1.645
"""What is left of a shift without any one person has to be so many standard errors: 5 %, one-sided."""
RECENT = 40
"""So many of the newest pairs, at the least, say that a shift has passed."""
PASSED = 1.645
"""So many standard errors below half of a shift they have to be: 5 %, one-sided."""


@dataclass(frozen=True, slots=True)
class Shift:
    """By how much distances grew after a moment, with a 95 % interval; `z` is the smallest over everybody left out by turns."""

    value: float
    low: float
    high: float
    z: float
    n_before: int
    n_after: int


@dataclass(frozen=True, slots=True)
class Pairs:
    """`distance` (n,) between the two answers of each pair, `one` and `other` (n,) the codes of their people."""

    distance: Floats
    one: NDArray[np.int64]
    other: NDArray[np.int64]

    def __post_init__(self) -> None:
        if not self.distance.shape == self.one.shape == self.other.shape or self.distance.ndim != 1:
            raise InputError("There have to be one distance and two people a pair.", where="pairs")

    @property
    def n(self) -> int:
        return len(self.distance)

    def part(self, which: ArrayLike | slice) -> Pairs:
        """Return some of the pairs."""
        where: NDArray[np.generic] | slice = which if isinstance(which, slice) else np.asarray(which)
        return Pairs(self.distance[where], self.one[where], self.other[where])


def looks(n_after: int) -> list[int]:
    """Return the numbers of pairs after the moment at which has been looked by now."""
    planned = [round(FIRST_LOOK * GROWTH**look) for look in range(LOOKS)]
    return [pairs for pairs in planned if pairs <= n_after]


def shift(before: Pairs, after: Pairs) -> Shift:
    """Estimate by how much distances grew from `before` to `after`.

    Raises:
        InputError: a side is empty.
    """
    if not before.n or not after.n:
        raise InputError("There has to be a pair on either side.", where="pairs")
    pairs, later = _joined(before, after)
    value, error = _estimate(pairs, later)
    reach = float(stdtrit(max(after.n - 1, 1), 0.975)) * error
    return Shift(value, value - reach, value + reach, _smallest(pairs, later, value / error), before.n, after.n)


def first_fall(before: Pairs, after: Pairs, alpha: float) -> int | None:
    """Return after how many pairs (in the order they came) it was known that distances had grown; None where it is not.

    All looks together raise a false alarm with a chance of about `alpha`.
    """
    if before.n < LEAST_BEFORE or len(np.unique([*after.one, *after.other])) < LEAST_PEOPLE:
        return None
    for n in looks(after.n):
        enough = -float(stdtrit(n - 1, alpha / LOOKS))
        pairs, later = _joined(before, after.part(slice(n)))
        value, error = _estimate(pairs, later)
        if value / error >= enough and _smallest(pairs, later, value / error) >= WITHOUT_ANYONE:
            return n
    return None


def still_there(before: Pairs, after: Pairs, known_at: int) -> bool:
    """Say whether a fall still stands; the pairs by which it became known are taken at their word.

    It has passed when the newest pairs (40, 80, 160, … of them) are known to have less than half of it. That they fail to show it
    is not enough: forty pairs often do.
    """
    fall, _ = _estimate(*_joined(before, after.part(slice(known_at))))
    newest = (after.n - known_at) // RECENT * RECENT  # judged anew after every `RECENT` pairs, not after each
    size = RECENT
    while size <= newest:
        recent = after.part(slice(known_at + newest - size, known_at + newest))
        value, error = _estimate(*_joined(before, recent))
        if value + PASSED * error < fall / 2:
            return False
        size *= 2
    return True


def _joined(before: Pairs, after: Pairs) -> tuple[Pairs, NDArray[np.bool_]]:
    """Return all pairs, and which of them came after the moment."""
    pairs = Pairs(
        np.concatenate([before.distance, after.distance]),
        np.concatenate([before.one, after.one]),
        np.concatenate([before.other, after.other]),
    )
    return pairs, np.arange(pairs.n) >= before.n


def _smallest(pairs: Pairs, later: NDArray[np.bool_], z: float) -> float:
    """Return the smallest of `z`, the shift in standard errors, and of what is left of it without each who weighs anything."""
    people, times = np.unique([*pairs.one[later], *pairs.other[later]], return_counts=True)
    for person in people[times >= WEIGHTY * later.sum()]:
        kept = (pairs.one != person) & (pairs.other != person)
        if not (kept & later).any() or not (kept & ~later).any():
            return min(z, 0.0)  # everything hangs on one person
        value, error = _estimate(pairs.part(kept), later[kept])
        z = min(z, value / error)
    return z


def _estimate(pairs: Pairs, later: NDArray[np.bool_]) -> tuple[float, float]:
    """Return the shift and its standard error by the mixed-model equations, each side with a variance of its own."""
    _, codes = np.unique([pairs.one, pairs.other], return_inverse=True)
    one, other = codes.reshape(2, -1)
    design = np.zeros((pairs.n, 2 + int(codes.max()) + 1))
    design[:, 0], design[:, 1] = 1, later
    rows = np.arange(pairs.n)
    design[rows, 2 + one] += 1
    design[rows, 2 + other] += 1
    variance = np.where(later, _careful_variance(pairs.distance[later]), _careful_variance(pairs.distance[~later]))
    weighted = design / variance[:, None]
    normal = weighted.T @ design
    normal[np.arange(2, len(normal)), np.arange(2, len(normal))] += 1 / (HABIT * float(variance.mean()))
    inverse = np.linalg.inv(normal)
    return float(inverse[1] @ (weighted.T @ pairs.distance)), float(np.sqrt(inverse[1, 1]))


def _careful_variance(distance: Floats) -> float:
    """Return a variance that is never nil: that of the distances and of one step more in either direction of chance."""
    more = np.append(distance, [0.0, 1.0])
    return float(more.var())
