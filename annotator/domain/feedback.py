"""An answer beside what the guideline expects, question by question, and the posting cut at its passages: what a person reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from annotator.domain.controls import Outcome, compare
from annotator.domain.schema import Choice, Kind, Question, Schema
from annotator.domain.words import Words, worded

Labels = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Row:
    """One question or indicator: what was said and what is expected, in the words of the guideline. `quotes` show it."""

    title: str
    given: Words | str
    expected: Words | str
    right: bool
    clause: str
    quotes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the posting; `marks` are (title, state) of the passages that cover it."""

    text: str
    marks: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    outcome: Outcome
    rows: tuple[Row, ...]
    pieces: tuple[Piece, ...]


def comparison(
    schema: Schema, text: str, expected: Labels, spans: Sequence[Mapping[str, Any]], given: Labels
) -> Comparison:
    """Compare an answer with what is expected; of indicators and tags, only those that either mentions have a row."""
    outcome = compare(schema, expected, given)
    rows = []
    for question in schema.questions:
        if question.kind is Kind.RATING:
            rows.append(_rating(question, expected, given, outcome))
        elif question.kind in (Kind.SPANS, Kind.TAGS):
            rows += _choices(question, text, expected, spans, given)
    return Comparison(outcome, tuple(rows), tuple(_pieces(schema, text, spans)))


def _rating(question: Question, expected: Labels, given: Labels, outcome: Outcome) -> Row:
    wanted = _title(question, expected.get(question.id))
    said = _title(question, given.get(question.id)) or worded("Cannot tell")
    choice = question.choice(expected.get(question.id) or "")
    return Row(question.title, said, wanted, outcome.steps == 0, choice.clause if choice else "")


def _choices(
    question: Question, text: str, expected: Labels, spans: Sequence[Mapping[str, Any]], given: Labels
) -> list[Row]:
    nothing = question.unmarked if question.kind is Kind.SPANS else "no"
    rows = []
    for choice in question.choices:
        wanted, said = expected.get(choice.value) or nothing, given.get(choice.value) or nothing
        if wanted == said == nothing:
            continue
        quotes = tuple(text[span["start"] : span["end"]] for span in spans if span["label"] == choice.value)
        words = (_word(question, said), _word(question, wanted))
        rows.append(Row(choice.title, *words, said == wanted, choice.clause, quotes))
    return rows


def _word(question: Question, value: str) -> Words | str:
    if question.kind is Kind.TAGS:
        return worded("ticked") if value == "yes" else worded("not ticked")
    return next((state.title.lower() for state in question.states if state.value == value), value)


def _title(question: Question, value: str | None) -> str:
    choice = question.choice(value or "")
    return choice.title if choice is not None else ""


def _pieces(schema: Schema, text: str, spans: Sequence[Mapping[str, Any]]) -> list[Piece]:
    titles = _titles(schema)
    edges = sorted({0, len(text), *(span["start"] for span in spans), *(span["end"] for span in spans)})
    pieces = []
    for start, end in pairwise(edges):
        over = [span for span in spans if span["start"] <= start and end <= span["end"]]
        marks = tuple((titles[span["label"]].title, span["state"]) for span in over if span["label"] in titles)
        pieces.append(Piece(text[start:end], marks))
    return pieces


def _titles(schema: Schema) -> dict[str, Choice]:
    return {choice.value: choice for q in schema.questions if q.kind is Kind.SPANS for choice in q.choices}
