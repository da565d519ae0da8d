"""The mapping file: which of the other tool's labels is which of our answers, and under which pseudonym people go.

Everything that the export says must stand in it: a target, or nothing where it is left out on purpose. So nothing is lost by
a slip of spelling.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, ValidationError

from annotator.domain.errors import ConfigError, InputError
from annotator.domain.origins import imported
from annotator.domain.schema import MARKED, Kind, Media, Question, Schema
from guidelines.schema_file import Strict, config_error, load_yaml

PSEUDONYM = re.compile(r"M-[A-Z0-9]{2,24}")
"""Pseudonyms of people who came with an import; no account ever has one of that form."""

_LONGEST_LABEL = 40
_PREFIX = r"^[a-z0-9][a-z0-9-]{0,39}$"


@dataclass(frozen=True, slots=True)
class Target:
    """One of our answers: a choice of a question; of passages the state as well, None where the passage itself says it."""

    question: str
    value: str
    state: str | None = None


Targets = Mapping[str, Target | None]


@dataclass(frozen=True, slots=True)
class Moving:
    """A mapping, held against the guideline. A field that maps to None is left out as a whole."""

    tool: str
    ids: str
    text: str | None = None
    language: str | None = None
    utf16: bool = False
    labels: Mapping[str, Targets | None] = field(default_factory=dict)
    passages: Mapping[str, Targets | None] = field(default_factory=dict)
    states: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    notes: Mapping[str, str | None] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)
    when_missing: Mapping[str, str] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        """What is said of the origin of an answer that comes in this way."""
        return imported(self.tool)


_Table = dict[str, dict[str, str | None] | None]


class _File(Strict):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=True)

    tool: str = Field(alias="from")
    ids: Annotated[str, Field(pattern=_PREFIX)] | None = None
    text: str | None = None
    language: str | None = None
    offsets: Literal["code points", "utf-16"] = "code points"
    labels: _Table = Field(default_factory=dict)
    passages: _Table = Field(default_factory=dict)
    states: dict[str, dict[str, str]] = Field(default_factory=dict)
    notes: dict[str, str | None] = Field(default_factory=dict)
    people: dict[str, str] = Field(default_factory=dict)
    when_missing: dict[str, str] = Field(default_factory=dict)


def load(path: Path, tool: str, schema: Schema) -> Moving:
    """Return the mapping in a file.

    Raises:
        ConfigError: it is not of the form, or names what the guideline does not have.
    """
    try:
        content = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        mend = "Draft one with --draft-mapping, or name another file."
        raise ConfigError(f"{path.name}: the mapping cannot be read.", mend=mend) from error
    return read(content, path.name, tool, schema)


def read(content: str, name: str, tool: str, schema: Schema) -> Moving:
    """Return the mapping that a YAML text holds; `name` is the file's name in messages. Raises as `load`."""
    if schema.media is not Media.TEXT:
        raise ConfigError(f"The guideline {schema.name} is not about texts.", mend="Only texts come from other tools.")
    raw = load_yaml(content, name)
    try:
        file = _File.model_validate(_keys_as_text(raw, name))
    except ValidationError as error:
        raise config_error(error, name) from error
    if file.tool != tool:
        raise ConfigError(f"{name}: from: is {file.tool!r}, not {tool!r}.", mend="Name the mapping of this tool.")
    return _Checked(name, schema).mapping(file)


def _keys_as_text(raw: object, where: str) -> object:
    """Numbers as keys are text to us; a bare yes, no, on or off is true or false to YAML, which nobody means here."""
    if not isinstance(raw, dict):
        return raw
    if any(isinstance(key, bool) or key is None for key in raw):
        raise ConfigError(
            f"{where}: a key is yes, no, on, off, true, false or empty without quotes.",
            mend='Write it in quotes: "yes".',
        )
    return {str(key): _keys_as_text(value, where) for key, value in raw.items()}


@dataclass(frozen=True)
class _Checked:
    """Holds a file against the guideline; `name` is the file's name in messages."""

    name: str
    schema: Schema

    def mapping(self, file: _File) -> Moving:
        for question, value in file.when_missing.items():
            self._stands_for_missing(question, value)
        for who, pseudonym in file.people.items():
            if not PSEUDONYM.fullmatch(pseudonym):
                mend = "Use M- and 2 to 24 capital letters or digits, such as M-ONE, or leave the person out."
                raise ConfigError(f"{self.name}: people.{who}: {pseudonym!r} is not such a pseudonym.", mend=mend)
        for name, note in file.notes.items():
            if note is not None:
                self._question(f"notes.{name}", note, (Kind.NOTE,))
        return Moving(
            tool=file.tool,
            ids=file.ids or file.tool,
            text=file.text,
            language=file.language,
            utf16=file.offsets == "utf-16",
            labels=self._table("labels", file.labels, (Kind.RATING, Kind.TAGS)),
            passages=self._table("passages", file.passages, (Kind.SPANS,)),
            states=file.states,
            notes=file.notes,
            people=file.people,
            when_missing=file.when_missing,
        )

    def _table(self, part: str, table: _Table, kinds: tuple[Kind, ...]) -> dict[str, Targets | None]:
        return {
            name: None
            if values is None
            else {
                value: None if target is None else self._target(f"{part}.{name}.{value}", target, kinds)
                for value, target in values.items()
            }
            for name, values in table.items()
        }

    def _target(self, where: str, written: str, kinds: tuple[Kind, ...]) -> Target:
        name, _, rest = written.partition("/")
        value, _, state = rest.partition("/")
        question = self._question(where, name, kinds)
        if question.choice(value) is None:
            raise self._unknown(where, written, kinds)
        if question.kind is not Kind.SPANS or not question.states:
            if state:
                raise self._unknown(where, written, kinds)
            return Target(name, value, MARKED if question.kind is Kind.SPANS else None)
        if state and state not in {one.value for one in question.states}:
            raise self._unknown(where, written, kinds)
        return Target(name, value, state or None)

    def _question(self, where: str, name: str, kinds: tuple[Kind, ...]) -> Question:
        question = self.schema.question(name)
        if question is None or question.kind not in kinds:
            raise self._unknown(where, name, kinds)
        return question

    def _stands_for_missing(self, name: str, value: str) -> None:
        question = self.schema.question(name)
        choice = question.choice(value) if question is not None else None
        if choice is None or not choice.missing:
            raise ConfigError(
                f"{self.name}: when_missing.{name}: {value!r} is no choice that stands for a missing answer.",
                mend="Only such a choice (cannot tell) may be put where nobody answered.",
            )

    def _unknown(self, where: str, written: str, kinds: tuple[Kind, ...]) -> ConfigError:
        known = ", ".join(targets(self.schema, kinds)) or "nothing"
        return ConfigError(
            f"{self.name}: {where}: the guideline has no {written!r} there.",
            mend=f"It has {known}. Leave the value empty to leave the label out.",
        )


def targets(schema: Schema, kinds: tuple[Kind, ...]) -> list[str]:
    """Return what a label may become, as a mapping writes it."""
    found = []
    for question in schema.questions:
        if question.kind not in kinds:
            continue
        if question.kind is Kind.NOTE:
            found.append(question.id)
        for choice in question.choices:
            path = f"{question.id}/{choice.value}"
            states = question.states if question.kind is Kind.SPANS else ()
            found += [f"{path}/{state.value}" for state in states] or [path]
    return found


def not_mapped(part: str, name: str, value: str | None, where: str) -> InputError:
    """Return the error for something in the export that the mapping says nothing of. A long value may be free text, which no
    message repeats.
    """
    if value is not None and len(value) > _LONGEST_LABEL:
        return InputError(
            f"A value of {name!r} is too long for a label.",
            where=where,
            mend=f"Write {name} under `notes` in the mapping, with a question for notes or empty. Nothing was stored.",
        )
    said = f"{name!r}" if value is None else f"{value!r} of {name!r}"
    place = f"{part}.{name}" if value is None else f"{part}.{name}.{value}"
    return InputError(
        f"The mapping says nothing of {said}.",
        where=where,
        mend=f"Add {place} to it: one of our answers, or empty to leave it out. Nothing was stored.",
    )
