"""How far people mark the same passages: token F1 of each kind of passage that the guideline asks for, and of all together.

A kind is a choice in one state, such as a fee that is contradicted. As everywhere, only answers to an item under one guideline
version are compared, and what a kind's figure rests on are the items of which somebody marked it.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import numpy as np
import orjson
from numpy.typing import NDArray
from sqlmodel import Session

from annotator.consensus.agreement import NO_PAIR, Agreement
from annotator.consensus.spans import NOTHING_MARKED, MarkedTokens, token_f1_of_codes
from annotator.domain.schema import Schema
from annotator.insight.agreement import BOOTSTRAP, SEED
from annotator.insight.labels import factorised
from annotator.storage import annotation_log, learning
from exports.spans import touched

_BATCH = 1_000  # items whose texts are held at once
_Mark = tuple[int, int, int]  # kind, start, end
_Marked = dict[str, list[tuple[int, list[_Mark]]]]  # by item: each answer that marks something in it, and what


@dataclass(frozen=True, slots=True)
class PassageAgreement:
    """Token F1 of the passages marked as a choice in a state."""

    label: str
    state: str
    agreement: Agreement


@dataclass(frozen=True, slots=True)
class Passages:
    """F1 of all passages together and of each kind, in the guideline's order; neither where it asks for none. `answers` is how many
    answers count.
    """

    schema: Schema
    at: datetime
    answers: int
    together: Agreement | None
    kinds: list[PassageAgreement]

    @classmethod
    def read(cls, session: Session, schema: Schema, project_id: str, at: datetime) -> Passages:
        """Read every passage of items that are not withdrawn or quarantined; the same answers give the same intervals."""
        question = schema.spans
        if question is None:
            return cls(schema, at, annotation_log.mark(session, project_id)[0], None, [])
        kinds = [(choice.value, state) for choice in question.choices for state in question.state_values]
        marks = _Marks.read(session, project_id, kinds)
        by_kind = [PassageAgreement(*kind, marks.f1(marks.kind == code)) for code, kind in enumerate(kinds)]
        return cls(schema, at, len(marks.unit), marks.f1(np.ones(len(marks.kind), dtype=bool)), by_kind)


@dataclass(frozen=True, slots=True)
class _Marks:
    """Answer `i` is that of `person[i]` to `unit[i]`, `paired[i]` whether somebody else answered that too. Of those that are,
    `answer[j]` marks the word that begins at `start[j]` as `kind[j]`.
    """

    unit: NDArray[np.int64]
    person: NDArray[np.integer]
    paired: NDArray[np.bool_]
    answer: NDArray[np.int64]
    start: NDArray[np.int64]
    kind: NDArray[np.int64]

    @classmethod
    def read(cls, session: Session, project_id: str, kinds: Sequence[tuple[str, str]]) -> _Marks:
        items, people, versions, passages = annotation_log.span_columns(session, project_id)
        unit, paired = _units(items, versions)
        which, texts = factorised(passages)
        marks = _known_marks(texts, kinds)
        of_item: _Marked = {}
        for row, text in enumerate(which.tolist()):
            if marks[text] and paired[row]:
                of_item.setdefault(items[row], []).append((row, marks[text]))
        made, starts = array("q"), array("q")
        for row, kind, words in _words(session, of_item):
            made.extend((row, kind, len(words)))
            starts.extend(words)
        answer, code, times = np.array(made, np.int64).reshape(-1, 3).T
        start = np.array(starts, np.int64)
        return cls(unit, factorised(people)[0], paired, answer.repeat(times), start, code.repeat(times))

    def f1(self, chosen: NDArray[np.bool_]) -> Agreement:
        """Return F1 of the chosen marks over the units that have any."""
        answer = self.answer[chosen]
        if not len(answer):
            return Agreement(None, None, None, 0, 0, 0, NOTHING_MARKED if self.paired.any() else NO_PAIR)
        counts = np.zeros(len(self.unit), dtype=bool)  # a unit's code is less than the number of answers
        counts[self.unit[answer]] = True
        rows = np.flatnonzero(counts[self.unit])
        _, task = np.unique(self.unit[rows], return_inverse=True)
        token = self.start[chosen] * (self.kind.max() + 1) + self.kind[chosen]
        marked = MarkedTokens(task, self.person[rows], np.searchsorted(rows, answer), token)
        return token_f1_of_codes(marked, bootstrap=BOOTSTRAP, rng=np.random.default_rng(SEED))


def _units(items: Sequence[str], versions: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the unit of each answer, and whether another answer is of the same."""
    (item, item_ids), (version, _) = factorised(items), factorised(versions)
    key = version.astype(np.int64) * len(item_ids) + item
    _, unit, size = np.unique(key, return_inverse=True, return_counts=True)
    return unit, size[unit] >= 2


def _known_marks(texts: Iterable[str], kinds: Sequence[tuple[str, str]]) -> list[list[_Mark]]:
    """Read lists of passages; those of a kind that the guideline no longer asks for are left out."""
    codes = {kind: code for code, kind in enumerate(kinds)}
    return [
        [
            (codes[kind], span["start"], span["end"])
            for span in orjson.loads(text)
            if (kind := (span["label"], span["state"])) in codes
        ]
        for text in texts
    ]


def _words(session: Session, of_item: _Marked) -> Iterator[tuple[int, int, tuple[int, ...]]]:
    """Yield the answer, the kind, and where each word begins that the mark touches, for every mark."""
    begins = lru_cache(_BATCH)(_begins)  # people mark the same passages of an item
    ids = list(of_item)
    for first in range(0, len(ids), _BATCH):
        for item_id, text in learning.texts(session, ids[first : first + _BATCH]).items():
            for row, marks in of_item[item_id]:
                for kind, start, end in marks:
                    yield row, kind, begins(text, start, end)


def _begins(text: str, start: int, end: int) -> tuple[int, ...]:
    return tuple([begin for begin, _ in touched(text, start, end)])
