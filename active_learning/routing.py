"""The one decision of the dispenser: which item for this person, another opinion or a new item, and when to stop.

Items are known by their posterior and how many answers they have, the person by a predictive confusion matrix: the mean over
what is not known of them, so that an answer of a newcomer counts for less than one of a proven person with the same record.
An item without answers stands on its prior (the prevalence, or a classifier), and so new items and second opinions are
weighed by one measure. Eligibility, leases, control items and the audit slice do not live here.

Sources: Lindley (1956) for the measure; Wald (1945) for stopping; Branson, Van Horn & Perona (2017), Lean Crowdsourcing, for both
with annotators and a classifier.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from active_learning.arrays import FloatArray, IntArray, best, check_posterior
from active_learning.gain import information_gain
from active_learning.stopping import Rule
from annotator.domain.errors import InputError

SETTLED = -1.0
"""The priority of an item that is settled: nobody shall be asked."""


@dataclass(frozen=True, slots=True)
class Route:
    """Items to ask this person about, best first, with their gain in bits; `settled` (n,) says which items are done.

    `items` is empty where everything is settled: the campaign may stop.
    """

    items: IntArray
    gain: FloatArray
    settled: NDArray[np.bool_]


def priority(posterior: ArrayLike, answers: ArrayLike, confusion: ArrayLike, rule: Rule) -> FloatArray:
    """Return the expected gain in bits of this person's answer to each item, shape (n,); `SETTLED` for items that are done.

    `posterior` (n, K), `answers` (n,), `confusion` (K, K) `[true, observed]`. Raises `InputError` for shapes that do not fit and
    rows that are no distribution.
    """
    p, counts = _items(posterior, answers)
    return np.where(rule.settled(p, counts), SETTLED, information_gain(p, confusion))


def route(
    posterior: ArrayLike,
    answers: ArrayLike,
    confusion: ArrayLike,
    rule: Rule,
    k: int = 1,
    *,
    minutes: ArrayLike = 1.0,
    rng: np.random.Generator | None = None,
) -> Route:
    """Return the best k items for a person that are not settled, by gain per minute of their time.

    `minutes` (n,) or one number is how long each item is expected to take. Ties go to the lower index, or to chance where `rng`
    is given. Raises `InputError` as `priority` does, and for times that are not above 0.
    """
    p, counts = _items(posterior, answers)
    time = np.broadcast_to(np.asarray(minutes, dtype=np.float64), counts.shape)
    if not (time > 0).all():
        raise InputError("holds a time that is not above 0.", where="minutes")
    gain = priority(p, counts, confusion, rule)
    settled = gain == SETTLED
    left = np.flatnonzero(~settled)
    found = left[best(gain[left] / time[left], k, rng)]
    return Route(found, gain[found], settled)


def _items(posterior: ArrayLike, answers: ArrayLike) -> tuple[FloatArray, NDArray[Any]]:
    p, counts = check_posterior(posterior), np.asarray(answers)
    if counts.shape != (len(p),):
        raise InputError(f"has shape {counts.shape}, not ({len(p)},).", where="answers")
    return p, counts
