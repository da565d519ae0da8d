"""What chance alone can tell: audit picks with known propensities, and unbiased shares with intervals from them.

Items that a model chose are no sample of anything. A random part of the picks is, once it is known how likely each was to be
picked. Two designs:

- by item: every item has a permanent random number, and the slice is what lies below a share (Ohlsson, E. 1995, Coordination of
  Samples Using Permanent Random Numbers). It does not matter who labels an item, when, or whether the model wanted it too. The
  service samples this way; `estimate` is for it.
- by pick: at each pick chance decides between the best item and a random one. `audited_picks` draws and `estimate_from_picks` is
  for such logs; it also uses what the model's own picks settled, and needs everybody eligible for every item.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from active_learning.arrays import FloatArray, IntArray, best, how_many
from annotator.domain.errors import InputError

AUDIT_SHARE = 0.1
"""Share of picks left to chance unless a project says otherwise."""

_TRUST = 5.0
_ALL_SEEN = 1e-12  # what is left of the variance where every item was sampled


@dataclass(frozen=True, slots=True)
class Estimate:
    """A share with its interval. `n` values stand behind it, worth `n_effective` simple random ones.

    Without any value, `value` is NaN and the interval is [0, 1].
    """

    value: float
    low: float
    high: float
    n: int
    n_effective: float


@dataclass(frozen=True, slots=True)
class Picks:
    """Picks in order: `indices`, their `scores`, the `propensity` of each pick given those before, and whether it is an `audit`."""

    indices: IntArray
    scores: FloatArray
    propensity: FloatArray
    audit: NDArray[np.bool_]


def permanent_numbers(ids: Sequence[str], salt: str) -> FloatArray:
    """Return a number in [0, 1) for every id, the same every time, shape (n,); uniform over salts.

    The item is in the audit slice of a share where its number is below the share. Keep the salt from those who could choose ids.
    """
    key = hashlib.sha256(salt.encode()).digest()
    drawn = [hashlib.blake2b(item_id.encode(), key=key, digest_size=8).digest() for item_id in ids]
    return (np.frombuffer(b"".join(drawn), dtype=">u8") >> 11).astype(np.float64) / 2**53


def audited_picks(
    scores: ArrayLike, n_instances: int, *, rng: np.random.Generator, audit_share: float = AUDIT_SHARE
) -> Picks:
    """Pick one item after another: with chance `audit_share` any that is left, each alike, else the best that is left.

    `scores` (n,) is what a strategy or `information_gain` says. A pick of item i with m items left has propensity
    audit_share / m, plus 1 - audit_share where i is the best. Raises `InputError` for a share outside [0, 1].
    """
    score = np.asarray(scores, dtype=np.float64)
    if not 0 <= audit_share <= 1:
        raise InputError(f"{audit_share} is not between 0 and 1.", where="audit_share")
    k = how_many(n_instances, score)
    ranked, left = best(score, len(score)), np.arange(len(score))
    gone, place = np.zeros(len(score), dtype=bool), 0
    picked, propensity = np.empty(k, dtype=np.int64), np.empty(k)
    audit = rng.random(k) < audit_share
    for step in range(k):
        while gone[ranked[place]]:
            place += 1
        m = len(left) - step
        drawn = int(rng.integers(m))
        at = drawn if audit[step] else int(np.flatnonzero(left[:m] == ranked[place])[0])
        chosen = left[at]
        left[at], gone[chosen], picked[step] = left[m - 1], True, chosen
        propensity[step] = audit_share / m + (1 - audit_share) * (chosen == ranked[place])
    return Picks(picked, score[picked], propensity, audit)


def estimate(values: ArrayLike, propensity: ArrayLike, *, confidence: float = 0.95) -> Estimate:
    """Estimate the mean over all items from sampled ones: `values` (n,) in [0, 1], `propensity` (n,) of being in the sample.

    A value is whether an item is of a class (or its posterior probability), for prevalence; whether the model was right, for
    accuracy. For precision or recall give the sampled items that were predicted, or are, of the class.

    The mean is Hajek's ratio sum(y / pi) / sum(1 / pi) of Horvitz-Thompson sums (Horvitz & Thompson 1952, JASA 47:663-685; Hajek
    1971); its variance is linearised for Poisson sampling (Sarndal, Swensson & Wretman 1992, Model Assisted Survey Sampling,
    sections 5.7 and 7.10), which with equal propensities is that of simple sampling with its finite population correction. The
    interval is Wilson's at the effective sample size, as surveys use it where shares are small (Korn & Graubard 1998; Franco et
    al. 2019, J. Survey Statistics and Methodology 7:334-364). Raises `InputError` for values or propensities out of range.
    """
    y, pi = _checked(values, propensity)
    if not len(y):
        return Estimate(float("nan"), 0.0, 1.0, 0, 0.0)
    share = (1 / pi) / (1 / pi).sum()
    value = float(share @ y)
    unseen = (1 - pi) * share**2
    size = _effective_size(value, float(unseen @ (y - value) ** 2), float(1 / max(unseen.sum(), _ALL_SEEN)))
    low, high = _wilson(value, size, confidence)
    return Estimate(value, low, high, len(y), size)


def estimate_from_picks(values: ArrayLike, audit: ArrayLike, population: int, *, confidence: float = 0.95) -> Estimate:
    """Estimate the mean over a pool of `population` items from the log of `audited_picks`: all picks in order, each item once.

    When an audit pick falls on item i with m items left, sum(values before) + m y_i is an unbiased estimate of the pool's total,
    whatever decided the picks before, and such estimates are uncorrelated (Des Raj 1956, Some Estimators in Sampling with Varying
    Probabilities without Replacement, JASA 51:269-284; Farquhar, Gal & Rainforth 2021, On Statistical Bias in Active Learning).
    They are averaged with weights 1 / m^2, since their spread is in proportion to m. What is not known in that average is a
    weighted share of the audit picks, and Wilson's interval is taken for it. Raises `InputError` for values out of range
    and more picks than items.
    """
    y, _ = _checked(values, np.ones(np.shape(values)))
    drawn = np.asarray(audit, dtype=bool)
    if drawn.shape != y.shape or len(y) > population:
        raise InputError(f"{len(drawn)} for {len(y)} picks from {population} items.", where="audit, population")
    if not drawn.any():
        return Estimate(float("nan"), 0.0, 1.0, 0, 0.0)
    left = (population - np.arange(len(y), dtype=np.float64))[drawn]
    known = (np.cumsum(y) - y)[drawn] / population
    share = (1 / left**2) / (1 / left**2).sum()
    part = share * left / population
    settled, scale = float(share @ known), float(part.sum())
    value, size = float(part @ y[drawn]) / scale, float(scale**2 / (part @ part))
    low, high = _wilson(value, size, confidence)
    low, point, high = (min(1.0, settled + scale * one) for one in (low, value, high))
    return Estimate(point, low, high, int(drawn.sum()), size)


def _checked(values: ArrayLike, propensity: ArrayLike) -> tuple[FloatArray, FloatArray]:
    y, pi = np.asarray(values, dtype=np.float64), np.asarray(propensity, dtype=np.float64)
    if y.ndim != 1 or y.shape != pi.shape:
        raise InputError(
            f"have shapes {y.shape} and {pi.shape}, not one and the same (n,).", where="values, propensity"
        )
    if not ((y >= 0) & (y <= 1)).all():
        raise InputError("are not all between 0 and 1.", where="values")
    if not ((pi > 0) & (pi <= 1)).all():
        raise InputError("are not all above 0 and at most 1.", where="propensity", mend="Log it with each pick.")
    return y, pi


def _effective_size(value: float, variance: float, alike: float) -> float:
    """How many plain draws the sample is worth; `alike` if values had nothing to do with propensities.

    The variance seen counts as much as there are values that differ from the rest, and `alike` as much as `_TRUST` of those: a
    handful of rare values says little of how they spread over the propensities.
    """
    spread = value * (1 - value)
    if spread <= 0:
        return alike
    rare = min(value, 1 - value) * alike
    blended = (rare * variance + _TRUST * spread / alike) / (rare + _TRUST)
    return spread / blended if blended > 0 else alike


def _wilson(value: float, size: float, confidence: float) -> tuple[float, float]:
    z = float(ndtri((1 + confidence) / 2))
    centre = (value + z * z / (2 * size)) / (1 + z * z / size)
    half = z / (1 + z * z / size) * float(np.sqrt(value * (1 - value) / size + z * z / (4 * size * size)))
    return max(0.0, centre - half), min(1.0, centre + half)
