"""The one decision of the dispenser: which item for this person, another opinion or a new item, and when to stop.

Items are known by their posterior and how many answers they have, the person by a predictive confusion matrix (the mean of its
Dirichlet, so that someone of whom little is known counts for little). Eligibility, leases and the audit slice do not live here.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from active_learning.arrays import FloatArray
from active_learning.gain import information_gain
from active_learning.stopping import Rule

__all__ = ["Rule", "priority"]

_NEW = 2.0  # more than any gain on an item that has an answer, in units of log2 K


def priority(posterior: ArrayLike, answers: ArrayLike, confusion: ArrayLike, rule: Rule) -> FloatArray:
    """Return how soon to ask this person about each item, shape (n,): the larger, the sooner.

    `posterior` (n, K), `answers` (n,), `confusion` (K, K) `[true, observed]` of the person. Items without an answer come first;
    then the expected information gain decides.
    """
    del rule
    p, counts = np.asarray(posterior, dtype=np.float64), np.asarray(answers)
    gain = information_gain(p, confusion)
    new: Any = counts == 0
    return np.asarray(gain + _NEW * np.log2(p.shape[1]) * new)
