"""A guideline as data: its questions, their choices, and the flat labels that an answer gives.

`guidelines.loader` reads these from YAML; `annotator.studio` turns them into Label Studio's config. Neither a person's name
nor a posting's text is ever part of a schema.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What kind of answer a question takes."""

    RATING = "rating"  # single choice, on a scale or not; choices marked `missing` stand outside
    SPANS = "spans"  # marked passages, each with a choice and, where there are several, a state
    TAGS = "tags"  # any number of choices
    NOTE = "note"  # free text, optional, never exported ungated


class Media(StrEnum):
    """What an item is made of, and so what is looked at."""

    TEXT = "text"
    IMAGE = "image"


MARKED = "marked"
"""The state of a passage where the guideline tells no states apart."""
NOT_TICKED = "no"
_FAR = 2  # steps: what two different values lie apart where there is no scale, since none of them is near the other


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
    ordered: bool = True  # ratings only: whether the choices are steps of a scale
    max_length: int = 0  # notes only, characters

    @property
    def state_values(self) -> tuple[str, ...]:
        """The states that a passage may have; one where the guideline tells none apart."""
        return tuple(state.value for state in self.states) or (MARKED,)

    def choice(self, value: str) -> Choice | None:
        """Return the choice of that value, or None."""
        return next((choice for choice in self.choices if choice.value == value), None)


@dataclass(frozen=True, slots=True)
class LabelSpec:
    """One column of the flat label table: a name, its values in order, and how agreement treats them.

    `unmarked` is the value that says that nothing was marked or ticked; a rating has none.
    """

    name: str
    question: str
    level: Level
    values: tuple[str, ...]
    unmarked: str = ""

    @property
    def is_rating(self) -> bool:
        return not self.unmarked

    @property
    def is_scale(self) -> bool:
        """Whether its values are steps, so that two of them may lie near or far."""
        return self.level is Level.ORDINAL

    def apart(self, one: int, other: int) -> int:
        """Return how many steps lie between two values, given by their places."""
        steps = abs(one - other)
        return steps if self.is_scale else min(steps, 1) * _FAR


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
    media: Media = Media.TEXT
    labels: tuple[LabelSpec, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "labels", tuple(spec for q in self.questions for spec in _label_specs(q)))

    def question(self, question_id: str) -> Question | None:
        """Return the question of that id, or None."""
        return next((question for question in self.questions if question.id == question_id), None)

    def title_of(self, label: str) -> str:
        """Return how a label is called to people: its choice's title, or its question's."""
        choice = next((choice for q in self.questions if (choice := q.choice(label)) is not None), None)
        question = self.question(label)
        return choice.title if choice is not None else question.title if question is not None else label

    @property
    def rating(self) -> LabelSpec:
        """The one label that decides when people agree, on a scale or not: that of the first rating question."""
        return next(spec for spec in self.labels if spec.is_rating)

    @property
    def spans(self) -> Question | None:
        """The question of marked passages, where the guideline asks for any."""
        return next((question for question in self.questions if question.kind is Kind.SPANS), None)

    @property
    def clauses(self) -> dict[str, str]:
        """The guideline's clauses that a choice refers to, with a title each."""
        return {
            choice.clause: f"{question.title}: {choice.title}"
            for question in self.questions
            for choice in question.choices
            if choice.clause
        }

    def rests_on(self, clause: str) -> tuple[tuple[str, str], ...]:
        """Return the labels and values by which an answer rests on a clause; an empty value stands for "cannot tell"."""
        found: list[tuple[str, str]] = []
        for question in self.questions:
            for choice in question.choices:
                if choice.clause != clause:
                    continue
                if question.kind is Kind.RATING:
                    found.append((question.id, "" if choice.missing else choice.value))
                elif question.kind is Kind.SPANS:
                    found += [(choice.value, state) for state in question.state_values]
                else:
                    found.append((choice.value, "yes"))
        return tuple(found)


def _label_specs(question: Question) -> list[LabelSpec]:
    """A rating gives one label, an indicator question one a choice (its states), tags one a choice (yes or no)."""
    if question.kind is Kind.RATING:
        values = tuple(choice.value for choice in question.choices if not choice.missing)
        level = Level.ORDINAL if question.ordered else Level.NOMINAL
        return [LabelSpec(question.id, question.id, level, values)]
    if question.kind is Kind.SPANS:
        values, unmarked = (*question.state_values, question.unmarked), question.unmarked
    elif question.kind is Kind.TAGS:
        values, unmarked = ("yes", NOT_TICKED), NOT_TICKED
    else:
        return []
    return [LabelSpec(choice.value, question.id, Level.NOMINAL, values, unmarked) for choice in question.choices]
