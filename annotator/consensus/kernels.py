"""The compiled inner loops. Nothing else of consensus knows of numba, and this module is imported on first use.

Every loop releases the interpreter's lock, so that plain threads use all cores (numba's own thread layers may neither
be entered from two threads at once nor survive a fork, and a web service does both). Compiled code is cached on disk.
Strict IEEE arithmetic throughout: reassociation moves posteriors.

Arguments come in tuples: `tasks` is (indptr, code, least), as in `problem.Problem`; `sums` is (counts, totals), which are
overwritten with expected counts (rows, K) and totals (K,) of the tasks with `least` labels or more; `span` is (low, high),
the tasks to go through.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numba import njit

UNROLLED = 8
"""Loops over classes are unrolled for problems of at most this many."""

_TINY = 1e-150  # products are renewed below this: eight further factors, floored as tables are, cannot underflow
_RENEW = 7  # a task's product is rescaled after every 8 factors


@cache
def vote_pass(n_classes: int) -> Callable[..., Any]:
    """Return the loop that starts from the votes, for that many classes."""
    return _vote_pass(n_classes if n_classes <= UNROLLED else 0)


@cache
def _vote_pass(unrolled: int) -> Callable[..., Any]:
    @njit(cache=True, nogil=True)
    def run(tasks: Any, posterior: Any, sums: Any, span: Any) -> None:
        """Write the shares of votes, and add them up; a task without labels has equal shares."""
        indptr, code, least = tasks
        counts, totals = sums
        size = unrolled if unrolled > 0 else totals.size
        counts[:] = 0.0
        totals[:] = 0.0
        for i in range(span[0], span[1]):
            start, end = indptr[i], indptr[i + 1]
            p = posterior[i]
            for k in range(size):
                p[k] = 0.0 if end > start else 1.0 / size
            for j in range(start, end):
                p[code[j] % size] += 1.0 / (end - start)
            if end - start < least:
                continue
            for k in range(size):
                totals[k] += p[k]
            for j in range(start, end):
                for k in range(size):
                    counts[code[j], k] += p[k]

    return run


@njit(cache=True, nogil=True)
def expected_sums(tasks: Any, posterior: Any, sums: Any, span: Any) -> None:
    """Add up a posterior that is given: the M step's sums, alone."""
    indptr, code, least = tasks
    counts, totals = sums
    n_classes = totals.size
    counts[:] = 0.0
    totals[:] = 0.0
    for i in range(span[0], span[1]):
        if indptr[i + 1] - indptr[i] < least:
            continue
        for k in range(n_classes):
            totals[k] += posterior[i, k]
        for j in range(indptr[i], indptr[i + 1]):
            for k in range(n_classes):
                counts[code[j], k] += posterior[i, k]


@cache
def em_pass(n_classes: int) -> Callable[..., Any]:
    """Return the fused E and M step for that many classes."""
    return _em_pass(n_classes if n_classes <= UNROLLED else 0)


@cache
def _em_pass(unrolled: int) -> Callable[..., Any]:  # noqa: C901 one loop, compiled as one
    @njit(cache=True, nogil=True)
    def run(tasks: Any, model: Any, posterior: Any, sums: Any, span: Any) -> Any:  # noqa: C901, PLR0912 one loop
        """One E step, each task followed at once by its share of the M step's sums. Returns the log-likelihood.

        `model` is (table, prior): `table` (rows, K) holds the likelihood of each (worker, label) under each true class,
        `prior` (1 or n_tasks, K) that of the classes. Writes `posterior` (n_tasks, K). Products stand in for sums of
        logarithms: exact to a few ulp, and one logarithm serves many tasks.
        """
        indptr, code, least = tasks
        table, prior = model
        counts, totals = sums
        size = unrolled if unrolled > 0 else table.shape[1]
        own_prior = prior.shape[0] > 1
        counts[:] = 0.0
        totals[:] = 0.0
        log_likelihood = 0.0
        scale = 1.0
        for i in range(span[0], span[1]):
            start, end = indptr[i], indptr[i + 1]
            p = posterior[i]
            logs = 0.0
            for k in range(size):
                p[k] = prior[i if own_prior else 0, k]
            for j in range(start, end):
                row = code[j]
                for k in range(size):
                    p[k] *= table[row, k]
                if (j - start) & _RENEW == _RENEW:
                    top = 0.0
                    for k in range(size):
                        top = max(top, p[k])
                    for k in range(size):
                        p[k] /= top
                    logs += np.log(top)
            mass = 0.0
            for k in range(size):
                mass += p[k]
            for k in range(size):
                p[k] /= mass
            if end - start < least:
                continue
            log_likelihood += logs
            scale *= mass
            if scale < _TINY:
                log_likelihood += np.log(scale)
                scale = 1.0
            for k in range(size):
                totals[k] += p[k]
            for j in range(start, end):
                row = code[j]
                for k in range(size):
                    counts[row, k] += p[k]
        return log_likelihood + np.log(scale)

    return run


@njit(cache=True, nogil=True)
def held_out_score(tasks: Any, log_model: Any, table: Any, temper: float, span: Any) -> float:
    """Return the log-probability of each label given the other labels of its task, summed over tasks.

    The class is held to be distributed as the `temper`-th power of its posterior without the label; `log_model` holds
    logarithms of the model of `em_pass`, `table` says how probable the label is under each class.
    """
    indptr, code, _ = tasks
    log_table, log_prior = log_model
    size = log_table.shape[1]
    own_prior = log_prior.shape[0] > 1
    score = 0.0
    p = np.empty(size)
    for i in range(span[0], span[1]):
        start, end = indptr[i], indptr[i + 1]
        if end - start < 2:
            continue
        p[:] = log_prior[i if own_prior else 0]
        for j in range(start, end):
            p += log_table[code[j]]
        for j in range(start, end):
            rest = p - log_table[code[j]]
            weights = np.exp(temper * (rest - rest.max()))
            score += np.log(np.sum(weights * table[code[j]]) / np.sum(weights))
    return score


@njit(cache=True, nogil=True)
def add_label(posterior: Any, table: Any, task: int, row: int) -> None:
    """Move the posterior of one task by one label, whose likelihood under each class is `table[row]`."""
    mass = 0.0
    for k in range(posterior.shape[1]):
        posterior[task, k] *= table[row, k]
        mass += posterior[task, k]
    for k in range(posterior.shape[1]):
        posterior[task, k] /= mass


@njit(cache=True, nogil=True)
def joint_labels(indptr: Any, code: Any, joint: Any) -> None:
    """Add to `joint` (rows, rows) each ordered pair of labels of one task."""
    for i in range(indptr.size - 1):
        for j in range(indptr[i], indptr[i + 1]):
            for other in range(indptr[i], indptr[i + 1]):
                if j != other:
                    joint[code[j], code[other]] += 1
