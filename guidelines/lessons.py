"""What teaches a guideline version: the quiz on its clauses and worked examples of hard cases, read from `quiz.yaml` and
`examples.yaml` beside its text. They may be improved while a version is in use: no answer rests on them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import Field, ValidationError

from annotator.domain.answers import Answer, Span
from annotator.domain.errors import ConfigError
from annotator.domain.schema import MARKED, Kind, Media, Schema
from guidelines.loader import Guideline, read_file
from guidelines.render import clauses
from guidelines.schema_file import Anchor, Strict, Words, config_error, load_yaml

QUIZ_FILE = "quiz.yaml"
EXAMPLES_FILE = "examples.yaml"

Id = Annotated[str, Field(max_length=40, pattern=r"^[a-z][a-z0-9-]*$")]


@dataclass(frozen=True, slots=True)
class Option:
    text: str
    right: bool
    why: str


@dataclass(frozen=True, slots=True)
class QuizQuestion:
    """A question with one right option, about one clause or several (anchors)."""

    id: str
    clauses: tuple[str, ...]
    text: str
    options: tuple[Option, ...]

    @property
    def right(self) -> int:
        """The place of the right option."""
        return next(place for place, option in enumerate(self.options) if option.right)


@dataclass(frozen=True, slots=True)
class Example:
    """A made-up posting with the answer that the guideline gives to it, and why. `picture` is its file where it is no text."""

    id: str
    title: str
    clause: str
    text: str
    answer: Answer
    why: str
    picture: Path | None = None


class _Option(Strict):
    text: Words
    right: bool = False
    why: Words


class _Question(Strict):
    id: Id
    clauses: Annotated[list[Anchor], Field(min_length=1)]
    text: Words
    options: Annotated[list[_Option], Field(min_length=2, max_length=6)]


class _Quiz(Strict):
    questions: Annotated[list[_Question], Field(min_length=1)]


class _Passage(Strict):
    label: Words
    state: Words | None = None
    words: Words


class _Example(Strict):
    id: Id
    title: Words
    clause: Anchor
    text: Words | None = None
    image: Words | None = None
    choices: dict[str, list[str]]
    passages: list[_Passage] = Field(default_factory=list)
    why: Words


class _Examples(Strict):
    examples: Annotated[list[_Example], Field(min_length=1)]


_File = TypeVar("_File", bound=Strict)


def load_quiz(guideline: Guideline) -> tuple[QuizQuestion, ...]:
    """Return the questions of a version, in the order of the file.

    Raises:
        ConfigError: the file is missing, or wrong somewhere; the message says where and how to mend it.
    """
    return tuple(read() for read in quiz_readers(guideline))


def quiz_readers(guideline: Guideline) -> list[Callable[[], QuizQuestion]]:
    """Return a reader for each question, so that each can be asked what is wrong with it. Raises where the file has no such form."""
    file, shown = _read(guideline, QUIZ_FILE, _Quiz)
    known = _anchors(guideline)
    _require_unique([question.id for question in file.questions], shown, "questions")
    return [
        partial(_question, question, known, f"{shown}: questions[{at}]") for at, question in enumerate(file.questions)
    ]


def _question(question: _Question, known: set[str], place: str) -> QuizQuestion:
    if sum(option.right for option in question.options) != 1:
        raise ConfigError(f"{place}.options: not exactly one is right.", mend="Write right: true at one of them.")
    _require_clauses(question.clauses, known, f"{place}.clauses")
    options = tuple(Option(option.text, option.right, option.why) for option in question.options)
    return QuizQuestion(question.id, tuple(question.clauses), question.text, options)


def load_examples(guideline: Guideline) -> tuple[Example, ...]:
    """Return the worked examples of a version. Raises `ConfigError` as `load_quiz` does."""
    return tuple(read() for read in example_readers(guideline))


def example_readers(guideline: Guideline) -> list[Callable[[], Example]]:
    """Return a reader for each example, as `quiz_readers` does for questions."""
    file, shown = _read(guideline, EXAMPLES_FILE, _Examples)
    known = _anchors(guideline)
    _require_unique([example.id for example in file.examples], shown, "examples")
    return [
        partial(_example, guideline, example, known, f"{shown}: examples[{at}]")
        for at, example in enumerate(file.examples)
    ]


def _example(guideline: Guideline, example: _Example, known: set[str], place: str) -> Example:
    _require_clauses([example.clause], known, f"{place}.clause")
    picture = _picture(guideline, example, place)
    answer = Answer(
        choices={name: tuple(values) for name, values in _choices(guideline.schema, example, place).items()},
        spans=tuple(_spans(guideline.schema, example, place)),
    )
    return Example(example.id, example.title, example.clause, example.text or "", answer, example.why, picture)


def _picture(guideline: Guideline, example: _Example, place: str) -> Path | None:
    """Return the picture's file, which lies in the version's folder; None where the guideline is about texts."""
    media = guideline.schema.media
    given = {Media.TEXT: example.text, Media.IMAGE: example.image}
    if given[media] is None or sum(one is not None for one in given.values()) != 1:
        raise ConfigError(f"{place}: it has no {media}, or more than that.", mend=f"Give it {media}, and nothing else.")
    if media is Media.TEXT:
        return None
    file = (guideline.path / str(example.image)).resolve()
    if guideline.path.resolve() not in file.parents or not file.is_file():
        raise ConfigError(f"{place}.image: there is no such file in the folder.", mend="Put the picture there.")
    return file


def _read(guideline: Guideline, name: str, shape: type[_File]) -> tuple[_File, str]:
    version = f"{guideline.schema.name}/{guideline.schema.version}"
    shown = f"{version}/{name}"
    source = read_file(guideline.path, version, name)
    try:
        return shape.model_validate(load_yaml(source, shown)), shown
    except ValidationError as error:
        raise config_error(error, shown) from error


def _anchors(guideline: Guideline) -> set[str]:
    return {clause.anchor for clause in clauses(guideline.text)}


def _require_unique(ids: list[str], shown: str, where: str) -> None:
    twice = next((one for one in ids if ids.count(one) > 1), None)
    if twice is not None:
        raise ConfigError(f"{shown}: {where}: the id {twice!r} stands twice.", mend="Ids differ.")


def _require_clauses(named: list[str], known: set[str], place: str) -> None:
    wrong = next((anchor for anchor in named if anchor not in known), None)
    if wrong is not None:
        raise ConfigError(f"{place}: the text has no clause {wrong!r}.", mend="Name the anchor of a heading.")


def _choices(schema: Schema, example: _Example, place: str) -> dict[str, list[str]]:
    for name, values in example.choices.items():
        question = schema.question(name)
        if question is None or question.kind not in {Kind.RATING, Kind.TAGS}:
            raise ConfigError(f"{place}.choices: {name!r} is no question with choices.", mend="Use a rating or tags.")
        wrong = next((value for value in values if question.choice(value) is None), None)
        if wrong is not None:
            raise ConfigError(f"{place}.choices.{name}: {wrong!r} is no choice.", mend="Use a value of the schema.")
    rating = schema.rating.question
    if len(example.choices.get(rating, [])) != 1:
        raise ConfigError(f"{place}.choices: there is no rating.", mend=f"Give {rating} one value.")
    return example.choices


def _spans(schema: Schema, example: _Example, place: str) -> Iterator[Span]:
    for at, passage in enumerate(example.passages):
        where = f"{place}.passages[{at}]"
        question = next(
            (one for one in schema.questions if one.kind is Kind.SPANS and one.choice(passage.label) is not None), None
        )
        if question is None:
            raise ConfigError(f"{where}.label: {passage.label!r} is no indicator.", mend="Use a value of the schema.")
        state = passage.state or (MARKED if not question.states else "")
        if state not in question.state_values:
            raise ConfigError(f"{where}.state: {passage.state!r} is no state.", mend="Use a value of the schema.")
        text = example.text or ""
        if text.count(passage.words) != 1:
            raise ConfigError(
                f"{where}.words: they stand {text.count(passage.words)} times in the text.",
                mend="Give words that stand there once.",
            )
        start = text.index(passage.words)
        end = start + len(passage.words)
        yield Span(question.id, passage.label, state, start, end, passage.words)
