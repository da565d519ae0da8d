"""Control items: which places of a person's stream they take, and how far an answer to one is right.

A control item is a posting whose answer is known: planted in a synthetic one, or decided in adjudication. Who gets which lives in
`dispensing`; what follows from the answers in `qualification` and `quality`.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from annotator.domain.errors import InputError
from annotator.domain.schema import Kind, Question, Schema

NEAR = 1
"""A rating this many steps off still counts as right: neighbours on the scale are a matter of judgement."""
SLIPS = 1
"""So many indicators may be missed, misread or marked without ground in an answer that still counts as right."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where control items stand: every one of the `first` places, then each place with the chance `rate`.

    Raises:
        InputError: a value is out of bounds.
    """

    first: int = 5
    rate: float = 0.1

    def __post_init__(self) -> None:
        if not 0 <= self.first <= 50:
            raise InputError(f"{self.first} is out of bounds.", where="control_first", mend="Give 0 to 50.")
        if not 0 <= self.rate <= 0.5:
            raise InputError(
                f"{self.rate} is out of bounds.", where="control_rate", mend="Give 0 to 0.5; 0 is none at all."
            )

    def is_control(self, key: bytes, person_id: str, place: int) -> bool:
        """Say whether a place (from 0) of a person's stream is for a control item; the same for ever, and only the key tells."""
        if self.rate == 0:
            return False
        return place < self.first or _draw(key, "place", person_id, str(place)) < self.rate


def order_of(key: bytes, person_id: str, item_id: str) -> float:
    """Return where a control item stands in a person's own order of them, from 0 to 1."""
    return _draw(key, "item", person_id, item_id)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an answer compares with what is expected.

    `steps` is how far the rating is off, None for "cannot tell"; `slips` are the indicators that were missed, misread or marked
    without ground, `tags` those ticked or left out by mistake.
    """

    steps: int | None
    slips: tuple[str, ...]
    tags: tuple[str, ...]

    @property
    def right(self) -> bool | None:
        """None for "cannot tell", which is never right or wrong. Tags are taught, and not tested."""
        if self.steps is None:
            return None
        return self.steps <= NEAR and len(self.slips) <= SLIPS


def compare(schema: Schema, expected: Mapping[str, str | None], given: Mapping[str, str | None]) -> Outcome:
    """Compare two answers as flat labels (see `answers.flat_labels`)."""
    return Outcome(
        steps=_steps(schema, expected, given),
        slips=_different(schema, Kind.SPANS, expected, given),
        tags=_different(schema, Kind.TAGS, expected, given),
    )


def clauses_of(schema: Schema, outcome: Outcome, expected: Mapping[str, str | None]) -> tuple[str, ...]:
    """Return the clauses of the guideline to read again: those of the slips, and the expected rating's where it was missed."""
    missed = {*outcome.slips, *outcome.tags}
    found = [
        choice.clause for q in schema.questions for choice in q.choices if choice.value in missed and choice.clause
    ]
    rating = schema.question(schema.rating.question)
    choice = rating.choice(expected[schema.rating.name] or "") if rating is not None else None
    if outcome.steps and choice is not None and choice.clause:
        found.append(choice.clause)
    return tuple(dict.fromkeys(found))


def _steps(schema: Schema, expected: Mapping[str, str | None], given: Mapping[str, str | None]) -> int | None:
    values, name = schema.rating.values, schema.rating.name
    answer, truth = given.get(name), expected.get(name)
    if answer not in values or truth not in values:
        return None
    return schema.rating.apart(values.index(answer), values.index(truth))


def _different(
    schema: Schema, kind: Kind, expected: Mapping[str, str | None], given: Mapping[str, str | None]
) -> tuple[str, ...]:
    names = [choice.value for question in schema.questions if question.kind is kind for choice in question.choices]
    return tuple(name for name in names if expected.get(name, _nothing(schema, name)) != given.get(name))


def _nothing(schema: Schema, name: str) -> str:
    """Return what a label that the expected answer leaves out stands for: not stated, not ticked."""
    question = next(q for q in schema.questions if q.choice(name) is not None)
    return _unmarked(question)


def _unmarked(question: Question) -> str:
    return question.unmarked if question.kind is Kind.SPANS else "no"


def _draw(key: bytes, *parts: str) -> float:
    """Return a number from 0 to 1 that only the holder of the key can tell."""
    digest = hmac.digest(key, "\0".join(parts).encode(), hashlib.sha256)
    return int.from_bytes(digest[:8], "big") / 2**64
