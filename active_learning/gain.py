"""What one person's answer would tell about an item: the mutual information between their answer and the truth.

The person is known by a confusion matrix, the item by its posterior (a classifier's, a consensus's, or both in one). With p the
posterior and C the matrix `[true, observed]`, the answer has distribution q = p C, and

    I(truth; answer) = H(q) - sum_t p_t H(C_t)    in bits.

Sources: Lindley, D. (1956), On a Measure of the Information Provided by an Experiment. MacKay, D. (1992), Information-Based
Objective Functions for Active Data Selection. With annotators' confusion matrices: Dawid & Skene (1979) for the model; Branson,
S., Van Horn, G. & Perona, P. (2017), Lean Crowdsourcing, for consensus and classifier as one posterior.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import entr

from active_learning.arrays import (
    FloatArray,
    Rows,
    Selection,
    best,
    check_confusion,
    check_rows,
    empty_selection,
    how_many,
    not_a_distribution,
)
from active_learning.linear import in_threads
from active_learning.strategies import class_probabilities
from annotator.domain.errors import InputError

_BITS = 1 / np.log(2)


def information_gain(posterior: ArrayLike, confusion: ArrayLike) -> FloatArray:
    """Return the expected gain from one answer in bits, shape (n,); in [0, log2 K], 0 for a person who answers blindly.

    `posterior` (n, K), `confusion` (K, K) `[true, observed]`. Raises `InputError` where a row is no distribution.
    """
    p = _table(posterior)
    return _gain(p, check_confusion(confusion, p.shape[1]))


@dataclass(frozen=True, slots=True)
class GainSampling:
    """Query strategy: ask this person where their answer tells most. Score: the gain in bits.

    `confusion` (K, K) `[true, observed]` is the person's; the posterior is the classifier's, unless one is given as `posterior`
    (n, K), as after a consensus.
    """

    confusion: FloatArray

    def __call__(
        self,
        classifier: Any,
        pool: Rows,
        n_instances: int = 1,
        *,
        posterior: ArrayLike | None = None,
        rng: np.random.Generator | None = None,
    ) -> Selection:
        pool = check_rows(pool)
        k = how_many(n_instances, pool)
        if k == 0:
            return empty_selection()
        gain = information_gain(
            class_probabilities(classifier, pool) if posterior is None else posterior, self.confusion
        )
        found = best(gain, k, rng)
        return found, gain[found]


def _gain(p: FloatArray, c: FloatArray) -> FloatArray:
    from active_learning.kernels import gains

    noise, out = entr(c).sum(axis=1), np.empty(len(p))
    wrong = [row for row in in_threads(lambda start, stop: gains(p, c, noise, out, start, stop), len(p)) if row >= 0]
    if wrong:
        raise not_a_distribution("posterior", wrong[0])
    return np.asarray(out * _BITS)


def _table(posterior: ArrayLike) -> FloatArray:
    """The rows themselves are checked on the way through."""
    p = np.ascontiguousarray(posterior, dtype=np.float64)
    if p.ndim != 2 or p.shape[1] < 2:
        raise InputError(f"has shape {p.shape}, not (items, classes) with two classes or more.", where="posterior")
    return p
