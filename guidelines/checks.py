"""What must hold within a guideline beyond the shape of its file. Each check yields complaints; none raises."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from annotator.domain.schema import Kind, Media, Question, Schema
from guidelines.render import Clause, clause_links, clauses


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing wrong: the file, the place inside it, the reason, and how to mend it."""

    file: str
    path: str
    reason: str
    mend: str

    def __str__(self) -> str:
        return f"{self.file}: {self.path}: {self.reason}"


def complaints(schema: Schema, text: str, *, schema_file: str, text_file: str) -> list[Complaint]:
    """Return everything that is wrong with a schema and its text (markdown), in the order of the files."""
    found = clauses(text)
    in_schema = (*_questions(schema), *_uniqueness(schema), *_clauses_exist(schema, found))
    in_text = (*_anchors(found), *_links(found, clause_links(text)))
    return [Complaint(schema_file, *parts) for parts in in_schema] + [Complaint(text_file, *parts) for parts in in_text]


Parts = tuple[str, str, str]
"""Path, reason and mend."""


def _questions(schema: Schema) -> Iterator[Parts]:
    ratings = [question for question in schema.questions if question.kind is Kind.RATING]
    if len(ratings) != 1:
        yield "questions", f"there are {len(ratings)} ratings.", "A guideline has one question of kind rating."
    passages = [at for at, question in enumerate(schema.questions) if question.kind is Kind.SPANS]
    if passages[1:]:
        yield f"questions[{passages[1]}].kind", "passages are asked for twice.", "Ask for them in one question."
    if passages and schema.media is not Media.TEXT:
        yield f"questions[{passages[0]}].kind", f"an {schema.media} has no words to mark.", "Use a rating or tags."
    for at, question in enumerate(schema.questions):
        for field, reason, mend in _one_question(question):
            yield f"questions[{at}].{field}", reason, mend


def _one_question(question: Question) -> Iterator[Parts]:
    """Every rule as: whether it is broken, and then field, reason and mend."""
    is_rating, is_note, is_spans = (question.kind is kind for kind in (Kind.RATING, Kind.NOTE, Kind.SPANS))
    ordered = [choice for choice in question.choices if not choice.missing]
    stated = bool(question.states or question.unmarked)
    rules = (
        (is_note and question.choices, "choices", "a note has no choices.", "Remove them."),
        (not is_note and not question.choices, "choices", "there are none.", "Add at least one, or make it a note."),
        (is_note and not question.max_length, "max_length", "is missing.", "Give the greatest length of a note."),
        (not is_note and question.max_length, "max_length", "only a note has a length.", "Remove the key."),
        (len(question.states) == 1, "states", "there is but one.", "Name two or more, or none."),
        (is_spans and not question.unmarked, "unmarked", "is missing.", "Name the state of what is not marked."),
        (stated and not is_spans, "states", "only passages have states.", "Remove states and unmarked."),
        (
            is_spans and question.unmarked in question.state_values,
            "unmarked",
            f"is also the value of a state ({', '.join(question.state_values)}).",
            "Give what is not marked a value of its own.",
        ),
        (len(ordered) < len(question.choices) and not is_rating, "choices", "only a rating has missing.", "Remove it."),
        (not question.ordered and not is_rating, "ordered", "only a rating is on a scale or not.", "Remove the key."),
        (is_rating and not question.required, "required", "the rating must be required.", "Write required: true."),
        (is_rating and len(ordered) < 2, "choices", "a rating needs two that are not missing.", "Add choices."),
    )
    return ((field, reason, mend) for broken, field, reason, mend in rules if broken)


def _uniqueness(schema: Schema) -> Iterator[Parts]:
    ids = [(f"questions[{at}].id", question.id) for at, question in enumerate(schema.questions)]
    yield from _repeats(ids, "is a question already", "Questions differ in id.")
    yield from _repeats(_columns(schema), "names a label already", "Every indicator and tag has a value of its own.")
    yield from _repeats(_hotkeys(schema), "is a hotkey already", "One key does one thing.")
    for at, question in enumerate(schema.questions):
        for field in ("value", "title"):
            named = [
                (f"questions[{at}].choices[{n}].{field}", getattr(c, field)) for n, c in enumerate(question.choices)
            ]
            if field == "title" or question.kind is Kind.RATING:
                yield from _repeats(named, "is a choice already", f"Choices differ in {field}.")
            named = [(f"questions[{at}].states[{n}].{field}", getattr(s, field)) for n, s in enumerate(question.states)]
            yield from _repeats(named, "is a state already", f"States differ in {field}.")
    flags = [(f"flags[{n}].value", flag.value) for n, flag in enumerate(schema.flags)]
    yield from _repeats(flags, "is a flag already", "Flags differ in value.")


def _columns(schema: Schema) -> Iterator[tuple[str, str]]:
    """The columns of the flat label table: one a rating, one an indicator or tag."""
    for at, question in enumerate(schema.questions):
        if question.kind is Kind.RATING:
            yield f"questions[{at}].id", question.id
        if question.kind in {Kind.SPANS, Kind.TAGS}:
            yield from ((f"questions[{at}].choices[{n}].value", c.value) for n, c in enumerate(question.choices))


def _hotkeys(schema: Schema) -> Iterator[tuple[str, str]]:
    for at, question in enumerate(schema.questions):
        for n, choice in enumerate(question.choices):
            yield f"questions[{at}].choices[{n}].hotkey", choice.hotkey
        for n, state in enumerate(question.states):
            yield f"questions[{at}].states[{n}].hotkey", state.hotkey


def _repeats(named: Iterable[tuple[str, str]], reason: str, mend: str) -> Iterator[Parts]:
    first: dict[str, str] = {}
    for path, value in named:
        if value in first:
            yield path, f"{value!r} {reason} ({first[value]}).", mend
        first.setdefault(value, path)


def _clauses_exist(schema: Schema, found: list[Clause]) -> Iterator[Parts]:
    known = {clause.anchor for clause in found}
    for at, question in enumerate(schema.questions):
        for n, choice in enumerate(question.choices):
            if choice.clause not in known:
                path = f"questions[{at}].choices[{n}].clause"
                mend = f"Give the heading that explains it {{#{choice.clause}}}."
                yield path, f"the text has no clause {choice.clause!r}.", mend


def _anchors(found: list[Clause]) -> Iterator[Parts]:
    for clause in found:
        if not clause.anchor:
            yield f"line {clause.line}", f"the heading {clause.title!r} has no anchor.", "End it in {#an-anchor}."
    named = [(f"line {clause.line}", clause.anchor) for clause in found if clause.anchor]
    yield from _repeats(named, "is an anchor already", "Anchors differ.")


def _links(found: list[Clause], links: list[tuple[str, int]]) -> Iterator[Parts]:
    known = {clause.anchor for clause in found}
    for anchor, line in links:
        if anchor not in known:
            yield f"line {line}", f"the link to '#{anchor}' leads nowhere.", "Link to the anchor of a heading."
