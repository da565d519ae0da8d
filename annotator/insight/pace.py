"""When will the work be done? A forecast interval from the answers of past days and what is left, over plain arrays.

The daily pace is not known but estimated, days differ more than chance would have it, and what is left is itself a forecast: the
interval carries all three. Nothing here knows of holidays, of new volunteers or of postings that are yet to come in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from annotator.domain.errors import InputError

FEWEST_DAYS = 7
MOST_DAYS = 28
CONFIDENCE = 0.9
_DRAWS = 20_000
_FURTHEST = 3_650.0  # days: ten years, which a page shows as "no end in sight"
_LEAST_DEVIATION = 1e-6


@dataclass(frozen=True, slots=True)
class Ending:
    """Days from now until the last answer: the median, and the interval that holds `confidence` of the draws.

    Without a forecast the three are None, and `reason` says why. `pace` is answers a day over the last `days` whole days.
    """

    days: int
    pace: float
    soonest: float | None = None
    median: float | None = None
    latest: float | None = None
    confidence: float = CONFIDENCE
    reason: str = ""

    @property
    def no_end(self) -> bool:
        """Whether the later end lies so far off that no date should be named."""
        return self.latest is not None and self.latest >= _FURTHEST


def window(n_days: int) -> int:
    """Return how many of the last whole days the pace is taken from: whole weeks, so that every weekday weighs the same."""
    return min(n_days, MOST_DAYS) // 7 * 7


def expected_end(by_day: Sequence[int], left: tuple[float, float, float], rng: np.random.Generator) -> Ending:
    """Forecast the end from answers by day, the oldest first, and the judgements left as (low, expected, high).

    The pace is drawn from Student's t on the logarithmic scale (the delta method), what is left from a normal of the width of its
    90 % interval, and the time to get through at that pace from the first passage of a Brownian motion with that drift and
    the spread that days have shown: an inverse Gaussian (Folks & Chhikara 1978, J. R. Statist. Soc. B 40:263-289).

    Raises:
        InputError: a count is negative, or what is left is not in order.
    """
    low, expected, high = left
    if min(by_day, default=0) < 0 or not 0 <= low <= expected <= high:
        raise InputError("Counts are 0 or more, and low <= expected <= high.", where="by_day, left")
    n = window(len(by_day))
    counts = np.asarray(by_day, dtype=np.float64)[len(by_day) - n :]
    pace = float(counts.mean()) if n else 0.0
    if high == 0:
        return Ending(n, pace, 0.0, 0.0, 0.0, reason="nothing is left to answer")
    if n < FEWEST_DAYS:
        return Ending(
            n, pace, reason=f"not enough days yet: {FEWEST_DAYS} whole days are needed, and there are {len(by_day)}"
        )
    if pace == 0:
        return Ending(n, pace, reason=f"nobody has answered in the last {n} days")
    deviation = max(float(counts.std(ddof=1)), np.sqrt(pace), _LEAST_DEVIATION)
    paces = pace * np.exp(rng.standard_t(n - 1, _DRAWS) * deviation / (pace * np.sqrt(n)))
    amounts = np.clip(expected + rng.normal(size=_DRAWS) * (high - low) / (2 * 1.645), max(low / 2, 1.0), None)
    days = np.minimum(rng.wald(amounts / paces, (amounts / deviation) ** 2), _FURTHEST)
    tail = (1 - CONFIDENCE) / 2
    soonest, median, latest = np.quantile(days, [tail, 0.5, 1 - tail])
    return Ending(n, pace, float(soonest), float(median), float(latest))
