"""The ordinal form of the hierarchical model: errors near the truth are likelier than errors far from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from annotator.consensus.hierarchical import HierarchicalDawidSkene
from annotator.consensus.pool import Pool, log_beta
from annotator.consensus.problem import FloatArray

_RATES = np.linspace(0.1, 6.0, 60)


@dataclass(kw_only=True)
class OrdinalDawidSkene(HierarchicalDawidSkene):
    """For classes in order, such as a rating.

    The pool is centred on rows that fall off by a constant factor with each step from the truth, at a rate learned from
    the labels; `accuracy` sets the rate to start from. `pool_weight` is larger than in the nominal form, since it holds
    a shape and not only a level. Workers may still depart from the shape as far as their labels say so.
    """

    pool_weight: float = 100.0

    def base(self, n_classes: int) -> FloatArray:
        forms = _decays(n_classes)
        accuracies = np.trace(forms, axis1=1, axis2=2) / n_classes
        return np.asarray(forms[min(int(np.searchsorted(accuracies, self.accuracy)), len(forms) - 1)])

    def _next_base(self, pool: Pool) -> FloatArray:
        """Return the form under which the pool's mean is the most probable."""
        weights = pool.base_weight * _decays(pool.mean.shape[-1])
        density = np.einsum("rlk,qlk->qr", weights, np.log(pool.mean)) - log_beta(weights).sum(axis=1)
        return np.asarray(weights[density.argmax(axis=1)] / pool.base_weight)


def _decays(n_classes: int) -> FloatArray:
    """Return a matrix `[observed, true]` for each rate, falling by exp(-rate) a step from the truth, shape (R, K, K)."""
    steps = np.abs(np.subtract.outer(np.arange(n_classes), np.arange(n_classes)))
    weights = np.exp(-_RATES[:, None, None] * steps)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))
