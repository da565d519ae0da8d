"""Everything that is wrong with a guideline folder at once, each with its place and how to mend it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from annotator.domain.errors import ConfigError
from guidelines.lessons import Example, QuizQuestion, example_readers, quiz_readers
from guidelines.loader import SCHEMA_FILE, Guideline, latest, load


@dataclass(frozen=True, slots=True)
class Found:
    """A folder as far as it can be read, and what is wrong with it; `guideline` is None where it cannot be read at all."""

    guideline: Guideline | None
    examples: tuple[Example, ...]
    quiz: tuple[QuizQuestion, ...]
    wrong: tuple[ConfigError, ...]


def inspect(folder: Path) -> Found:
    """Read a version's folder (`NAME/VERSION`) and gather what is wrong in any of its files."""
    folder = folder.resolve()
    try:
        guideline = load(folder.parent.name, folder.name, folder.parent.parent)
    except ConfigError as error:
        return Found(None, (), (), (error,))
    examples, wrong = _gathered(example_readers, guideline)
    quiz, more = _gathered(quiz_readers, guideline)
    return Found(guideline, tuple(examples), tuple(quiz), (*wrong, *more))


def _gathered(
    readers: Callable[[Guideline], Sequence[Callable[[], Any]]], guideline: Guideline
) -> tuple[list[Any], list[ConfigError]]:
    """Return what can be read, and what is wrong with the rest."""
    good: list[Any] = []
    wrong: list[ConfigError] = []
    try:
        each = readers(guideline)
    except ConfigError as error:
        return [], [error]
    for read in each:
        try:
            good.append(read())
        except ConfigError as error:
            wrong.append(error)
    return good, wrong


def version_folder(given: Path) -> Path:
    """Return the folder of a version: the one given, or the newest in the folder of a guideline.

    Raises:
        ConfigError: there is no such folder, or none of a version in it.
    """
    if not given.is_dir():
        raise ConfigError(f"There is no folder {given}.", mend="`annotator guideline new NAME` makes one.")
    given = given.resolve()
    if (given / SCHEMA_FILE).is_file():
        return given
    return given / latest(given.name, given.parent)
