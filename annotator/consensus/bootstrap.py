"""The item bootstrap: intervals for any statistic that is a function of sums over items.

Items with the same vector are drawn together: `n` draws with replacement from items that fall into `P` kinds are one
multinomial draw over the kinds, so a replicate costs P steps and not n. Which vectors make which statistic is not
known here. Intervals are bias-corrected and accelerated (BCa: Efron 1987, JASA 82:171-185); the acceleration comes
from the jackknife over items.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from annotator.domain.errors import InputError

FloatArray = NDArray[np.float64]
Statistic = Callable[[FloatArray], FloatArray]
"""From sums, shape (..., D), to values, shape (...); NaN where the statistic is undefined."""

_CELLS = 2_000_000  # numbers held at once while sums are formed
_STREAMS = 8  # independent random streams: fixed, so that a result does not depend on the number of cores
_DRAW_COST = 20  # a multinomial step costs about this many single draws


@dataclass(frozen=True, slots=True)
class Kinds:
    """Items by kind: `rows` (P, C) describe each kind, `times` (P,) says how many items are of it.

    `vectors` turns rows into the vectors, shape (P, D), whose sum over items the statistic is a function of.
    """

    rows: NDArray[Any]
    times: NDArray[np.int64]
    vectors: Callable[[NDArray[Any]], FloatArray]

    @property
    def n_items(self) -> int:
        return int(self.times.sum())

    def total(self) -> FloatArray:
        """Return the sum over all items, shape (D,)."""
        return sum(self.times[part] @ self.vectors(self.rows[part]) for part in self._parts())  # type: ignore[return-value]  # 0 is the sum of no kinds; there is one

    def weighted(self, weights: NDArray[np.integer]) -> FloatArray:
        """Return the sums under other multiplicities, shape (R, D), for weights of shape (R, P)."""
        return sum(weights[:, part] @ self.vectors(self.rows[part]) for part in self._parts())  # type: ignore[return-value]  # 0 is the sum of no kinds; there is one

    def without_one(self, total: FloatArray, statistic: Statistic) -> FloatArray:
        """Return the statistic with one item of each kind left out, shape (P,)."""
        return np.concatenate([statistic(total - self.vectors(self.rows[part])) for part in self._parts()])

    def _parts(self) -> Iterator[slice]:
        width = self.vectors(self.rows[:1]).shape[1]
        step = max(1, _CELLS // max(width, 1))
        return (slice(start, start + step) for start in range(0, len(self.times), step))


@dataclass(frozen=True, slots=True)
class Interval:
    """A point with its interval; `replicates` counts those in which the statistic was defined."""

    value: float
    low: float | None
    high: float | None
    replicates: int


@dataclass(frozen=True, slots=True)
class Resampling:
    """How many times to draw the items (0 for no interval) and how much the interval shall hold."""

    replicates: int = 1000
    confidence: float = 0.95
    rng: np.random.Generator | None = None  # None is seeded with 0, so that a report can be made again

    def __post_init__(self) -> None:
        if self.replicates < 0:
            raise InputError(
                f"{self.replicates} replicates cannot be drawn.", where="bootstrap", mend="Use 1000, or 0 for none."
            )
        if not 0 < self.confidence < 1:
            raise InputError(f"{self.confidence} is not between 0 and 1.", where="confidence", mend="Use 0.95.")


def bootstrap_interval(kinds: Kinds, statistic: Statistic, resampling: Resampling) -> Interval:
    """Return the statistic over all items with its BCa interval over draws of items.

    The bounds are None where nothing can be said: no replicates asked for, a single item, or a statistic undefined
    in more than half of them. `value` is NaN where the statistic itself is undefined.
    """
    replicates = resampling.replicates
    total = kinds.total()
    value = float(statistic(total))
    if replicates == 0 or kinds.n_items < 2 or np.isnan(value):
        return Interval(value, None, None, 0)
    rng = np.random.default_rng(0) if resampling.rng is None else resampling.rng
    drawn = _replicates(kinds, statistic, replicates, rng)
    drawn = drawn[np.isfinite(drawn)]
    if 2 * len(drawn) < replicates:
        return Interval(value, None, None, len(drawn))
    low, high = _bca(value, drawn, kinds.without_one(total, statistic), kinds.times, resampling.confidence)
    return Interval(value, low, high, len(drawn))


def _replicates(kinds: Kinds, statistic: Statistic, bootstrap: int, rng: np.random.Generator) -> FloatArray:
    shares = [len(part) for part in np.array_split(np.arange(bootstrap), _STREAMS)]
    order = np.argsort(-kinds.times, kind="stable")
    ordered = Kinds(kinds.rows[order], kinds.times[order], kinds.vectors)

    def draw(stream: np.random.Generator, size: int) -> FloatArray:
        step = max(1, _CELLS // len(order))
        sizes = [min(step, size - start) for start in range(0, size, step)]
        parts = [statistic(ordered.weighted(_weights(ordered.times, n, stream))) for n in sizes]
        return np.concatenate([np.empty(0), *parts])

    with ThreadPoolExecutor(min(_STREAMS, os.cpu_count() or 1)) as pool:
        return np.concatenate(list(pool.map(draw, rng.spawn(_STREAMS), shares)))


def _weights(times: NDArray[np.int64], size: int, rng: np.random.Generator) -> NDArray[np.integer]:
    """Return how often each kind is drawn, shape (size, P), when as many items are drawn as there are."""
    n_items = int(times.sum())
    if len(times) * _DRAW_COST < n_items:
        return rng.multinomial(n_items, times / n_items, size=size)
    owner = np.repeat(np.arange(len(times)), times)
    picks = rng.integers(0, n_items, size=(size, n_items), dtype=np.int32)
    return np.stack([np.bincount(owner[row], minlength=len(times)) for row in picks])


def _bca(
    value: float, drawn: FloatArray, jackknife: FloatArray, times: NDArray[np.int64], confidence: float
) -> tuple[float, float]:
    """Efron (1987), equation 6.8; ties with the point count half, as a discrete statistic needs."""
    share = (np.sum(drawn < value) + 0.5 * np.sum(drawn == value)) / len(drawn)
    shift = ndtri(np.clip(share, 1 / (len(drawn) + 1), len(drawn) / (len(drawn) + 1)))
    defined = np.isfinite(jackknife)
    times, jackknife = times[defined], jackknife[defined]
    influence = np.average(jackknife, weights=times) - jackknife if len(times) else jackknife
    spread = float(times @ influence**2)
    acceleration = float(times @ influence**3) / (6 * spread**1.5) if spread > 0 else 0.0
    tail = ndtri(np.array([(1 - confidence) / 2, (1 + confidence) / 2]))
    moved = ndtr(shift + (shift + tail) / (1 - acceleration * (shift + tail)))
    low, high = np.quantile(drawn, moved)
    return float(low), float(high)
