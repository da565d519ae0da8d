"""What a volunteer said of one item, once checked against the schema, and the flat labels it comes down to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from annotator.domain.schema import Kind, Question, Schema


@dataclass(frozen=True, slots=True)
class Span:
    """A marked passage. Offsets are in code points of the item's text, `end` exclusive."""

    question: str
    label: str
    state: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One checked answer: chosen values by question, passages, notes."""

    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    spans: tuple[Span, ...] = ()
    notes: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "choices": {name: list(values) for name, values in self.choices.items()},
            "spans": [
                {
                    "question": s.question,
                    "label": s.label,
                    "state": s.state,
                    "start": s.start,
                    "end": s.end,
                    "text": s.text,
                }
                for s in self.spans
            ],
            "notes": dict(self.notes),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Answer:
        """Read what `to_json` wrote."""
        return cls(
            choices={name: tuple(values) for name, values in data["choices"].items()},
            spans=tuple(Span(**span) for span in data["spans"]),
            notes=dict(data["notes"]),
        )


def flat_labels(schema: Schema, answer: Answer) -> dict[str, str | None]:
    """Return one value a `LabelSpec` of the schema; None where the answer is missing (cannot tell, not asked)."""
    labels: dict[str, str | None] = {}
    for question in schema.questions:
        labels.update(_question_labels(question, answer))
    return labels


def cannot_tell(schema: Schema, answer: Answer) -> bool:
    """Say whether the volunteer chose a `missing` choice in any rating."""
    return any(
        choice.missing and choice.value in answer.choices.get(question.id, ())
        for question in schema.questions
        for choice in question.choices
    )


def _question_labels(question: Question, answer: Answer) -> dict[str, str | None]:
    chosen = answer.choices.get(question.id, ())
    if question.kind is Kind.RATING:
        known = {choice.value for choice in question.choices if not choice.missing}
        return {question.id: next((value for value in chosen if value in known), None)}
    if question.kind is Kind.TAGS:
        return {choice.value: "yes" if choice.value in chosen else "no" for choice in question.choices}
    if question.kind is Kind.SPANS:
        return {choice.value: _state(question, choice.value, answer) for choice in question.choices}
    return {}


def _state(question: Question, label: str, answer: Answer) -> str:
    """A choice marked with several states takes the first in the schema's order: a text that shows it shows it."""
    marked = {span.state for span in answer.spans if span.question == question.id and span.label == label}
    return next((state for state in question.state_values if state in marked), question.unmarked)
