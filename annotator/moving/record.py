"""What every reader gives: a text and what each person said of it, in the other tool's own words. Nothing is mapped here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from annotator.domain.errors import InputError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Mark:
    """A marked passage: offsets as the tool counts them, its words where the tool says them, and what was said of it alone."""

    name: str
    label: str
    start: int
    end: int
    words: str | None = None
    about: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Given:
    """What one person said of one text. `skipped` says that they were shown it and gave no answer."""

    person: str
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    marks: tuple[Mark, ...] = ()
    at: datetime | None = None
    seconds: float | None = None
    skipped: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """One text with its answers. `where` is its place in the file; `left_out` counts by kind what no question of ours is about."""

    where: str
    id: str
    text: str
    given: tuple[Given, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader is told: which key holds the text (None: find it), and where the texts lie if not in the file itself."""

    text: str | None = None
    texts: Path | None = None


Reader = Callable[[Path, Asked], Iterator[Record]]


def typed(value: Any, kind: type[T], where: str, name: str) -> T:
    """Return a value of the kind expected.

    Raises:
        InputError: it is of another kind.
    """
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise not_as_written(name, where)
    return value


def not_as_written(name: str, where: str) -> InputError:
    """Return the error for a part of an export that its tool does not write so."""
    return InputError(f"{name} is not as the tool writes it.", where=where, mend="Export the file again, unedited.")


def how_many(value: Any, where: str, name: str) -> int:
    """Return how many things of a kind that is left out a record lists. Raises `InputError` where it is no list."""
    return len(typed(value or [], list, where, name))


def found_text(data: Mapping[str, Any], asked: Asked, where: str) -> str:
    """Return the text among a record's fields: the one asked for, the one named `text`, or the only one there is.

    Raises:
        InputError: there is none, or more than one could be meant.
    """
    texts = {name: value for name, value in data.items() if isinstance(value, str)}
    name = asked.text or ("text" if "text" in texts else next(iter(texts), "") if len(texts) == 1 else "")
    if name not in texts:
        known = ", ".join(texts) or "none"
        raise InputError(
            "It is not clear which field holds the text.",
            where=where,
            mend=f"Name it in the mapping, `text: NAME`. Fields with text are: {known}.",
        )
    return texts[name]


def moment(value: Any) -> datetime | None:
    """Return a moment from ISO 8601 text or seconds since 1970; None for anything else. Without a zone it is UTC."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC)
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def seconds(value: Any) -> float | None:
    """Return a duration that makes sense; None for anything else."""
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e7:
        return float(value)
    return None


def words_of(value: Any, where: str, name: str) -> tuple[str, ...]:
    """Return a chosen value or a list of them as text; a whole number (a rating) becomes text as well."""
    values = value if isinstance(value, list) else [value]
    return tuple(
        one if isinstance(one, str) else str(typed(one, int, where, name)) for one in values if one is not None
    )
