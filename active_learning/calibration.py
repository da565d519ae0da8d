"""Logits turned into probabilities that keep their word: a slope and a bias a class, learned out of fold.

    p = softmax(log prior + bias + slope * (z - mean z))

Slope 0 gives the prior, whatever the classifier says; the slope is held near 0 by a Gaussian until the labels speak, so few
labels make cautious probabilities. Sources: Platt, J. (1999), Probabilistic Outputs for Support Vector Machines. Guo, C. et al.
(2017), On Calibration of Modern Neural Networks (one slope for all classes).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_softmax

from active_learning.arrays import FloatArray


@dataclass(frozen=True, slots=True)
class Calibration:
    """`slope` >= 0, `bias` (K,); `gain` is the log likelihood gained over the prior, in nats over all labels."""

    slope: float
    bias: FloatArray
    gain: float

    def logits(self, logits: FloatArray) -> FloatArray:
        """Return calibrated logits, shape (n, K), of logits (n, K)."""
        return np.asarray(self.slope * logits + self.bias)


def fit_calibration(logits: FloatArray, targets: FloatArray, weight: FloatArray, prior: FloatArray) -> Calibration:
    """Fit to out-of-fold logits (n, K) and soft targets (n, K) with weights (n,); `prior` (K,) is what slope 0 gives."""
    mean = np.average(logits, axis=0, weights=weight)
    centred = logits - mean
    spread = float(np.sqrt(np.average(_within(centred).var(axis=1), weights=weight))) or 1.0
    weighted = weight[:, None] * targets
    log_prior = np.log(prior)

    def loss(parameters: FloatArray) -> tuple[float, FloatArray]:
        slope, shift = parameters[0] / spread, parameters[1:]
        log_p = log_softmax(log_prior + shift + slope * centred, axis=1)
        error = weight[:, None] * np.exp(log_p) - weighted
        value = -float((weighted * log_p).sum()) + 0.5 * float(parameters @ parameters)
        gradient = np.concatenate([[(error * centred).sum() / spread], error.sum(axis=0)]) + parameters
        return value, gradient

    start = np.zeros(1 + logits.shape[1])
    bounds = [(0, None)] + [(None, None)] * logits.shape[1]
    found = minimize(loss, start, jac=True, bounds=bounds, method="L-BFGS-B").x
    slope, shift = float(found[0] / spread), found[1:]
    bias = log_prior + shift - slope * mean
    gain = float((weighted * log_softmax(slope * logits + bias, axis=1)).sum() - (weighted * log_prior).sum())
    return Calibration(slope, np.asarray(bias), gain)


def _within(logits: FloatArray) -> FloatArray:
    return np.asarray(logits - logits.mean(axis=1, keepdims=True))
