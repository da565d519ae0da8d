"""Runs of digits: figures, spelled-out numbers and look-alike letters that together could be one number.

Here runs are found, whatever stands between their digits; `quantities` says which are ordinary, `digits` what the rest are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from annotator.privacy import lexicon
from annotator.privacy.tokens import Tokens

_LOOKS = str.maketrans("oilszbqg|", "011528901")
_LOOK_ALIKE = re.compile(r"[oilszb|]{1,6}")
_LOOK_ALIKE_CHUNK = re.compile(r"[ .-][OIlSB]{0,4}\d")
_GAP = re.compile(r"(?:[^\w€$£₱%°<>]|_){0,10}")
_CONJUNCTION = frozenset(["and", "y", "et", "und", "i", "si", "at", "oraz", "plus", "by", "next", "t", "e", "a"])
_FIRST_OF_DIGITS = frozenset("0123456789oilszb|")
_OFTEN_OTHER = frozenset(["to", "too", "for", "fore", "won", "ate", "once", "zip", "ow", "wala"])
MAX_FILLERS = 2


class Atom(NamedTuple):
    """One token's digits. `spelled` is a word, `weak` a token that is a number only among others."""

    token: int
    digits: str
    spelled: bool = False
    weak: bool = False


class Run(NamedTuple):
    """Atoms with nothing but separators and fillers between them."""

    atoms: tuple[Atom, ...]

    @property
    def first(self) -> int:
        return self.atoms[0].token

    @property
    def last(self) -> int:
        return self.atoms[-1].token

    @property
    def digits(self) -> str:
        return "".join(atom.digits for atom in self.atoms)

    @property
    def plain(self) -> bool:
        """Say whether the run is written in figures alone."""
        return not any(atom.spelled or atom.weak for atom in self.atoms)

    def strong_digits(self) -> int:
        return sum(len(atom.digits) for atom in self.atoms if not atom.weak)


def digit_runs(tokens: Tokens, taken: set[int]) -> list[Run]:
    """Return every run, left to right. Tokens in `taken` break one."""
    runs: list[Run] = []
    current: list[Atom] = []
    for atom in _atoms(tokens, taken):
        if current and not _joined(tokens, current[-1], atom, taken):
            runs.extend(_settle(current))
            current = []
        current.append(atom)
    runs.extend(_settle(current))
    return runs


def _atoms(tokens: Tokens, taken: set[int]) -> Iterator[Atom]:
    known, words = lexicon.numbers(), tokens.words
    digits, weak = known.digits, known.weak
    for i in _candidates(words, tokens.distinct):
        word = words[i]
        if i in taken:
            continue
        if word[0].isdigit():
            times = known.multiplier.get(words[i - 1], 1) if i else 1
            yield Atom(i, word[0] * (times - 1) + word, spelled=times > 1)
        elif _LOOK_ALIKE.fullmatch(word) and _touches_digit(tokens, i):
            yield Atom(i, word.translate(_LOOKS), weak=True)
        elif word in digits:
            yield Atom(i, _doubled(tokens, i, digits[word]), spelled=True)
        elif word in weak:
            yield Atom(i, weak[word], spelled=True, weak=True)
        elif 7 < len(word) <= 120 and (parts := known.unglued(word)):
            yield Atom(i, "".join(known.digits[part] for part in parts), spelled=True)


def _candidates(words: list[str], distinct: frozenset[str]) -> list[int]:
    """Return the few tokens that could be digits at all."""
    known, common = lexicon.numbers(), lexicon.common_words()
    likely = set(distinct & known.spelled)
    for word in distinct:
        if word[0] in _FIRST_OF_DIGITS and (word[0].isdigit() or len(word) <= 6):
            likely.add(word)
        if len(word) > 7 and word[:3] in known.heads and word not in common:
            likely.add(word)
    return [i for i, word in enumerate(words) if word in likely]


def _doubled(tokens: Tokens, i: int, digits: str) -> str:
    times = lexicon.numbers().multiplier.get(tokens.words[i - 1], 1) if i else 1
    return digits * times


def _touches_digit(tokens: Tokens, i: int) -> bool:
    """Look-alike letters count only as part of a chunk that has figures."""
    left, right = i, i
    if tokens.glued(i) and tokens.words[i - 1] == "+":
        return True
    if (
        tokens.exact(i).isupper()
        and i
        and tokens.is_digits(i - 1)
        and _LOOK_ALIKE_CHUNK.match(tokens.text, tokens.ends[i])
    ):
        return True
    while tokens.glued(left):
        left -= 1
        if tokens.is_digits(left):
            return True
    while right + 1 < len(tokens) and tokens.glued(right + 1):
        right += 1
        if tokens.is_digits(right):
            return True
    return False


def _joined(tokens: Tokens, left: Atom, right: Atom, taken: set[int]) -> bool:
    spelled = left.spelled or right.spelled
    for weak, other in ((left, right), (right, left)):
        if weak.weak and weak.spelled and not other.spelled and tokens.words[weak.token] in _OFTEN_OTHER:
            return False
    if right.token - left.token > 12:
        return False
    known = lexicon.numbers()
    fillers = 0
    for j in range(left.token + 1, right.token):
        word = tokens.words[j]
        if j in taken or (word[0] == "<" and len(word) > 1):
            return False
        if not word[0].isalpha():
            continue
        fillers += 1
        if word in known.multiplier or (word in known.magnitude and spelled):
            continue
        if fillers > MAX_FILLERS or word not in known.filler or (word in _CONJUNCTION and not spelled):
            return False
    if fillers:
        return right.token - left.token <= 8
    return _GAP.fullmatch(tokens.between(left.token, right.token)) is not None


def _settle(atoms: list[Atom]) -> Iterator[Run]:
    """Weak atoms count where the whole is long enough to be a number; else they are words again and split the run."""
    run = Run(tuple(atoms)) if atoms else None
    if run is None:
        return
    if not any(atom.weak for atom in atoms) or (len(run.digits) >= 7 and run.strong_digits() >= 3):
        yield run
        return
    part: list[Atom] = []
    for atom in atoms:
        if not atom.weak:
            part.append(atom)
        elif part:
            yield Run(tuple(part))
            part = []
    if part:
        yield Run(tuple(part))
