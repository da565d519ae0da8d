"""Labels grouped by task, and the passes over them: one problem, or several of like shape solved together.

A batch is several questions asked of the same workers with equally many classes. Its tasks stand one question after
another; each question has its own table and class totals. Passes run on threads, in blocks that depend on nothing but
the sizes, so that results are the same to the last bit on any number of cores.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from os import cpu_count
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from annotator.consensus.labels import IntArray, LabelMatrix
from annotator.domain.errors import InputError

FloatArray = NDArray[np.float64]

MAX_CELLS = 50_000_000
"""Confusion matrices with more entries than this (workers x classes x classes x questions) are refused."""

_BLOCK = 65_536  # labels in a block, at the least
_BLOCKS = 8  # blocks, at the most, for one question
_APART = 16  # numbers between what two threads write all the time: no cache line is shared


@dataclass(frozen=True, slots=True)
class Block:
    """Tasks `low` to `high`, all of one question."""

    low: int
    high: int
    question: int

    @property
    def span(self) -> tuple[int, int]:
        return self.low, self.high


@dataclass(frozen=True, slots=True)
class Sums:
    """What an M step needs: expected `counts` (Q, n_workers, K observed, K true) and class `totals` (Q, K)."""

    counts: FloatArray
    totals: FloatArray


@dataclass(frozen=True, slots=True)
class Problem:
    """`code[indptr[t]:indptr[t + 1]]` are the labels of task `t`, as `worker * n_classes + label`.

    `starts` (Q + 1,) says where each question's tasks begin. Tasks with fewer than `least` labels get a posterior but
    teach nothing.
    """

    indptr: IntArray
    code: IntArray
    starts: NDArray[np.int64]
    n_workers: int
    n_classes: int
    least: int

    @property
    def n_tasks(self) -> int:
        return len(self.indptr) - 1

    @property
    def n_questions(self) -> int:
        return len(self.starts) - 1

    @property
    def n_taught(self) -> int:
        """The number of labels in tasks that teach."""
        sizes = np.diff(self.indptr)
        return int(sizes[sizes >= self.least].sum())

    @classmethod
    def of(cls, matrices: Sequence[LabelMatrix], *, least: int) -> Problem:
        """Group labels by task. The matrices must share their workers and their number of classes."""
        from annotator.consensus.grouping import group_by_task

        first = matrices[0]
        cells = len(matrices) * first.n_workers * first.n_classes**2
        if cells > MAX_CELLS:
            raise InputError(
                f"{first.n_workers:,} workers with {first.n_classes:,} classes need {cells:,} confusion entries.",
                where="columns worker and label",
                mend="Are the classes right? Use majority, or fewer classes.",
            )
        grouped = [group_by_task(m) for m in matrices]
        starts = np.cumsum([0, *(m.n_tasks for m in matrices)])
        if len(grouped) == 1:
            indptr, code = grouped[0]
            return cls(indptr, code, starts, first.n_workers, first.n_classes, least)
        offsets = np.cumsum([0, *(m.n_labels for m in matrices[:-1])])
        ends = [ptr[1:] + offset for (ptr, _), offset in zip(grouped, offsets, strict=True)]
        indptr = np.concatenate([[0], *ends]).astype(np.int32)
        code = np.concatenate([code for _, code in grouped])
        return cls(indptr, code, starts, first.n_workers, first.n_classes, least)

    def blocks(self) -> list[Block]:
        """Return blocks of about equally many labels; no block spans two questions."""
        found = []
        rows = self.n_workers * self.n_classes * self.n_classes
        for question, (start, stop) in enumerate(pairwise(self.starts)):
            first, last = self.indptr[start], self.indptr[stop]
            number = int(np.clip((last - first) // max(_BLOCK, 4 * rows), 1, _BLOCKS))
            cuts = start + np.searchsorted(
                self.indptr[start:stop], first + (last - first) * np.arange(1, number) // number
            )
            edges = [int(start), *map(int, cuts), int(stop)]
            found += [Block(low, high, question) for low, high in pairwise(edges)]
        return found


class Passes:
    """Runs passes over a problem and sums what they find. One a fit: it owns the buffers and the threads."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self._blocks = problem.blocks()
        rows = problem.n_workers * problem.n_classes
        self._counts = np.empty((len(self._blocks), rows, problem.n_classes))
        self._totals = np.empty((len(self._blocks), problem.n_classes + _APART))[:, : problem.n_classes]
        many = len(self._blocks) > 1 and len(problem.code) > _BLOCK
        self._pool = ThreadPoolExecutor(min(len(self._blocks), cpu_count() or 1)) if many else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        if self._pool is not None:
            self._pool.shutdown()

    def votes(self, posterior: FloatArray) -> Sums:
        """Write shares of votes, shape (n_tasks, K), and return their sums."""
        from annotator.consensus.kernels import vote_pass

        run = vote_pass(self.problem.n_classes)
        self._each(lambda number, block: run(self._tasks, posterior, self._sums(number), block.span))
        return self._reduce()

    def sums(self, posterior: FloatArray) -> Sums:
        """Return the sums of a posterior that is given."""
        from annotator.consensus.kernels import expected_sums

        self._each(lambda number, block: expected_sums(self._tasks, posterior, self._sums(number), block.span))
        return self._reduce()

    def step(self, tables: FloatArray, priors: FloatArray, posterior: FloatArray) -> tuple[Sums, float]:
        """Run one E step, write the posterior, and return (sums, log-likelihood).

        `tables` are (Q, n_workers, K observed, K true); `priors` are (Q, K), or (n_tasks, K) of a single question.
        """
        from annotator.consensus.kernels import em_pass

        run = em_pass(self.problem.n_classes)

        def work(number: int, block: Block) -> float:
            model = self._model(tables, priors, block.question)
            return float(run(self._tasks, model, posterior, self._sums(number), block.span))

        log_likelihoods = self._each(work)
        return self._reduce(), sum(log_likelihoods)

    def held_out(self, tables: FloatArray, priors: FloatArray, temper: float, question: int) -> float:
        """Return the log-probability of a question's labels, each given the others of its task; see `held_out_score`."""
        from annotator.consensus.kernels import held_out_score

        table, prior = self._model(tables, priors, question)
        log_model = np.log(table), np.log(prior)

        def work(_: int, block: Block) -> float:
            if block.question != question:
                return 0.0
            return float(held_out_score(self._tasks, log_model, table, temper, block.span))

        return float(sum(self._each(work)))

    @property
    def _tasks(self) -> tuple[IntArray, IntArray, int]:
        return self.problem.indptr, self.problem.code, self.problem.least

    def _sums(self, number: int) -> tuple[FloatArray, FloatArray]:
        return self._counts[number], self._totals[number]

    def _model(self, tables: FloatArray, priors: FloatArray, question: int) -> tuple[FloatArray, FloatArray]:
        """Priors stand one a question, or, of a single question, one a task."""
        own = priors[question : question + 1] if len(priors) == self.problem.n_questions else priors
        return tables[question].reshape(-1, self.problem.n_classes), own

    def _each(self, work: Callable[[int, Block], Any]) -> list[Any]:
        numbers = range(len(self._blocks))
        return list(
            map(work, numbers, self._blocks) if self._pool is None else self._pool.map(work, numbers, self._blocks)
        )

    def _reduce(self) -> Sums:
        problem = self.problem
        first = np.searchsorted([block.question for block in self._blocks], np.arange(problem.n_questions))
        counts = np.add.reduceat(self._counts, first, axis=0)
        shape = (problem.n_questions, problem.n_workers, problem.n_classes, problem.n_classes)
        return Sums(counts.reshape(shape), np.add.reduceat(self._totals, first, axis=0))
