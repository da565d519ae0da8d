"""Label Studio results ↔ checked answers. Label Studio itself checks nothing here, so every part of a result is held against
the schema and the posting, and whatever is not asked for is refused.

As measured in the editor 1.23.2: `start` and `end` count Unicode code points, not UTF-16 units; `value.text` is what the
browser shows, with white space run together and line ends written as a backslash and an n; the state of a marked passage is
an item of its own that repeats the passage's `id`, `start`, `end` and `text`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from annotator.domain.answers import Answer, Span
from annotator.domain.errors import InputError
from annotator.domain.schema import MARKED, Kind, Question, Schema
from annotator.studio.label_config import state_name
from annotator.studio.result_items import Item, read_items, same_words

MAX_ITEMS = 400
"""Items a result may have: some two hundred passages with their states, far more than any posting calls for."""


@dataclass(frozen=True, slots=True)
class _Passage:
    """A marked passage before its state is known."""

    item: Item
    label: str
    start: int
    end: int


def parse_result(schema: Schema, text: str, result: Sequence[Any]) -> Answer:
    """Return the answer that a Label Studio result of this posting gives.

    Choices come in the schema's order, passages by place; the same passage marked twice in the same way counts once, and a
    blank note is none. Raises `InputError` with the place (`result[3].value.end`) for anything that the schema or the posting
    does not allow; messages never repeat what was sent.
    """
    if not isinstance(result, list):
        raise InputError("A result is a list.", where="result", mend="Send the list that the editor serialises.")
    if len(result) > MAX_ITEMS:
        raise InputError(f"More than {MAX_ITEMS} items.", where="result", mend="Mark fewer passages.")
    items = read_items(schema, result)
    once = _once_each(item for item in items if item.question.kind is not Kind.SPANS)
    answer = Answer(
        choices={name: chosen for name, item in once.items() if (chosen := _chosen(item))},
        spans=_spans(schema, text, items),
        notes={name: note for name, item in once.items() if (note := _note(item))},
    )
    _check_required(schema, answer)
    return answer


def to_result(schema: Schema, text: str, answer: Answer) -> list[dict[str, Any]]:
    """Return the Label Studio result that gives this answer; `parse_result` of it is the answer again.

    Ids are made from places in the answer, so the same answer gives the same result. Raises `InputError` where the answer does
    not fit the schema or the posting.
    """
    result = [item for n, span in enumerate(answer.spans) for item in _span_items(text, span, f"passage-{n}")]
    for name, values in answer.choices.items():
        result.append(_item(name, name, "choices", {"choices": list(values)}))
    for name, note in answer.notes.items():
        result.append(_item(name, name, "textarea", {"text": [note]}))
    result = [item | {"to_name": schema.media.value} for item in result]
    parse_result(schema, text, result)
    return result


def _once_each(items: Iterable[Item]) -> dict[str, Item]:
    once: dict[str, Item] = {}
    for item in items:
        if item.question.id in once:
            raise InputError(
                f"{item.question.title} is answered twice.", where=item.where, mend="Give one answer to each question."
            )
        once[item.question.id] = item
    return once


def _chosen(item: Item) -> tuple[str, ...]:
    if item.question.kind not in {Kind.RATING, Kind.TAGS}:
        return ()
    known = [choice.value for choice in item.question.choices]
    values = item.values("choices", known)
    if item.question.kind is Kind.RATING and len(values) > 1:
        raise InputError("A rating is one choice.", where=f"{item.where}.value.choices", mend="Choose one.")
    return tuple(value for value in known if value in values)


def _note(item: Item) -> str:
    return item.note().strip() if item.question.kind is Kind.NOTE else ""


def _spans(schema: Schema, text: str, items: Sequence[Item]) -> tuple[Span, ...]:
    passages = _passages(text, items)
    states = _states(text, items, passages)
    found: dict[tuple[str, str, int, int], Span] = {}
    for key, passage in passages.items():
        question = passage.item.question
        state = states.get(key) if question.states else MARKED
        if state is None:
            names = " or ".join(state.title.lower() for state in question.states)
            raise InputError(
                f"A marked passage has no state: say whether it is {names}.",
                where=passage.item.where,
                mend=f"Choose {names} for it, or remove the mark.",
            )
        place = (question.id, passage.label, passage.start, passage.end)
        span = Span(question.id, passage.label, state, passage.start, passage.end, text[passage.start : passage.end])
        if found.setdefault(place, span) != span:
            raise InputError(
                "The same words are marked twice for one indicator, with different states.",
                where=passage.item.where,
                mend="Keep one of the two marks.",
            )
    return tuple(sorted(found.values(), key=lambda span: _order(schema, span)))


def _passages(text: str, items: Sequence[Item]) -> dict[tuple[str, str], _Passage]:
    """The marked passages by question and id."""
    passages: dict[tuple[str, str], _Passage] = {}
    for item in items:
        if item.question.kind is not Kind.SPANS or item.is_state:
            continue
        labels = item.values("labels", [choice.value for choice in item.question.choices])
        if len(labels) != 1:
            mend = "Pick an indicator; mark the words once more for another."
            raise InputError("A passage shows one indicator.", where=f"{item.where}.value.labels", mend=mend)
        if item.key in passages:
            mend = "Give every passage an id of its own."
            raise InputError("Two passages have the same id.", where=f"{item.where}.id", mend=mend)
        start, end = item.place(text)
        passages[item.key] = _Passage(item, labels[0], start, end)
    return passages


def _states(
    text: str, items: Sequence[Item], passages: Mapping[tuple[str, str], _Passage]
) -> dict[tuple[str, str], str]:
    """The state of each passage that has one, by question and id."""
    states: dict[tuple[str, str], str] = {}
    for item in items:
        if not item.is_state:
            continue
        passage = passages.get(item.key)
        if passage is None:
            mend = "Send it with the id of a marked passage, or leave it out."
            raise InputError("A state without its passage.", where=f"{item.where}.id", mend=mend)
        if item.place(text) != (passage.start, passage.end):
            mend = f"Use the start and end of {passage.item.where}."
            raise InputError("A state lies elsewhere than its passage.", where=f"{item.where}.value", mend=mend)
        values = item.values("choices", [state.value for state in item.question.states])
        if len(values) > 1 or item.key in states:
            mend = "Choose one; mark the words once more if another place says otherwise."
            raise InputError("A passage has one state.", where=f"{item.where}.value.choices", mend=mend)
        if values:
            states[item.key] = values[0]
    return states


def _order(schema: Schema, span: Span) -> tuple[int, int, int, int]:
    at, question = next((n, q) for n, q in enumerate(schema.questions) if q.id == span.question)
    return span.start, span.end, at, [choice.value for choice in question.choices].index(span.label)


def _check_required(schema: Schema, answer: Answer) -> None:
    for question in schema.questions:
        if question.required and not _is_answered(question, answer):
            raise InputError(f"{question.title} is not answered.", where="result", mend="Give an answer to it.")


def _is_answered(question: Question, answer: Answer) -> bool:
    if question.kind is Kind.SPANS:
        return any(span.question == question.id for span in answer.spans)
    return question.id in answer.choices or question.id in answer.notes


def _span_items(text: str, span: Span, id_: str) -> list[dict[str, Any]]:
    if not same_words(span.text, text[span.start : span.end]):
        raise InputError(
            "A passage is not in the posting at its place.", where=id_, mend="Take the text between its offsets."
        )
    place = {"start": span.start, "end": span.end, "text": text[span.start : span.end]}
    marked = _item(id_, span.question, "labels", {**place, "labels": [span.label]})
    if span.state == MARKED:
        return [marked]
    return [marked, _item(id_, state_name(span.question), "choices", {**place, "choices": [span.state]})]


def _item(id_: str, from_name: str, type_: str, value: dict[str, Any]) -> dict[str, Any]:
    return {"value": value, "id": id_, "from_name": from_name, "type": type_, "origin": "manual"}
