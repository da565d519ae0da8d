"""Dawid & Skene's model by maximum likelihood, and its one-coin form.

Source: Dawid, A. P. & Skene, A. M. (1979). Maximum Likelihood Estimation of Observer Error-Rates Using the EM Algorithm.
Journal of the Royal Statistical Society C 28(1):20-28, equations 2.3 to 2.5; doi:10.2307/2346806.
One coin: Zhang, Y., Chen, X., Zhou, D. & Jordan, M. I. (2016). Spectral Methods Meet EM. JMLR 17(102):1-44, section 2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from annotator.consensus.em import FLOOR, ExpectationMaximisation, Outcome, Step
from annotator.consensus.problem import FloatArray, Passes, Problem, Sums

_LEAST_COUNT = 1e-10  # keeps an entry of a confusion matrix from becoming exactly 0, from where EM cannot return


@dataclass(kw_only=True)
class DawidSkene(ExpectationMaximisation):
    """A confusion matrix a worker, by maximum likelihood. With few labels a worker it over-fits; see
    `HierarchicalDawidSkene`.
    """

    def _m_step(self, problem: Problem, sums: Sums, posterior: FloatArray) -> Step:
        del problem, posterior
        counts = np.maximum(sums.counts, _LEAST_COUNT)
        return Step(np.maximum(counts / counts.sum(axis=2, keepdims=True), FLOOR), _prevalence(sums))


@dataclass(kw_only=True)
class OneCoin(ExpectationMaximisation):
    """One accuracy a worker; errors fall on all other classes alike."""

    def _m_step(self, problem: Problem, sums: Sums, posterior: FloatArray) -> Step:
        del posterior
        k = problem.n_classes
        right = np.trace(sums.counts, axis1=2, axis2=3)
        accuracy = (right + _LEAST_COUNT) / (sums.counts.sum(axis=(2, 3)) + k * _LEAST_COUNT)
        wrong = (1 - accuracy) / (k - 1)
        tables = np.where(np.eye(k, dtype=bool), accuracy[..., None, None], wrong[..., None, None])
        return Step(np.maximum(tables, FLOOR), _prevalence(sums))

    def _finish(self, passes: Passes, step: Step, sums: Sums, posterior: FloatArray) -> Outcome:
        """The Beta of an accuracy (Jeffreys) is that of each diagonal entry; errors share the rest evenly."""
        found = super()._finish(passes, step, sums, posterior)
        k = passes.problem.n_classes
        right = np.trace(sums.counts, axis1=2, axis2=3)
        wrong = sums.counts.sum(axis=(2, 3)) - right
        same = np.eye(k, dtype=bool)
        dirichlet = np.where(same, (right + 0.5)[..., None, None], ((wrong + 0.5) / (k - 1))[..., None, None])
        return Outcome(step, dirichlet, found.unknown, found.prevalence, found.temper)


def _prevalence(sums: Sums) -> FloatArray:
    prevalence = sums.totals / sums.totals.sum(axis=1, keepdims=True)
    return np.asarray(np.maximum(prevalence, _LEAST_COUNT))
