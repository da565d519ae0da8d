"""Recorded answers given out again, one by one: the two protocols, alike for every policy that is compared.

`item`: the policy names an item, and the item's next recorded answer comes, in an order drawn beforehand. `person`: people
arrive in an order drawn beforehand, each as often as they answered, and the policy names one of the items that this person
answered. The draws depend on the seed alone, so two policies with the same seed meet the same orders. No recorded answer is
given twice. What a policy makes of the answers does not live here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from active_learning.arrays import IntArray
from annotator.consensus.labels import LabelMatrix
from annotator.domain.errors import InputError


class Protocol(StrEnum):
    ITEM = "item"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Question:
    """Someone to ask: which of `candidates` (items, ascending) shall it be? `person` is None where nobody knows who answers."""

    candidates: IntArray
    person: int | None


@dataclass(frozen=True, slots=True)
class Answer:
    """A recorded answer; `row` is its place in the label matrix."""

    row: int
    item: int
    person: int
    label: int


class Replay(ABC):
    """One campaign over a label matrix. `ask`, then `answer`, until `ask` returns None."""

    def __init__(self, labels: LabelMatrix) -> None:
        self.labels = labels
        self.given = 0

    @abstractmethod
    def ask(self) -> Question | None:
        """Return the next question; None when every recorded answer was given."""

    @abstractmethod
    def answer(self, item: int) -> Answer:
        """Return an answer for one of the candidates. Raises `InputError` for another item."""

    def _record(self, row: int) -> Answer:
        self.given += 1
        of = self.labels
        return Answer(row, int(of.task[row]), int(of.worker[row]), int(of.label[row]))


class ItemReplay(Replay):
    """The policy names an item; its answers come in an order drawn beforehand."""

    def __init__(self, labels: LabelMatrix, rng: np.random.Generator) -> None:
        super().__init__(labels)
        self._rows, self._next, self._stop = _grouped(labels.task, labels.n_tasks, rng)
        self._open = np.flatnonzero(self._next < self._stop)

    def ask(self) -> Question | None:
        return Question(self._open, None) if len(self._open) else None

    def answer(self, item: int) -> Answer:
        if not 0 <= item < len(self._next) or self._next[item] >= self._stop[item]:
            raise _not_open(item)
        row = int(self._rows[self._next[item]])
        self._next[item] += 1
        if self._next[item] == self._stop[item]:
            self._open = self._open[self._open != item]
        return self._record(row)


class PersonReplay(Replay):
    """People come in the order of a random permutation of all answers; the policy names one of their items."""

    def __init__(self, labels: LabelMatrix, rng: np.random.Generator) -> None:
        super().__init__(labels)
        self._arrivals = labels.worker[rng.permutation(labels.n_labels)]
        rows, start, stop = _grouped(labels.worker, labels.n_workers, rng)
        rows = rows[np.lexsort((labels.task[rows], labels.worker[rows]))]
        self._rows = [rows[start[person] : stop[person]] for person in range(labels.n_workers)]

    def ask(self) -> Question | None:
        if self.given == len(self._arrivals):
            return None
        person = int(self._arrivals[self.given])
        return Question(self.labels.task[self._rows[person]], person)

    def answer(self, item: int) -> Answer:
        person = int(self._arrivals[self.given])
        rows = self._rows[person]
        place = int(np.searchsorted(self.labels.task[rows], item))
        if place == len(rows) or self.labels.task[rows[place]] != item:
            raise _not_open(item)
        self._rows[person] = np.delete(rows, place)
        return self._record(int(rows[place]))


def replay(labels: LabelMatrix, protocol: Protocol, rng: np.random.Generator) -> Replay:
    """Return a fresh replay of the protocol."""
    return ItemReplay(labels, rng) if protocol is Protocol.ITEM else PersonReplay(labels, rng)


def _grouped(group: NDArray[np.integer], size: int, rng: np.random.Generator) -> tuple[IntArray, IntArray, IntArray]:
    """Return rows by group, at random within each, and where each group's begin and end."""
    rows = np.lexsort((rng.random(len(group)), group))
    edges = np.searchsorted(group[rows], np.arange(size + 1))
    return rows, edges[:-1].copy(), edges[1:].copy()


def _not_open(item: int) -> InputError:
    return InputError(f"item {item} is not among the candidates.", where="answer", mend="Name one that was asked for.")
