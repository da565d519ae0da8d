"""Reproducible draws. Only the raw bits of PCG64 are used, which numpy keeps stable for good; its derived methods are not.

Nothing here knows what is drawn.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

import numpy as np

T = TypeVar("T")
_BLOCK = 256
_SCALE = 2.0**-53


class Dice:
    """A stream of draws, the same for the same key on every machine, process and hash seed."""

    __slots__ = ("_bits", "_uniforms")

    def __init__(self, *key: int) -> None:
        """Start the stream of `key`, whole numbers that are not negative."""
        self._bits = np.random.PCG64(np.random.SeedSequence(key))
        self._uniforms: Iterator[float] = iter(())

    def uniform(self) -> float:
        """Return a number in [0, 1)."""
        value = next(self._uniforms, None)
        if value is None:
            raw = self._bits.random_raw(_BLOCK) >> np.uint64(11)
            self._uniforms = iter((raw * _SCALE).tolist())
            value = next(self._uniforms)
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
        mark = self.uniform() * sum(weights)
        for option, weight in zip(options, weights, strict=True):
            mark -= weight
            if mark < 0:
                return option
        return next(option for option, weight in zip(options, weights, strict=True) if weight)  # rounding ate the rest

    def sample(self, options: Sequence[T], weights: Sequence[float], count: int) -> list[T]:
        """Return `count` different options, drawn one after another by weight."""
        left, weight = list(options), list(weights)
        drawn: list[T] = []
        for _ in range(min(count, len(left))):
            chosen = self.weighted(range(len(left)), weight)
            drawn.append(left.pop(chosen))
            weight.pop(chosen)
        return drawn

    def in_random_order(self, options: Sequence[T]) -> Iterator[T]:
        """Yield the options in a random order, drawing no further than is asked for (Fisher and Yates)."""
        left = list(options)
        for size in range(len(left), 0, -1):
            chosen = self.below(size)
            left[chosen], left[size - 1] = left[size - 1], left[chosen]
            yield left[size - 1]

    def shuffled(self, options: Sequence[T]) -> list[T]:
        """Return the options in a random order."""
        return list(self.in_random_order(options))
