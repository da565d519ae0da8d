"""Passwords that leaked so often that they are tried first. The list is Django's, which Label Studio brings: read where it was
installed, never copied, and without importing Django.
"""

from __future__ import annotations

import gzip
import unicodedata
from functools import cache
from importlib.util import find_spec
from pathlib import Path

_LIST = Path("contrib/auth/common-passwords.txt.gz")


def often_leaked(password: str, enough: int) -> bool:
    """Say whether a password is one of the list, one of them again and again, or one with fewer than `enough` digits and signs
    around it: with as many it would do without the word.
    """
    known = often_used()
    folded = unicodedata.normalize("NFKC", password).casefold().strip()
    word = _without_edges(folded)
    tried = {folded, _once(folded)}
    if len(folded) - len(word) < enough:
        tried |= {word, _once(word)}
    return not known.isdisjoint(tried - {""})


@cache
def often_used() -> frozenset[str]:
    """Return the list; empty where it is not installed, which the doctor tells."""
    path = place_of_list()
    if path is None:
        return frozenset()
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return frozenset(line.strip() for line in lines)


def place_of_list() -> Path | None:
    """Return where the list lies; None where it does not."""
    package = find_spec("django")
    for folder in package.submodule_search_locations or () if package is not None else ():
        if (path := Path(folder) / _LIST).is_file():
            return path
    return None


def _without_edges(text: str) -> str:
    letters = [at for at, letter in enumerate(text) if letter.isalpha()]
    return text[letters[0] : letters[-1] + 1] if letters else ""


def _once(text: str) -> str:
    """Return the shortest text that this one repeats, whole."""
    at = (text + text).find(text, 1)
    return text[:at]
