"""The pool: what confusion matrices of the workers have in common, learned from all of them.

The row of true class `k` of each worker is drawn from a Dirichlet with mean `mean[k]` and concentration `strength[k]`;
a worker with few labels is shrunk to the pool, one with many speaks for themself. Both are themselves learned, under a
weak prior: `mean[k]` from a Dirichlet around `base[k]`, `strength[k]` from a Gamma.

Source of the updates: Minka, T. (2000, revised 2012). Estimating a Dirichlet distribution, section 4 (the
Dirichlet-multinomial; each update raises the likelihood).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln, psi

from annotator.consensus.problem import FloatArray

STRENGTH_SHAPE, STRENGTH_RATE = 1.0, 0.05  # Gamma on the concentration, in log scale: weak, centred on 20 labels
STRENGTH_START = 4.0


@dataclass(frozen=True, slots=True)
class Pool:
    """`mean` (Q, K observed, K true) and `strength` (Q, K true); `base` (Q, K, K) has the weight of `base_weight` workers.

    Workers are the second axis of counts, (Q, W, K observed, K true), throughout.
    """

    mean: FloatArray
    strength: FloatArray
    base: FloatArray
    base_weight: float

    @property
    def pseudo_counts(self) -> FloatArray:
        """The Dirichlet parameters of a worker before any label, shape (Q, K observed, K true)."""
        return np.asarray(self.mean * self.strength[:, None, :])

    def support(self, counts: FloatArray) -> FloatArray:
        """Return how many labels speak for each entry of the mean, repeated ones of a worker counting less, (Q, K, K)."""
        prior = self.pseudo_counts[:, None]
        return np.asarray((prior * (psi(counts + prior) - psi(prior))).sum(axis=1))

    def updated(self, counts: FloatArray, base: FloatArray | None = None) -> Pool:
        """Return the pool after one step of Minka's fixed point on strength and mean."""
        support = self.support(counts)
        strength = self.strength[:, None]
        spread = (psi(counts.sum(axis=2) + strength) - psi(strength)).sum(axis=1)
        base = self.base if base is None else base
        weighed = support + self.base_weight * base
        return Pool(
            mean=weighed / weighed.sum(axis=1, keepdims=True),
            strength=(support.sum(axis=1) + STRENGTH_SHAPE) / (spread + STRENGTH_RATE),
            base=base,
            base_weight=self.base_weight,
        )

    def log_prior(self) -> float:
        """Return the log density of mean and strength, up to a constant."""
        weights = self.base_weight * self.base
        mean = (weights * np.log(self.mean)).sum() - log_beta(weights).sum()
        return float(mean + (STRENGTH_SHAPE * np.log(self.strength) - STRENGTH_RATE * self.strength).sum())

    def divergence(self, counts: FloatArray, log_tables: FloatArray) -> float:
        """Return the Kullback-Leibler divergence of the workers' posterior Dirichlets from the pool, summed."""
        prior = self.pseudo_counts[:, None]
        change = log_beta(counts + prior) - log_beta(prior)
        return float((counts * log_tables).sum() - change.sum())


def coin(n_classes: int, accuracy: float) -> FloatArray:
    """Return a matrix with `accuracy` on the diagonal and the rest spread evenly, shape (K, K)."""
    matrix = np.full((n_classes, n_classes), (1 - accuracy) / (n_classes - 1))
    np.fill_diagonal(matrix, accuracy)
    return matrix


def log_beta(parameters: FloatArray) -> FloatArray:
    """Return the log normaliser of Dirichlets over the last axis but one."""
    return np.asarray(gammaln(parameters).sum(axis=-2) - gammaln(parameters.sum(axis=-2)))
