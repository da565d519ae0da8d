"""A guideline as data: its questions, their choices, and the flat labels that an answer gives.

`guidelines.loader` reads these from YAML; `annotator.studio` turns them into Label Studio's config. Neither a person's name
nor a posting's text is ever part of a schema.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What kind of answer a question takes."""

    RATING = "rating"  # ordered single choice; choices marked `missing` stand outside the order
    SPANS = "spans"  # marked passages, each with a choice and a state
    TAGS = "tags"  # any number of choices
    NOTE = "note"  # free text, optional, never exported ungated


class Level(StrEnum):
    """Level of measurement, for agreement (Krippendorff 2011)."""

    NOMINAL = "nominal"
    ORDINAL = "ordinal"


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    title: str
    definition: str
    hotkey: str = ""
    strong: bool = False  # a strong indicator (marked with a star in the guideline)
    missing: bool = False  # "cannot tell": always allowed, counted apart, missing for agreement
    protective: bool = False
    clause: str = ""  # anchor of the clause in guideline.md


@dataclass(frozen=True, slots=True)
class State:
    """How a marked passage bears on its indicator, such as present or contradicted."""

    value: str
    title: str
    hotkey: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    id: str
    kind: Kind
    title: str
    help: str = ""
    required: bool = False
    choices: tuple[Choice, ...] = ()
    states: tuple[State, ...] = ()  # spans only
    unmarked: str = ""  # spans only: the state of a choice that has no passage, such as "not stated"
    max_length: int = 0  # notes only, characters

    def choice(self, value: str) -> Choice | None:
        """Return the choice of that value, or None."""
        return next((choice for choice in self.choices if choice.value == value), None)


@dataclass(frozen=True, slots=True)
class LabelSpec:
    """One column of the flat label table: a name, its values in order, and how agreement treats them."""

    name: str
    question: str
    level: Level
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Flag:
    """What a volunteer can say about an item instead of labelling it."""

    value: str
    title: str
    help: str
    quarantines: bool


@dataclass(frozen=True, slots=True)
class Schema:
    """A guideline version. `sha256` covers the schema and the guideline's text together."""

    name: str
    version: str
    title: str
    questions: tuple[Question, ...]
    flags: tuple[Flag, ...] = ()
    language: str = "en"
    sha256: str = ""
    labels: tuple[LabelSpec, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "labels", tuple(spec for q in self.questions for spec in _label_specs(q)))

    def question(self, question_id: str) -> Question | None:
        """Return the question of that id, or None."""
        return next((question for question in self.questions if question.id == question_id), None)

    @property
    def rating(self) -> LabelSpec:
        """The one ordinal label that decides when people agree: the first rating question."""
        return next(spec for spec in self.labels if spec.level is Level.ORDINAL)


def _label_specs(question: Question) -> list[LabelSpec]:
    """A rating gives one label, an indicator question one a choice (its states), tags one a choice (yes or no)."""
    if question.kind is Kind.RATING:
        values = tuple(choice.value for choice in question.choices if not choice.missing)
        return [LabelSpec(question.id, question.id, Level.ORDINAL, values)]
    if question.kind is Kind.SPANS:
        states = (*(state.value for state in question.states), question.unmarked)
        return [LabelSpec(choice.value, question.id, Level.NOMINAL, states) for choice in question.choices]
    if question.kind is Kind.TAGS:
        return [LabelSpec(choice.value, question.id, Level.NOMINAL, ("yes", "no")) for choice in question.choices]
    return []
