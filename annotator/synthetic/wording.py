"""The pattern language of the grammar files: plain text, `{one|other}` for a choice (nested if need be), `{name}` for a slot.

A pattern is compiled once and rendered many times. What may stand in a slot is the grammar's business, not this module's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from annotator.domain.errors import ConfigError
from annotator.synthetic.dice import Dice

_SLOT = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Slot:
    """A place that a fact or a word list fills."""

    name: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A place where one of several patterns stands."""

    options: tuple[Pattern, ...]


Pattern = tuple[str | Slot | Choice, ...]
Words = Mapping[str, tuple[Pattern, ...]]
"""What may fill each slot that no fact fills."""


def compile_pattern(source: str, where: str = "") -> Pattern:
    """Compile a pattern.

    Raises:
        ConfigError: a brace has no partner.
    """
    pattern, rest = _sequence(source, 0, where or source, nested=False)
    if rest != len(source):
        raise ConfigError(f"{where}: a brace is closed that was never opened in {source!r}.")
    return pattern


def render(pattern: Pattern, dice: Dice, facts: Mapping[str, str], words: Words) -> str:
    """Return one wording of the pattern; facts go before word lists."""
    out: list[str] = []
    _render(pattern, dice, facts, words, out)
    return "".join(out)


def fill(pattern: Pattern, slot: str, inner: Pattern) -> Pattern:
    """Return the pattern with another in the place of a slot at its top level."""
    parts: list[str | Slot | Choice] = []
    for part in pattern:
        parts.extend(inner if part == Slot(slot) else (part,))
    return tuple(parts)


def slots(pattern: Pattern) -> Iterator[str]:
    """Yield the name of each slot."""
    for part in pattern:
        if isinstance(part, Slot):
            yield part.name
        elif isinstance(part, Choice):
            for option in part.options:
                yield from slots(option)


def literals(pattern: Pattern) -> Iterator[str]:
    """Yield each piece of fixed text."""
    for part in pattern:
        if isinstance(part, str):
            yield part
        elif isinstance(part, Choice):
            for option in part.options:
                yield from literals(option)


def _render(pattern: Pattern, dice: Dice, facts: Mapping[str, str], words: Words, out: list[str]) -> None:
    for part in pattern:
        if isinstance(part, str):
            out.append(part)
        elif isinstance(part, Choice):
            _render(dice.pick(part.options), dice, facts, words, out)
        elif part.name in facts:
            out.append(facts[part.name])
        else:
            _render(dice.pick(words[part.name]), dice, facts, words, out)


def _sequence(source: str, start: int, where: str, *, nested: bool) -> tuple[Pattern, int]:
    """Read up to the end, or in a brace up to `|` or `}`; return the pattern and where reading stopped."""
    parts: list[str | Slot | Choice] = []
    at = start
    while at < len(source):
        character = source[at]
        if character == "{":
            part, at = _brace(source, at + 1, where)
            parts.append(part)
        elif character == "}" or (nested and character == "|"):
            break
        else:
            end = next((i for i in range(at, len(source)) if source[i] in "{}|"), len(source))
            end = max(end, at + 1)
            parts.append(source[at:end])
            at = end
    return tuple(parts), at


def _brace(source: str, start: int, where: str) -> tuple[Slot | Choice, int]:
    options: list[Pattern] = []
    at = start
    while True:
        pattern, at = _sequence(source, at, where, nested=True)
        options.append(pattern)
        if at >= len(source):
            raise ConfigError(f"{where}: a brace is never closed in {source!r}.")
        at += 1
        if source[at - 1] == "}":
            break
    if len(options) > 1:
        return Choice(tuple(options)), at
    name = source[start : at - 1]
    if not _SLOT.fullmatch(name):
        raise ConfigError(f"{where}: {name!r} is not the name of a slot in {source!r}.")
    return Slot(name), at
