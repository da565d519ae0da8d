"""Label Studio's labelling config, built from a guideline's schema. Nobody writes that XML by hand.

Every question is one control tag that bears the question's id; passages have a second one, `state_name(id)`, asked for each
passage where there are states to tell apart. Results carry our values (`alias`), the page shows titles (`value`). Looks are left to the stylesheet of the page:
the blocks bear the class names `guideline`, `reading` (the posting and what is marked in it), `questions` (the posting as a
whole), `question`, `question-KIND` and `states`. Attributes that the editor does not know (`clause`, `maxLength`) are for our
page, which reads the same config.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from annotator.domain.errors import ConfigError
from annotator.domain.schema import Choice, Kind, Media, Question, Schema

TEXT = Media.TEXT.value
IMAGE = Media.IMAGE.value
"""Names of the tags that show a posting, and the keys of the task's data that hold it."""

EDITOR_KEYS = frozenset({"u"})
"""Single keys that the editor itself listens to (1.23.2: leave the marked passage)."""

STRONG_COLOURS = ("#9f1239", "#b42318", "#a21caf", "#7e22ce", "#9a3412")
COLOURS = ("#1d4ed8", "#0f766e", "#166534", "#0369a1", "#4338ca", "#854d0e", "#475569", "#3f6212")
"""At least 5:1 against white (WCAG 2.2 AA asks 4.5:1), as text on white and under white text. Colour is never alone: a
passage and its button also bear the title, and strong indicators a star where the guideline gives one."""


def build_label_config(schema: Schema) -> str:
    """Return the config for Label Studio 1.23.2, the same text for the same schema.

    Raises `ConfigError` for a schema that the editor could not show as meant.
    """
    _check(schema)
    root = Element("View", className="guideline")
    reading = SubElement(root, "View", className="reading")
    _READING[schema.media](reading)
    about_all = SubElement(root, "View", className="questions")
    for question in _in_reading_order(schema):
        parent = reading if question.kind is Kind.SPANS else about_all
        block = SubElement(parent, "View", className=f"question question-{question.kind}")
        SubElement(block, "Header", value=question.title, size="4")
        _CONTROLS[question.kind](block, question, schema.media.value)
    indent(root)
    return tostring(root, encoding="unicode")


def state_name(question_id: str) -> str:
    """Return the name of the control that says how a marked passage bears on its indicator."""
    return f"{question_id}_state"


def _in_reading_order(schema: Schema) -> list[Question]:
    """Passages beside the text, the rating first of the others so that it is in view, then the rest as the schema has it."""
    order = {Kind.RATING: 0, Kind.SPANS: 1, Kind.TAGS: 2, Kind.NOTE: 3}
    return sorted(schema.questions, key=lambda question: order[question.kind])


def _text(reading: Element) -> None:
    SubElement(reading, "Text", name=TEXT, value=f"${TEXT}", showLabels="true", saveTextResult="yes")


def _image(reading: Element) -> None:
    """As large as the column and no larger; nothing is drawn on it, so there is no tool to choose."""
    plain = dict.fromkeys(("zoom", "zoomControl", "rotateControl", "brightnessControl", "contrastControl"), "false")
    SubElement(reading, "Image", {"name": IMAGE, "value": f"${IMAGE}", "maxWidth": "100%", **plain})


_READING = {Media.TEXT: _text, Media.IMAGE: _image}


def _rating(block: Element, question: Question, about: str) -> None:
    choices = _choices(block, question, about, choice="single-radio")
    for choice in question.choices:
        SubElement(choices, "Choice", _shown(choice) | {"html": _with_definition(choice)})


def _tags(block: Element, question: Question, about: str) -> None:
    _add_choices(_choices(block, question, about, choice="multiple"), question)


def _spans(block: Element, question: Question, about: str) -> None:
    labels = SubElement(block, "Labels", name=question.id, toName=about, choice="single", showInline="true")
    for choice, colour in zip(question.choices, _colours(question), strict=True):
        SubElement(labels, "Label", _shown(choice), background=colour)
    if question.states:
        _states(block, question, about)


def _states(block: Element, question: Question, about: str) -> None:
    names = " or ".join(state.title.lower() for state in question.states)
    states = SubElement(
        SubElement(block, "View", className="states"),
        "Choices",
        name=state_name(question.id),
        toName=about,
        choice="single-radio",
        showInline="true",
        perRegion="true",
        required="true",
        requiredMessage=f"{question.title}: say of the marked words whether the indicator is {names}.",
    )
    for state in question.states:
        SubElement(states, "Choice", alias=state.value, value=state.title, hotkey=state.hotkey)


def _note(block: Element, question: Question, about: str) -> None:
    shown = {
        "name": question.id,
        "toName": about,
        "rows": "2",
        "maxSubmissions": "1",
        "editable": "true",
        "allowSubmit": "false",
        "showSubmitButton": "false",
        "placeholder": question.help,
    }
    longest = {"maxLength": str(question.max_length)} if question.max_length else {}
    SubElement(block, "TextArea", shown | longest | _required(question))


_CONTROLS = {Kind.RATING: _rating, Kind.TAGS: _tags, Kind.SPANS: _spans, Kind.NOTE: _note}


def _choices(block: Element, question: Question, about: str, *, choice: str) -> Element:
    shown = {"name": question.id, "toName": about, "choice": choice, "showInline": "true"}
    return SubElement(block, "Choices", shown | _required(question))


def _required(question: Question) -> dict[str, str]:
    if not question.required:
        return {}
    return {"required": "true", "requiredMessage": f"{question.title}: please give an answer."}


def _add_choices(parent: Element, question: Question) -> None:
    for choice in question.choices:
        SubElement(parent, "Choice", _shown(choice))


def _shown(choice: Choice) -> dict[str, str]:
    shown = {"alias": choice.value, "value": choice.title, "hint": choice.definition}
    optional = {"hotkey": choice.hotkey, "clause": choice.clause}
    return shown | {name: value for name, value in optional.items() if value}


def _with_definition(choice: Choice) -> str:
    """The steps of a rating are told apart by their definitions, so these stand on the page and not only in a hint."""
    return f"<b>{escape(choice.title)}</b><small>{escape(choice.definition)}</small>"


def _colours(question: Question) -> Iterator[str]:
    """Warm colours for strong indicators, cool ones for the others, in order and again from the start."""
    seen = {True: 0, False: 0}
    for choice in question.choices:
        palette = STRONG_COLOURS if choice.strong else COLOURS
        yield palette[seen[choice.strong] % len(palette)]
        seen[choice.strong] += 1


def _check(schema: Schema) -> None:
    spans = [question for question in schema.questions if question.kind is Kind.SPANS]
    if spans[1:] or (spans and schema.media is not Media.TEXT):
        raise ConfigError(
            f"The page takes one question of marked passages, and on texts alone; {schema.name} {schema.version} has {len(spans)} "
            f"on {schema.media}s.",
            mend="Ask for passages in one question.",
        )
    names = [
        schema.media.value,
        *(question.id for question in schema.questions),
        *(state_name(question.id) for question in spans),
    ]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise ConfigError(f"The editor uses the name {twice!r} itself.", mend="Give the question another id.")
    for title, hotkey in _labels_and_keys(schema):
        if "$" in title:
            raise ConfigError(f"The title {title!r} holds a $, which the editor replaces.", mend="Write it otherwise.")
        if hotkey in EDITOR_KEYS:
            raise ConfigError(f"The editor uses the key {hotkey!r} itself.", mend=f"Give {title!r} another hotkey.")


def _labels_and_keys(schema: Schema) -> Iterator[tuple[str, str]]:
    for question in schema.questions:
        yield question.title, ""
        yield from ((choice.title, choice.hotkey) for choice in question.choices)
        yield from ((state.title, state.hotkey) for state in question.states)
