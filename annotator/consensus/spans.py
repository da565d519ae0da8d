"""Agreement on marked passages: token F1.

F1 between two annotators, each in turn taken for the truth, is the positive agreement of their tokens, and needs no count
of the tokens that nobody marked. Source: Hripcsak, G. & Rothschild, A. S. (2005). Agreement, the F-measure, and
Reliability in Information Retrieval. JAMIA 12(3):296-298.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
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


@dataclass(frozen=True, slots=True)
class MarkedTokens:
    """Answers and the tokens they mark, in whole numbers from 0.

    Answer `i` is that of `worker[i]` to `task[i]`, shapes (n_answers,), no two of them alike. Answer `answer[j]` marks
    `token[j]` of its task, shapes (n_marked,), once or more often; a token under two labels has two numbers.
    """

    task: NDArray[np.integer]
    worker: NDArray[np.integer]
    answer: NDArray[np.integer]
    token: NDArray[np.integer]


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
    answers = {answer: code for code, answer in enumerate(dict.fromkeys(answered))}
    answer, token = _marked(marks, answers, tokens)
    coded = MarkedTokens(
        _codes(task for task, _ in answers), _codes(worker for _, worker in answers), answer, _codes(token)
    )
    return token_f1_of_codes(coded, bootstrap=bootstrap, confidence=confidence, rng=rng)


def token_f1_of_codes(
    marked: MarkedTokens,
    *,
    bootstrap: int = 0,
    confidence: float = 0.95,
    rng: np.random.Generator | None = None,
) -> Agreement:
    """As `token_f1`, from codes: what many answers need."""
    n_answers = np.bincount(marked.task)
    shared = n_answers >= 2
    if not shared.any():
        return Agreement(None, None, None, 0, 0, 0, NO_PAIR)
    rows = _rows(marked, n_answers)[shared]
    kinds, times = np.unique(rows, axis=0, return_counts=True)
    found = bootstrap_interval(
        Kinds(kinds, times, _same),
        lambda sums: quotient(sums[..., 0], sums[..., 1]),
        Resampling(bootstrap, confidence, rng),
    )
    counted = (int(shared.sum()), int(n_answers[shared].sum()), len(np.unique(marked.worker[shared[marked.task]])))
    if np.isnan(found.value):
        return Agreement(None, None, None, *counted, NOTHING_MARKED)
    return Agreement(found.value, found.low, found.high, *counted)


def _rows(marked: MarkedTokens, n_answers: NDArray[np.int64]) -> FloatArray:
    """Return agreeing and possible pairs of each task from each mark's side, both over the number of others, shape (n_tasks, 2)."""
    width = int(marked.token.max(initial=0)) + 1
    once = np.unique(marked.answer.astype(np.int64) * width + marked.token)
    place = marked.task[once // width].astype(np.int64) * width + once % width
    places, by = np.unique(place, return_counts=True)
    task, n_tasks = places // width, len(n_answers)
    agreeing = np.bincount(task, by * (by - 1), minlength=n_tasks) / np.maximum(n_answers - 1, 1)
    return np.column_stack([agreeing, np.bincount(task, by, minlength=n_tasks)])


def _marked(
    marks: Sequence[Mark],
    answers: Mapping[tuple[Any, Any], int],
    tokens: Mapping[Any, Sequence[tuple[int, int]]] | None,
) -> tuple[NDArray[np.int64], list[tuple[str, int]]]:
    """Return each token that a mark touches: whose answer marks it, and its label and place."""
    answer: list[int] = []
    found: list[tuple[str, int]] = []
    for number, mark in enumerate(marks, start=1):
        if (mark.task, mark.worker) not in answers:
            raise InputError(f"belongs to no listed answer of task {mark.task!r}.", where=f"mark {number}")
        if not 0 <= mark.start < mark.end:
            raise InputError(f"covers {mark.start} to {mark.end}.", where=f"mark {number}", mend="Give start < end.")
        if tokens is not None and mark.task not in tokens:
            raise InputError(f"lies in task {mark.task!r}, which has no tokens.", where=f"mark {number}")
        places = range(mark.start, mark.end) if tokens is None else _touched(tokens[mark.task], mark)
        answer += [answers[mark.task, mark.worker]] * len(places)
        found += [(mark.label, place) for place in places]
    return np.array(answer, np.int64), found


def _touched(tokens: Sequence[tuple[int, int]], mark: Mark) -> range:
    bounds = np.asarray(tokens).reshape(-1, 2)
    first = int(np.searchsorted(bounds[:, 1], mark.start, side="right"))
    return range(first, int(np.searchsorted(bounds[:, 0], mark.end, side="left")))


def _codes(values: Iterable[Hashable]) -> NDArray[np.int64]:
    """Number values in the order in which each first comes."""
    known: dict[Hashable, int] = {}
    return np.array([known.setdefault(value, len(known)) for value in values], np.int64)


def _same(rows: NDArray[Any]) -> FloatArray:
    return np.asarray(rows, dtype=np.float64)
