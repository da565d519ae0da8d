"""The compiled sweep of the sampler in `annotator.consensus.sampled`. No statistics beside it live here."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def sweep(tasks: Any, state: Any, pseudo: Any, weights: Any, uniform: Any, kept: Any) -> None:
    """Draw the class of each labelled task once, given those of all others, with confusion matrices integrated out.

    `tasks` is (indptr, code), a code being worker * K + label; `state` (z, counts), classes (n,) and counts
    (W * K observed, K true), both written; `pseudo` the Dirichlet parameters, shaped as counts; `weights` (n, K) a prior a task,
    or (1, K) one for all, whose prevalence is then learned: `z` is added to its counts. `kept` (n, K) sums the
    probabilities where it has rows.
    """
    indptr, code = tasks
    z, counts = state
    n_classes = counts.shape[1]
    shared = len(weights) == 1
    totals, pseudo_totals = _totals(counts, n_classes), _totals(pseudo, n_classes)
    p = np.empty(n_classes)
    for task in range(len(indptr) - 1):
        low, high = indptr[task], indptr[task + 1]
        if low == high:
            continue
        _move(code, counts, totals, low, high, z[task], -1.0)
        if shared:
            weights[0, z[task]] -= 1
        mass = 0.0
        for k in range(n_classes):
            value = weights[0 if shared else task, k]
            for at in range(low, high):
                row = code[at]
                worker = row // n_classes
                value *= (counts[row, k] + pseudo[row, k]) / (totals[worker, k] + pseudo_totals[worker, k])
            p[k] = value
            mass += value
        drawn, left = 0, uniform[task] * mass - p[0]
        while left > 0 and drawn < n_classes - 1:
            drawn += 1
            left -= p[drawn]
        if len(kept):
            for k in range(n_classes):
                kept[task, k] += p[k] / mass
        z[task] = drawn
        if shared:
            weights[0, drawn] += 1
        _move(code, counts, totals, low, high, drawn, 1.0)


@njit(cache=True, nogil=True)
def count(tasks: Any, z: Any, least: int, counts: Any) -> None:
    """Write how often each worker gave each label to each class, (W * K observed, K true), over tasks with `least` labels."""
    indptr, code = tasks
    counts[:] = 0.0
    for task in range(len(indptr) - 1):
        if indptr[task + 1] - indptr[task] >= least:
            for at in range(indptr[task], indptr[task + 1]):
                counts[code[at], z[task]] += 1


@njit(cache=True, nogil=True)
def _move(code: Any, counts: Any, totals: Any, low: int, high: int, k: int, by: float) -> None:
    n_classes = counts.shape[1]
    for at in range(low, high):
        counts[code[at], k] += by
        totals[code[at] // n_classes, k] += by


@njit(cache=True, nogil=True)
def _totals(counts: Any, n_classes: int) -> Any:
    """Sum over what was observed, (W, K true)."""
    totals = np.zeros((len(counts) // n_classes, n_classes))
    for row in range(len(counts)):
        for k in range(n_classes):
            totals[row // n_classes, k] += counts[row, k]
    return totals
