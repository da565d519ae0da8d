"""How often a worker is expected to be right, with its interval: one number for people to read. No model uses it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaincinv

from annotator.consensus.problem import FloatArray


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Expected share of right labels with its credible interval, each of shape (n_workers,)."""

    mean: FloatArray
    low: FloatArray
    high: FloatArray


def expected_accuracy_of_workers(dirichlet: ArrayLike, prevalence: ArrayLike, confidence: float = 0.95) -> Accuracy:
    """Return each worker's chance to name the true class of a task drawn by the prevalence.

    `dirichlet` (n_workers, K, K) are the parameters of the confusion rows `[true, observed]`, `prevalence` (K,). The chance is a
    weighted sum of independent Beta variables; its equal-tailed interval is that of the Beta with the same mean and variance.
    """
    rows, weights = np.asarray(dirichlet, dtype=np.float64), np.asarray(prevalence, dtype=np.float64)
    total = rows.sum(axis=-1)
    right = np.diagonal(rows, axis1=-2, axis2=-1) / total
    mean = right @ weights
    variance = (right * (1 - right) / (total + 1)) @ weights**2
    strength = mean * (1 - mean) / variance - 1
    tails = ((1 - confidence) / 2, (1 + confidence) / 2)
    low, high = (betaincinv(mean * strength, (1 - mean) * strength, tail) for tail in tails)
    return Accuracy(mean, low, high)
