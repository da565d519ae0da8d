"""The single items of a Label Studio result: their form, and the readers of their values. What items mean together is not here."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from annotator.domain.errors import InputError
from annotator.domain.schema import Kind, Question, Schema
from annotator.studio.label_config import state_name

T = TypeVar("T")

ORIGINS = frozenset({"manual", "prediction", "prediction-changed"})

_KEYS = frozenset({"id", "from_name", "to_name", "type", "value", "origin", "score", "readonly"})
_REQUIRED_KEYS = ("id", "from_name", "to_name", "type", "value")
_PLACE = frozenset({"start", "end", "text"})
_TYPES = {Kind.RATING: "choices", Kind.TAGS: "choices", Kind.SPANS: "labels", Kind.NOTE: "textarea"}
_VALUE_KEYS = {"choices": frozenset({"choices"}), "labels": frozenset({"labels"}), "textarea": frozenset({"text"})}
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_INVISIBLE = re.compile(r"\s|\\n")


@dataclass(frozen=True, slots=True)
class Item:
    """One item whose control, type and keys are known to be right; `where` is its place, such as `result[3]`."""

    where: str
    id: str
    question: Question
    is_state: bool
    value: Mapping[str, Any]

    @property
    def key(self) -> tuple[str, str]:
        """What a passage and its state have in common: question and id."""
        return self.question.id, self.id

    def values(self, field: str, known: Sequence[str]) -> list[str]:
        """Return the chosen values, each known and given once."""
        where = f"{self.where}.value.{field}"
        chosen: list[Any] = _typed(self.value[field], list, where, "a list of values")
        for n, value in enumerate(chosen):
            if not isinstance(value, str) or value not in known:
                raise InputError(
                    "Not a value of the guideline.", where=f"{where}[{n}]", mend=f"Use {', '.join(known)}."
                )
            if value in chosen[:n]:
                raise InputError("A value is given twice.", where=f"{where}[{n}]", mend="Give it once.")
        return chosen

    def place(self, text: str) -> tuple[int, int]:
        """Return start and end in code points, where the posting holds what `value.text` says it does."""
        start, end = (_whole_number(self.value[name], f"{self.where}.value.{name}") for name in ("start", "end"))
        if not 0 <= start < len(text):
            raise InputError(
                "Outside the posting.", where=f"{self.where}.value.start", mend=f"It has {len(text)} code points."
            )
        if not start < end <= len(text):
            mend = f"The end lies after the start and at most at {len(text)}, the posting's length in code points."
            raise InputError("Not an end of this passage.", where=f"{self.where}.value.end", mend=mend)
        where = f"{self.where}.value.text"
        words = _typed(self.value["text"], str, where, "the marked words")
        marked = text[start:end]
        too_long = len(words) > 2 * len(marked)  # a line end takes the editor two characters, nothing takes more
        if too_long or not marked.strip() or not same_words(words, marked):
            mend = "Count Unicode code points, not UTF-16 units or bytes, and mark at least one word."
            raise InputError("Not the words at these offsets of the posting.", where=where, mend=mend)
        return start, end

    def note(self) -> str:
        """Return the note, within its length and storable as text."""
        where = f"{self.where}.value.text"
        lines: list[Any] = _typed(self.value["text"], list, where, "a list with the note in it")
        if len(lines) > 1:
            raise InputError("More than one note.", where=where, mend="Write one.")
        note = "".join(_typed(line, str, f"{where}[0]", "text") for line in lines)
        if len(note) > self.question.max_length:
            mend = f"Keep it to {self.question.max_length} characters."
            raise InputError("The note is too long.", where=f"{where}[0]", mend=mend)
        if _UNPRINTABLE.search(note):
            raise InputError("The note holds a control character.", where=f"{where}[0]", mend="Type it again without.")
        return note


def read_items(schema: Schema, result: Sequence[Any]) -> list[Item]:
    """Return the items of a result, each of a form that the schema asks for. Raises `InputError` with its place."""
    controls = {question.id: (question, False) for question in schema.questions}
    for question in schema.questions:
        if question.states:
            controls[state_name(question.id)] = (question, True)
    return [_read_item(controls, schema.media.value, raw, f"result[{at}]") for at, raw in enumerate(result)]


def same_words(one: str, other: str) -> bool:
    """Say whether two passages differ in nothing but white space, and line ends written as the editor does."""
    return _visible(one) == _visible(other)


def _read_item(controls: Mapping[str, tuple[Question, bool]], about: str, raw: Any, where: str) -> Item:
    item: dict[Any, Any] = _typed(raw, dict, where, "an object")
    _check_keys(item, _REQUIRED_KEYS, _KEYS, where)
    name = item["from_name"]
    if not isinstance(name, str) or name not in controls:
        mend = f"Use {', '.join(controls)}."
        raise InputError("No such question in the guideline.", where=f"{where}.from_name", mend=mend)
    question, is_state = controls[name]
    type_ = "choices" if is_state else _TYPES[question.kind]
    if item["type"] != type_:
        raise InputError("Not the type of this question.", where=f"{where}.type", mend=f"Use {type_}.")
    if item["to_name"] != about:
        raise InputError("Not what is labelled.", where=f"{where}.to_name", mend=f"Use {about}.")
    _check_extras(item, where)
    value: dict[Any, Any] = _typed(item["value"], dict, f"{where}.value", "an object")
    keys = _VALUE_KEYS[type_] | (_PLACE if question.kind is Kind.SPANS else frozenset())
    _check_keys(value, sorted(keys), keys, f"{where}.value")
    return Item(where, item["id"], question, is_state, value)


def _check_keys(item: Mapping[Any, Any], required: Sequence[str], allowed: frozenset[str], where: str) -> None:
    missing = next((key for key in required if key not in item), None)
    if missing:
        raise InputError("A key is missing.", where=f"{where}.{missing}", mend="Send what the editor serialises.")
    if any(key not in allowed for key in item):
        raise InputError("A key that is not asked for.", where=where, mend=f"Send only {', '.join(sorted(allowed))}.")


def _check_extras(item: Mapping[str, Any], where: str) -> None:
    if not (isinstance(item["id"], str) and _ID.fullmatch(item["id"])):
        raise InputError("Not an id.", where=f"{where}.id", mend="Use 1 to 64 letters, digits, - or _.")
    origin = item.get("origin", "manual")
    if not isinstance(origin, str) or origin not in ORIGINS:
        raise InputError("Not an origin.", where=f"{where}.origin", mend=f"Use {', '.join(sorted(ORIGINS))}.")
    score = item.get("score")
    if score is not None and not (_is_number(score) and math.isfinite(score)):
        raise InputError("Not a score.", where=f"{where}.score", mend="Send a finite number or leave it out.")
    if not isinstance(item.get("readonly", False), bool):
        raise InputError("Not true or false.", where=f"{where}.readonly", mend="Leave it out.")


def _visible(words: str) -> str:
    return _INVISIBLE.sub("", words)


def _whole_number(value: Any, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise InputError("Not a whole number.", where=where, mend="Count code points from 0.")
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _typed(value: Any, type_: type[T], where: str, name: str) -> T:
    if not isinstance(value, type_):
        raise InputError(f"Not {name}.", where=where, mend="Send what the editor serialises.")
    return value
