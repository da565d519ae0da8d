"""A classifier's probability as the prior of each task, trusted as far as the labels bear it out.

The prior used is softmax(bias + slope * log p): slope 1 and bias 0 take the classifier at its word, slope 0 ignores it.
Both are learned along with the rest, so that an over-confident or useless classifier does no harm.

Sources: Raykar, V. C. et al. (2010). Learning From Crowds. JMLR 11:1297-1322 (a classifier inside EM). Platt, J. (1999).
Probabilistic Outputs for Support Vector Machines (the form of the calibration).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import log_softmax

from annotator.consensus.problem import FloatArray
from annotator.domain.errors import InputError

LEAST_PROBABILITY = 1e-6
"""A classifier is never taken to be surer than this."""

_TRUST = 10.0  # precision of the belief that slope is 1 and bias is 0: as much as a few dozen clear tasks
_HALVINGS = 30


@dataclass(frozen=True, slots=True)
class ClassifierPrior:
    """`log_p` (n_tasks, K) as the classifier gave it; `weight` (n_tasks,) is 1 for tasks that teach, else 0."""

    log_p: FloatArray
    weight: FloatArray
    slope: float
    bias: FloatArray

    @classmethod
    def of(cls, prior: ArrayLike, shape: tuple[int, int], weight: FloatArray) -> ClassifierPrior:
        """Check a classifier's probabilities. Raises `InputError` for another shape and rows that are no distribution."""
        p = np.asarray(prior, dtype=np.float64)
        if p.shape != shape:
            raise InputError(f"has shape {p.shape}, not {shape} (tasks by classes).", where="prior")
        bad = np.flatnonzero(~((p >= 0).all(axis=1) & np.isclose(p.sum(axis=1), 1, atol=1e-3)))
        if len(bad):
            raise InputError("is not a distribution over the classes.", where=f"prior, row {bad[0] + 1}")
        return cls(np.log(np.clip(p, LEAST_PROBABILITY, None)), weight, 1.0, np.zeros(shape[1]))

    def log_prior(self) -> FloatArray:
        """Return the log prior in use, shape (n_tasks, K)."""
        return np.asarray(log_softmax(self.bias + self.slope * self.log_p, axis=1))

    def log_density(self) -> float:
        """Return the log density of slope and bias, up to a constant."""
        return -0.5 * _TRUST * float((self.slope - 1) ** 2 + self.bias @ self.bias)

    def updated(self, posterior: FloatArray) -> ClassifierPrior:
        """Return the prior after a Newton step towards the posterior, halved until it is a gain."""
        log_prior = self.log_prior()
        step = self._newton(posterior, np.exp(log_prior))
        now = self.gain(posterior, log_prior)
        for halving in range(_HALVINGS):
            size = 0.5**halving
            moved = replace(self, slope=self.slope + size * float(step[0]), bias=self.bias + size * step[1:])
            if moved.gain(posterior, moved.log_prior()) >= now:
                return moved
        return self

    def gain(self, posterior: FloatArray, log_prior: FloatArray) -> float:
        """Return what `updated` raises: the expected log prior of the tasks that teach, and the log density."""
        return float(self.weight @ (posterior * log_prior).sum(axis=1)) + self.log_density()

    def _newton(self, posterior: FloatArray, p: FloatArray) -> FloatArray:
        """Parameters stand as slope, then bias."""
        error = self.weight[:, None] * (posterior - p)
        gradient = np.concatenate([[(error * self.log_p).sum()], error.sum(axis=0)])
        gradient -= _TRUST * np.concatenate([[self.slope - 1], self.bias])
        weighted = self.weight[:, None] * p
        centred = self.log_p - (p * self.log_p).sum(axis=1, keepdims=True)
        curvature = np.empty((len(gradient), len(gradient)))
        curvature[0, 0] = (weighted * centred * self.log_p).sum()
        curvature[0, 1:] = curvature[1:, 0] = (weighted * centred).sum(axis=0)
        curvature[1:, 1:] = np.diag(weighted.sum(axis=0)) - weighted.T @ p
        return np.asarray(np.linalg.solve(curvature + _TRUST * np.eye(len(gradient)), gradient))
