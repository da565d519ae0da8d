"""The shape of `schema.yaml` and its reading into the domain's `Schema`; what the values mean together is checked elsewhere."""

from __future__ import annotations

from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from annotator.domain.errors import ConfigError
from annotator.domain.schema import Choice, Flag, Kind, Media, Question, Schema, State

Words = Annotated[str, Field(min_length=1, pattern=r"^\S(.*\S)?$")]
Value = Annotated[str, Field(max_length=40, pattern=r"^[A-Za-z0-9_]+$")]
Hotkey = Annotated[str, Field(pattern=r"^[a-z0-9]$")]
Anchor = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]

_MENDS = {
    "extra_forbidden": "Remove the key, or correct its spelling.",
    "missing": "Add the key.",
    "string_type": 'Write it as text, in quotes where it looks like a number: "1".',
    "string_pattern_mismatch": "Keep to the pattern named.",
}


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class ChoiceEntry(Strict):
    value: Value
    title: Words
    definition: Words
    hotkey: Hotkey
    clause: Anchor
    strong: bool = False
    missing: bool = False
    protective: bool = False


class StateEntry(Strict):
    value: Value
    title: Words
    hotkey: Hotkey


class QuestionEntry(Strict):
    id: Annotated[str, Field(max_length=40, pattern=r"^[a-z][a-z0-9_]*$")]
    kind: Annotated[Kind, Field(strict=False)]
    title: Words
    help: Words
    required: bool = False
    ordered: bool = True
    choices: list[ChoiceEntry] = []
    states: list[StateEntry] = []
    unmarked: Words | None = None
    max_length: Annotated[int, Field(ge=0, le=10_000)] = 0


class FlagEntry(Strict):
    value: Value
    title: Words
    help: Words
    quarantines: bool


class SchemaFile(Strict):
    name: Words
    version: Words
    title: Words
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]+)*$")] = "en"
    media: Annotated[Media, Field(strict=False)] = Media.TEXT
    questions: Annotated[list[QuestionEntry], Field(min_length=1)]
    flags: list[FlagEntry] = []


def read_schema(source: str, *, file: str, sha256: str) -> Schema:
    """Return the schema that the YAML text holds; `file` is its name in messages.

    Raises `ConfigError` naming the file, the path inside it and the reason.
    """
    try:
        entry = SchemaFile.model_validate(load_yaml(source, file))
    except ValidationError as error:
        raise config_error(error, file) from error
    return Schema(
        name=entry.name,
        version=entry.version,
        title=entry.title,
        language=entry.language,
        media=entry.media,
        questions=tuple(_question(question) for question in entry.questions),
        flags=tuple(Flag(**flag.model_dump()) for flag in entry.flags),
        sha256=sha256,
    )


def _question(entry: QuestionEntry) -> Question:
    return Question(
        id=entry.id,
        kind=entry.kind,
        title=entry.title,
        help=entry.help,
        required=entry.required,
        ordered=entry.ordered,
        choices=tuple(Choice(**choice.model_dump()) for choice in entry.choices),
        states=tuple(State(**state.model_dump()) for state in entry.states),
        unmarked=entry.unmarked or "",
        max_length=entry.max_length,
    )


def config_error(error: ValidationError, file: str) -> ConfigError:
    """The first complaint, with its place written as in `questions[1].choices[0].hotkey`, and the others behind it."""
    found = [_told(one, file) for one in error.errors(include_url=False)]
    (what, mend), *others = found
    return ConfigError(what, mend=mend + "".join(f"\n{what} {mend}" for what, mend in others))


def _told(error: ErrorDetails, file: str) -> tuple[str, str]:
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in error["loc"]).lstrip(".")
    return f"{file}: {path or 'the file'}: {error['msg']}.", _MENDS.get(error["type"], "Correct the value.")


class _UniqueKeyLoader(yaml.SafeLoader):
    """YAML as PyYAML reads it safely, except that a key given twice is refused instead of overwritten."""


def _mapping(loader: _UniqueKeyLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    keys = [loader.construct_object(key) for key, _ in node.value]
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice is not None:
        raise yaml.constructor.ConstructorError(None, None, f"the key {twice!r} stands twice", node.start_mark)
    return loader.construct_mapping(node, deep=True)


_UniqueKeyLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def load_yaml(source: str, file: str) -> Any:
    """Return what a YAML text holds. Raises `ConfigError` naming the file and the place where it is no YAML, or gives a key twice."""
    try:
        return yaml.load(source, Loader=_UniqueKeyLoader)  # noqa: S506 — a SafeLoader with a check
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}, column {mark.column + 1}" if mark else "the file"
        reason = getattr(error, "problem", None) or str(error)
        raise ConfigError(f"{file}: {place}: not valid YAML ({reason}).", mend="Correct the file there.") from error
