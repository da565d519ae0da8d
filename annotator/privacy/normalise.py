# ruff: noqa: RUF001 -- look-alike characters are what this module is about
"""One reading of a text: NFKC, look-alikes, hidden characters and symbol digits undone, with every offset kept.

Look-alikes come from the Unicode TR39 data in the package `confusable_homoglyphs`. Rules read the result; masks are cut
from the original. Case and the letters of the supported languages are kept.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

LETTERS = frozenset("áéíóúüñçàâæèêëîïôœùûÿäöüßąćęłńśźżăâîșțşţÁÉÍÓÚÜÑÇÀÂÆÈÊËÎÏÔŒÙÛŸÄÖÜẞĄĆĘŁŃŚŹŻĂÂÎȘȚŞŢ")
"""Letters beyond ASCII that the supported languages write."""

_PLAIN = {
    **dict.fromkeys("‘’‚‛′`´ʼ", "'"),
    **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **dict.fromkeys("\u00a0\u2002\u2003\u2009\u202f\u3000", " "),
    "\u2028": "\n",
    "。": ".",
    "…": "…",
}
"""Ordinary typography: read as ASCII, and no sign of hiding."""

KEPT = frozenset("€£¥¢₱°²³ºª½¼¾×·•¡¿§®™©✓✔✗✘→←➜►▶■□▪●○◆★☆♥✨✅")
_INVISIBLE = frozenset(
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b"
    "\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\u3164\ufeff\uffa0"
)
_JOINS_EMOJI = frozenset("\u200d\ufe0e\ufe0f")
_FLAG = re.compile("(?<![\U0001f1e6-\U0001f1ff])[\U0001f1e6-\U0001f1ff]{2}(?!\\s?[\U0001f1e6-\U0001f1ff])")
"""A flag is two of these letters; more in a row spell a word."""
_ASCII_ALNUM = re.compile(r"[0-9A-Za-z]")


@dataclass(frozen=True, slots=True)
class Aligned:
    """A text derived from another. Character i stands for `starts[i]` to `ends[i]` (exclusive) of the original.

    `hidden` says that something other than ordinary typography had to be undone; `foreign` lists places of letters that
    belong to no supported language and look like none.
    """

    text: str
    starts: Sequence[int]
    ends: Sequence[int]
    hidden: bool = False
    foreign: tuple[int, ...] = ()

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Return the original offsets of a passage that is not empty."""
        return self.starts[start], self.ends[end - 1]


def normalise(text: str) -> Aligned:
    """Return the text as a reader sees it. O(n); ASCII passes untouched."""
    if not text.isascii():
        if not _ordinary().fullmatch(text):
            return _Normaliser(text).run()
        text = text.translate(_plain())
    return Aligned(text, range(len(text)), range(1, len(text) + 1))


def fold(text: str) -> str:
    """Return lower case without accents, one character for one."""
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(char.lower() if len(char.lower()) == 1 else char for char in text)
    return lowered if lowered.isascii() else lowered.translate(_accents())


class _Normaliser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.out: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.hidden = False
        self.foreign: list[int] = []

    def run(self) -> Aligned:
        i, n = 0, len(self.text)
        while i < n:
            char = self.text[i]
            if "\U0001f1e6" <= char <= "\U0001f1ff" and (flag := _FLAG.match(self.text, i)):
                self._emit(i, i + 1, flag[0][0])
                self._emit(i + 1, i + 2, flag[0][1])
                i += 2
                continue
            if char < "\x80":
                j = i + 1 if i + 1 >= n or self.text[i + 1] < "\x80" else self._cluster_end(i)
            else:
                j = self._cluster_end(i)
            self._emit(i, j, self._read(i, j))
            i = j
        return Aligned("".join(self.out), self.starts, self.ends, self.hidden, tuple(self.foreign))

    def _cluster_end(self, i: int) -> int:
        """A character and the marks and joiners on it are read as one."""
        j = i + 1
        while j < len(self.text) and (self.text[j] in _INVISIBLE or _is_mark(self.text[j])):
            j += 1
        return j

    def _emit(self, start: int, end: int, read: str) -> None:
        if not read and self.ends:  # what is dropped belongs to the character before it
            self.ends[-1] = end
        for char in read:
            self.out.append(char)
            self.starts.append(start)
            self.ends.append(end)

    def _read(self, i: int, j: int) -> str:
        base = self.text[i]
        if base in _INVISIBLE or _is_mark(base):
            self.hidden |= base not in _JOINS_EMOJI
            return ""
        if j > i + 1:
            return self._read_marked(i, j)
        if base in LETTERS or base in KEPT or base < "\x80":
            return base
        return _PLAIN.get(base) or self._read_exotic(base)

    def _read_marked(self, i: int, j: int) -> str:
        base, marks = self.text[i], self.text[i + 1 : j]
        composed = unicodedata.normalize("NFC", self.text[i:j])
        if composed in LETTERS:
            return composed
        emoji = set(marks) <= _JOINS_EMOJI and not base.isalnum()
        self.hidden |= not emoji
        return self._read(i, i + 1)

    def _read_exotic(self, char: str) -> str:
        digit = unicodedata.digit(char, None)
        number = unicodedata.numeric(char, None)
        if digit is not None or (number is not None and number.is_integer() and number >= 0 and char not in KEPT):
            self.hidden = True
            return str(digit if digit is not None else int(number or 0))
        if char == "\U0001f51f":
            self.hidden = True
            return "10"
        plain = _symbol_letter(char) or _look_alikes().get(char) or unicodedata.normalize("NFKC", char)
        if plain != char and any(map(str.isalnum, plain)):
            self.hidden = True
            return "".join(_look_alikes().get(part, part) for part in plain)
        if char.isalpha():
            bare = unicodedata.normalize("NFD", char)[0]
            if not bare.isascii():
                self.foreign.append(len(self.out))
            self.hidden = True
            return bare
        if plain.isascii() and plain.strip():
            return plain
        return " " if char.isspace() else char


@cache
def _ordinary() -> re.Pattern[str]:
    """Match a text that needs nothing but ordinary typography read as ASCII, character for character."""
    return re.compile(f"[\x00-\x7f{''.join(map(re.escape, LETTERS | KEPT | _PLAIN.keys()))}]*+")


@cache
def _plain() -> dict[int, str]:
    return {ord(char): plain for char, plain in _PLAIN.items()}


def _is_mark(char: str) -> bool:
    return char >= "\u0300" and unicodedata.category(char) in {"Mn", "Me"}


def _symbol_letter(char: str) -> str:
    """Squared, circled and flag letters, which NFKC leaves alone."""
    code = ord(char)
    for first in (0x1F150, 0x1F170, 0x1F1E6):
        if first <= code < first + 26:
            return chr(ord("A") + code - first)
    return ""


@cache
def _look_alikes() -> dict[str, str]:
    """Return non-ASCII characters by the one ASCII letter or digit that TR39 says they look like."""
    path = resources.files("confusable_homoglyphs") / "confusables.json"
    table: dict[str, str] = {}
    for char, rows in json.loads(path.read_text(encoding="utf-8")).items():
        if len(char) != 1 or char.isascii() or char in LETTERS or char in KEPT:
            continue
        plain = [row["c"] for row in rows if len(row["c"]) == 1 and _ASCII_ALNUM.match(row["c"])]
        if plain and unicodedata.category(char)[0] in "LNS":
            same_case = [c for c in plain if c.isupper() == char.isupper()]
            table[char] = (same_case or plain)[0]
    return table


@cache
def _accents() -> dict[int, str]:
    """Return the supported letters without their accents; those that are two letters in one stay."""
    table = {"ł": "l", "đ": "d", "ø": "o"}
    for char in LETTERS:
        bare = unicodedata.normalize("NFD", char.lower())[0]
        if bare.isascii():
            table[char.lower()] = bare
    return {ord(char): bare for char, bare in table.items()}
