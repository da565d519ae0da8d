"""Reproducible draws. Only the raw bits of PCG64 are used, which numpy keeps stable for good; its derived methods are not.

Nothing here knows what is drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import TypeVar

import numpy as np

T = TypeVar("T")
_BLOCK = 256
_SCALE = 2.0**-53


class Dice:
    """A stream of draws, the same for the same key on every machine, process and hash seed."""

    __slots__ = ("_bits", "_next", "_uniforms")

    def __init__(self, *key: int) -> None:
        """Start the stream of `key`, whole numbers that are not negative."""
        self._bits = np.random.PCG64(np.random.SeedSequence(key))
        self._uniforms: list[float] = []
        self._next = 0

    def uniform(self) -> float:
        """Return a number in [0, 1)."""
        if self._next == len(self._uniforms):
            raw = self._bits.random_raw(_BLOCK) >> np.uint64(11)
            self._uniforms = (raw * _SCALE).tolist()
            self._next = 0
        value = self._uniforms[self._next]
        self._next += 1
        return value

    def chance(self, probability: float) -> bool:
        """Return true with that probability."""
        return self.uniform() < probability

    def below(self, bound: int) -> int:
        """Return a whole number in [0, bound)."""
        return int(self.uniform() * bound)

    def between(self, low: int, high: int) -> int:
        """Return a whole number in [low, high]."""
        return low + self.below(high - low + 1)

    def pick(self, options: Sequence[T]) -> T:
        """Return one of the options, each as likely."""
        return options[int(self.uniform() * len(options))]

    def weighted(self, options: Sequence[T], weights: Sequence[float]) -> T:
        """Return one of the options by weight (not negative, not all zero)."""
        sums = list(accumulate(weights))
        mark = self.uniform() * sums[-1]
        return next(option for option, total in zip(options, sums, strict=True) if mark < total)

    def sample(self, options: Sequence[T], weights: Sequence[float], count: int) -> list[T]:
        """Return `count` different options, drawn one after another by weight."""
        left, weight = list(options), list(weights)
        drawn: list[T] = []
        for _ in range(min(count, len(left))):
            chosen = self.weighted(range(len(left)), weight)
            drawn.append(left.pop(chosen))
            weight.pop(chosen)
        return drawn

    def shuffled(self, options: Sequence[T]) -> list[T]:
        """Return the options in a random order (Fisher and Yates)."""
        order = list(options)
        for last in range(len(order) - 1, 0, -1):
            other = self.below(last + 1)
            order[last], order[other] = order[other], order[last]
        return order
