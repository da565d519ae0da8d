"""The steps of EM on a cluster: each block of tasks lies on a machine, and what travels is tables out, posteriors and sums back.

Blocks, loops and the order of summing are those of `Passes`, so on machines of one kind the result is the same to the last bit.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from annotator.consensus.problem import Block, FloatArray, Passes, Problem, Sums


class ClusterPasses(Passes):
    """Passes whose E steps run on a `cluster` (a `distributed.Client`). Give `passes=passes_on(client)` to `fit`."""

    def __init__(self, problem: Problem, cluster: Any) -> None:
        super().__init__(problem)
        self._cluster = cluster
        self._held = [cluster.scatter(_tasks_of(problem, block), hash=False) for block in self._blocks]

    def step(self, tables: FloatArray, priors: FloatArray, posterior: FloatArray) -> tuple[Sums, float]:
        """Run one E step as `Passes.step` does, each block where its labels lie."""
        given = (self._model(tables, priors, block.question) for block in self._blocks)
        running = [
            self._cluster.submit(_em_block, held, table, _own(prior, block), pure=False)
            for held, block, (table, prior) in zip(self._held, self._blocks, given, strict=True)
        ]
        log_likelihood = 0.0
        for number, (block, found) in enumerate(zip(self._blocks, self._cluster.gather(running), strict=True)):
            posterior[block.low : block.high], self._counts[number], self._totals[number], part = found
            log_likelihood += part
        return self._reduce(), log_likelihood


def passes_on(cluster: Any) -> partial[ClusterPasses]:
    """Return what `fit` takes as `passes`."""
    return partial(ClusterPasses, cluster=cluster)


def _tasks_of(problem: Problem, block: Block) -> tuple[Any, Any, int]:
    """Return the labels of a block, numbered from its first task."""
    ends = problem.indptr[block.low : block.high + 1]
    return ends - ends[0], problem.code[ends[0] : ends[-1]], problem.least


def _own(prior: FloatArray, block: Block) -> FloatArray:
    """Return the priors of a block's own tasks, or the one of them all."""
    return prior if len(prior) == 1 else prior[block.low : block.high]


def _em_block(tasks: Any, table: FloatArray, prior: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, float]:
    """Run the E step of one block; return its posterior, counts, totals and log-likelihood."""
    from annotator.consensus.kernels import em_pass

    size, n_tasks = table.shape[1], len(tasks[0]) - 1
    posterior, counts, totals = np.empty((n_tasks, size)), np.empty(table.shape), np.empty(size)
    writable = tuple(np.require(part, requirements="W") if isinstance(part, np.ndarray) else part for part in tasks)
    found = em_pass(size)(writable, (np.array(table), np.array(prior)), posterior, (counts, totals), (0, n_tasks))
    return posterior, counts, totals, float(found)
