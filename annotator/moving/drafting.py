"""A first mapping, drafted from what an export holds: what is called alike is mapped, the rest is left for people to fill in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import yaml

from annotator.domain.schema import Kind, Schema
from annotator.moving.gathering import Gathered
from annotator.moving.mapping import targets

_LONG, _MANY = 60, 60  # a field with values longer than this, or more of them, is free text
_FIXED = (Kind.RATING, Kind.TAGS)

Fields = dict[str, dict[str, None]]
"""Values seen, by field, in the order in which they came."""


class Seen:
    """What an export says: fields with their values, passages with their labels, what is said about passages, people. `notes` are fields known to be free text."""

    def __init__(self) -> None:
        self.labels: Fields = {}
        self.passages: Fields = {}
        self.states: Fields = {}
        self.notes: dict[str, None] = {}
        self.people: dict[str, None] = {}

    def look(self, texts: Iterable[Gathered]) -> None:
        """Take in what texts hold."""
        for given in (given for text in texts for given in text.given.values()):
            self.people[given.person] = None
            for name, values in given.values.items():
                self.labels.setdefault(name, {}).update(dict.fromkeys(values))
            for mark in given.marks:
                self.passages.setdefault(mark.name, {})[mark.label] = None
                for name, values in mark.about.items():
                    self.states.setdefault(name, {}).update(dict.fromkeys(values))


def draft(tool: str, seen: Seen, schema: Schema, pseudonym: Callable[[str], str], text: str | None = None) -> str:
    """Return a mapping as YAML. What is not called alike is empty, which leaves it out until somebody fills it in."""
    free = {*seen.notes, *(name for name, values in seen.labels.items() if _is_free(values))}
    notes = targets(schema, (Kind.NOTE,))
    passages = {name: {v: _guess(schema, (Kind.SPANS,), v) for v in values} for name, values in seen.passages.items()}
    if seen.states:
        passages = {name: {v: t and t.rpartition("/")[0] for v, t in table.items()} for name, table in passages.items()}
    file: dict[str, Any] = {"from": tool, "ids": tool}
    if text is not None:
        file["text"] = text
    file["labels"] = {
        name: {value: _guess(schema, _FIXED, value, name) for value in values}
        for name, values in seen.labels.items()
        if name not in free
    }
    file["passages"] = passages
    file["states"] = {name: {v: s for v in values if (s := _state(schema, v))} for name, values in seen.states.items()}
    file["notes"] = {name: notes[0] if name in notes else None for name in sorted(free)}
    file["people"] = {who: pseudonym(who) for who in seen.people}
    kept = {name: part for name, part in file.items() if part not in ({}, None)}
    return _heading(schema) + yaml.safe_dump(kept, sort_keys=False, allow_unicode=True, width=1000)


def _heading(schema: Schema) -> str:
    lines = [
        "Which label of the other tool is which answer of ours. Empty leaves a label out.",
        f"labels may become: {', '.join(targets(schema, _FIXED))}",
        f"passages may become: {', '.join(targets(schema, (Kind.SPANS,))) or 'nothing'}",
        f"notes may become: {', '.join(targets(schema, (Kind.NOTE,))) or 'nothing'}",
        "people: keep this file as you keep the export; here they are known by these pseudonyms alone.",
    ]
    return "".join(f"# {line}\n" for line in lines)


def _is_free(values: dict[str, None]) -> bool:
    return len(values) > _MANY or any(len(value) > _LONG for value in values)


def _guess(schema: Schema, kinds: tuple[Kind, ...], value: str, name: str = "") -> str | None:
    """Return the target whose value or title is called alike; one of the question that the field is called like first."""
    found = []
    for question in schema.questions:
        if question.kind not in kinds:
            continue
        state = f"/{question.states[0].value}" if question.kind is Kind.SPANS and question.states else ""
        elsewhere = _plain(question.id) != _plain(name)
        found += [
            (elsewhere, f"{question.id}/{choice.value}{state}")
            for choice in question.choices
            if _plain(value) in {_plain(choice.value), _plain(choice.title)}
        ]
    return min(found, default=(True, None), key=lambda one: one[0])[1]


def _state(schema: Schema, value: str) -> str | None:
    states = (state for question in schema.questions for state in question.states)
    return next((s.value for s in states if _plain(value) in {_plain(s.value), _plain(s.title)}), None)


def _plain(words: str) -> str:
    return "".join(char for char in words.casefold() if char.isalnum())
