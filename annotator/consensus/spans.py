"""Agreement on marked passages: token F1.

F1 between two annotators, each in turn taken for the truth, is the positive agreement of their tokens, and needs no count
of the tokens that nobody marked. Source: Hripcsak, G. & Rothschild, A. S. (2005). Agreement, the F-measure, and
Reliability in Information Retrieval. JAMIA 12(3):296-298.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotator.consensus.agreement import NO_PAIR, Agreement
from annotator.consensus.bootstrap import Kinds, Resampling, bootstrap_interval
from annotator.consensus.metric import FloatArray, quotient
from annotator.domain.errors import InputError

NOTHING_MARKED = "nobody marked anything where two answered"


@dataclass(frozen=True, slots=True)
class Mark:
    """A marked passage: characters `start` to `end` (exclusive) of the text of `task`, marked by `worker` as `label`."""

    task: Any
    worker: Any
    label: str
    start: int
    end: int


def token_f1(
    marks: Sequence[Mark],
    answered: Sequence[tuple[Any, Any]],
    *,
    tokens: Mapping[Any, Sequence[tuple[int, int]]] | None = None,
    bootstrap: int = 0,
    confidence: float = 0.95,
    rng: np.random.Generator | None = None,
) -> Agreement:
    """Return the F1 of marked tokens between each two who answered an item, each mark weighing alike.

    `answered` lists each (task, worker) that gave an answer, with or without a mark. `tokens` gives the (start, end) of
    the tokens of each task, in order; a token counts as marked where a mark touches it. Without `tokens` each character
    is one. A token marked with two labels is two. `n_labels` counts answers. Undefined where no item has two answers,
    and where nobody marked anything in those. Raises `InputError` for marks of an answer that is not listed, for empty
    marks, and for a task without tokens.
    """
    resampling = Resampling(bootstrap, confidence, rng)
    answers: dict[Any, set[Any]] = {}
    for task, worker in answered:
        answers.setdefault(task, set()).add(worker)
    counts = _token_counts(marks, answers, tokens)
    shared = [task for task, workers in answers.items() if len(workers) > 1]
    if not shared:
        return Agreement(None, None, None, 0, 0, 0, NO_PAIR)
    rows = np.array([_row(counts.get(task, {}), len(answers[task])) for task in shared])
    kinds, times = np.unique(rows, axis=0, return_counts=True)
    found = bootstrap_interval(
        Kinds(kinds, times, _same), lambda sums: quotient(sums[..., 0], sums[..., 1]), resampling
    )
    n_labels = sum(len(answers[task]) for task in shared)
    n_raters = len(set().union(*(answers[task] for task in shared)))
    if np.isnan(found.value):
        return Agreement(None, None, None, len(shared), n_labels, n_raters, NOTHING_MARKED)
    return Agreement(found.value, found.low, found.high, len(shared), n_labels, n_raters)


def _token_counts(
    marks: Sequence[Mark], answers: Mapping[Any, set[Any]], tokens: Mapping[Any, Sequence[tuple[int, int]]] | None
) -> dict[Any, dict[tuple[str, int], set[Any]]]:
    """Return who marked each (label, token) of each task."""
    found: dict[Any, dict[tuple[str, int], set[Any]]] = {}
    for number, mark in enumerate(marks, start=1):
        if mark.worker not in answers.get(mark.task, ()):
            raise InputError(f"belongs to no listed answer of task {mark.task!r}.", where=f"mark {number}")
        if not 0 <= mark.start < mark.end:
            raise InputError(f"covers {mark.start} to {mark.end}.", where=f"mark {number}", mend="Give start < end.")
        if tokens is not None and mark.task not in tokens:
            raise InputError(f"lies in task {mark.task!r}, which has no tokens.", where=f"mark {number}")
        who = found.setdefault(mark.task, {})
        for token in range(mark.start, mark.end) if tokens is None else _touched(tokens[mark.task], mark):
            who.setdefault((mark.label, token), set()).add(mark.worker)
    return found


def _touched(tokens: Sequence[tuple[int, int]], mark: Mark) -> range:
    bounds = np.asarray(tokens).reshape(-1, 2)
    first = int(np.searchsorted(bounds[:, 1], mark.start, side="right"))
    return range(first, int(np.searchsorted(bounds[:, 0], mark.end, side="left")))


def _row(marked: Mapping[tuple[str, int], set[Any]], n_answers: int) -> tuple[float, float]:
    """Return agreeing and possible pairs from each mark's side, both over the number of others."""
    sizes = np.array([len(workers) for workers in marked.values()])
    return float((sizes * (sizes - 1)).sum()) / (n_answers - 1), float(sizes.sum())


def _same(rows: NDArray[Any]) -> FloatArray:
    return np.asarray(rows, dtype=np.float64)
