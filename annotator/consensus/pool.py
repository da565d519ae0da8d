"""The pool: what confusion matrices of the workers have in common, learned from all of them.

The row of true class `k` of worker `w` is drawn from a Dirichlet with concentration `strength[k]` around a mean of its own:
right with log-odds `level[k] + ability[w]`, and wrong as `errors[k]` says. So a worker who is good at one class is taken to
be good at the others, and a worker with few labels shrinks to the pool; one with many speaks for themself. All of it is
learned, under weak priors: the pool's mean from a Dirichlet around `base`, strength from a Gamma, ability from a normal.

Sources: Minka, T. (2000, revised 2012). Estimating a Dirichlet distribution, section 4 (the Dirichlet-multinomial). Böhning,
D. (1992). Multinomial logistic regression algorithm. Annals of the Institute of Statistical Mathematics 44:197-200 (the
bound of the log-odds' steps). With both, no step lowers the objective.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from scipy.special import expit, gammaln, logit, psi

from annotator.consensus.problem import FloatArray

STRENGTH_SHAPE, STRENGTH_RATE = 1.0, 0.05  # Gamma on the concentration, in log scale: weak, centred on 20 labels
STRENGTH_START = 4.0
ABILITY_SPREAD = 1.0  # standard deviation of abilities, in log-odds
_ODDS_STEPS = 2


@dataclass(frozen=True, slots=True)
class Pool:
    """`strength` and `level` (Q, K), `errors` (Q, K observed, K true) with an empty diagonal, `ability` (Q, W).

    `base` (Q, K observed, K true) is what the mean is thought to be, with the weight of `base_weight` labels a class.
    Counts are (Q, W, K observed, K true).
    """

    strength: FloatArray
    level: FloatArray
    errors: FloatArray
    ability: FloatArray
    base: FloatArray
    base_weight: float

    @classmethod
    def around(cls, base: FloatArray, n_workers: int, base_weight: float) -> Self:
        """Return the pool before any label."""
        questions, n_classes, _ = base.shape
        off = base * ~np.eye(n_classes, dtype=bool)
        return cls(
            strength=np.full((questions, n_classes), STRENGTH_START),
            level=logit(_diagonal(base)),
            errors=off / off.sum(axis=1, keepdims=True),
            ability=np.zeros((questions, n_workers)),
            base=base,
            base_weight=base_weight,
        )

    def of_workers(self, n_workers: int) -> Self:
        """Return the pool for other workers, of whose abilities nothing is known."""
        return replace(self, ability=np.zeros((len(self.ability), n_workers)))

    def of_question(self, question: int) -> Self:
        """Return the pool of one question, with a first axis of length 1."""
        one = slice(question, question + 1)
        return replace(
            self,
            strength=self.strength[one],
            level=self.level[one],
            errors=self.errors[one],
            ability=self.ability[one],
            base=self.base[one],
        )

    @property
    def mean(self) -> FloatArray:
        """The matrix of a worker of middling ability, shape (Q, K observed, K true)."""
        return self._matrices(self.level)

    @property
    def pseudo_counts(self) -> FloatArray:
        """The Dirichlet parameters of each worker's rows, shape (Q, W, K observed, K true)."""
        matrices = self._matrices(self.level[:, None] + self.ability[..., None])
        return np.asarray(matrices * self.strength[:, None, None, :])

    def updated(self, counts: FloatArray, base: FloatArray) -> Self:
        """Return the pool after one step of each of its parts."""
        prior = self.pseudo_counts
        support = prior * (
            psi(counts + prior) - psi(prior)
        )  # labels that speak for the mean; a worker's repeats count less
        strength = self.strength[:, None]
        spread = (psi(counts.sum(axis=2) + strength) - psi(strength)).sum(axis=1)
        right, total = _diagonal(support), support.sum(axis=2)
        off = (support.sum(axis=1) + self.base_weight * base) * ~np.eye(base.shape[-1], dtype=bool)
        moved = replace(
            self,
            strength=(total.sum(axis=1) + STRENGTH_SHAPE) / (spread + STRENGTH_RATE),
            errors=off / off.sum(axis=1, keepdims=True),
            base=base,
        )
        for _ in range(_ODDS_STEPS):
            moved = moved._odds_step(right, total)  # noqa: SLF001 its own kind
        return moved

    def log_prior(self) -> float:
        """Return the log density of the pool, up to a constant."""
        weights = self.base_weight * self.base
        mean = (weights * np.log(self.mean)).sum() - log_beta(weights).sum()
        strength = (STRENGTH_SHAPE * np.log(self.strength) - STRENGTH_RATE * self.strength).sum()
        return float(mean + strength - 0.5 * (self.ability**2).sum() / ABILITY_SPREAD**2)

    def divergence(self, counts: FloatArray, log_tables: FloatArray) -> float:
        """Return the Kullback-Leibler divergence of the workers' posterior Dirichlets from the pool, summed."""
        prior = self.pseudo_counts
        change = log_beta(counts + prior) - log_beta(prior)
        return float((counts * log_tables).sum() - change.sum())

    def _odds_step(self, right: FloatArray, total: FloatArray) -> Self:
        """Raise the logistic likelihood of `right` (Q, W, K) out of `total`, abilities first, then levels."""
        miss = right - total * expit(self.level[:, None] + self.ability[..., None])
        slope = miss.sum(axis=2) - self.ability / ABILITY_SPREAD**2
        ability = self.ability + slope / (total.sum(axis=2) / 4 + 1 / ABILITY_SPREAD**2)
        miss = right - total * expit(self.level[:, None] + ability[..., None])
        slope = miss.sum(axis=1) + self.base_weight * (_diagonal(self.base) - expit(self.level))
        level = self.level + slope / ((total.sum(axis=1) + self.base_weight) / 4)
        return replace(self, ability=ability, level=level)

    def _matrices(self, log_odds: FloatArray) -> FloatArray:
        """Return matrices `[…, observed, true]` that are right with these log-odds, shape (Q, …, K true)."""
        right = expit(log_odds)[..., None, :]
        errors = self.errors if log_odds.ndim == self.errors.ndim - 1 else self.errors[:, None]
        return np.asarray(np.where(np.eye(errors.shape[-1], dtype=bool), right, (1 - right) * errors))


def coin(n_classes: int, accuracy: float) -> FloatArray:
    """Return a matrix with `accuracy` on the diagonal and the rest spread evenly, shape (K, K)."""
    matrix = np.full((n_classes, n_classes), (1 - accuracy) / (n_classes - 1))
    np.fill_diagonal(matrix, accuracy)
    return matrix


def log_beta(parameters: FloatArray) -> FloatArray:
    """Return the log normaliser of Dirichlets over the last axis but one."""
    return np.asarray(gammaln(parameters).sum(axis=-2) - gammaln(parameters.sum(axis=-2)))


def _diagonal(matrices: FloatArray) -> FloatArray:
    return np.diagonal(matrices, axis1=-2, axis2=-1)
