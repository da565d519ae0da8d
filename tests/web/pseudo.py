"""A language that nobody speaks: every text that comes from the catalogue stands in brackets, so that what does not is seen."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser

from annotator.locale.messages import found
from annotator.web.frame import language

OPEN, CLOSE = "\N{MATHEMATICAL LEFT WHITE SQUARE BRACKET}", "\N{MATHEMATICAL RIGHT WHITE SQUARE BRACKET}"
_STANDS = re.compile(r"(%\(\w+\)s|%%|\{\w+\}|</?\w+[^>]*>|&\w+;)")
_SPOKEN = re.compile(f"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}")
_WORD = re.compile(r"[^\W\d_]{3,}")
_NAME = re.compile(r"\b[A-Z0-9]{8,26}\b|\b(?:item|posting|card)-\w+|https?://\S+|\b\w+:(?:read|write)\b|\b\w+\.\w+ed\b")
"""Pseudonyms, public ids, addresses, scopes, events."""
_SHOWN = {"aria-label", "title", "alt", "placeholder", "data-what"}
_NO_WORDS = {"script", "style", "code", "kbd", "pre"}
_NOT_OURS = {"brand", "guideline", "posting", "excerpt", "explained-text"}
"""Classes of what is shown as it was written: our name, texts that people agree to, postings."""
_EMPTY = {"input", "br", "hr", "img", "meta", "link", "wbr", "path", "rect", "circle", "line"}


def bracketed(text: str) -> str:
    """Return a text with its words in brackets, its holes and markup as they were."""
    parts = _STANDS.split(text)
    return "".join(
        f"{OPEN}{part}{CLOSE}" if n % 2 == 0 and _WORD.search(part) else part for n, part in enumerate(parts)
    )


def catalogue() -> language.Spoken:
    """Return the whole catalogue in that language."""
    texts = found()
    dates = set(language._WHEN.values())
    for message in texts:
        forms = (message.id,) if isinstance(message.id, str) else message.id
        made = tuple(f"'{OPEN}'{form}'{CLOSE}'" if form in dates else bracketed(form) for form in forms)
        message.string = made[0] if isinstance(message.id, str) else made
    return language.Spoken(texts)


class Words(HTMLParser):
    """Collects what a page shows in words: text, and the attributes that are read out."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._open: list[tuple[str, bool]] = []  # elements, and whether what is in them is not ours to translate

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        silent = (
            tag in _NO_WORDS
            or (tag != "html" and "lang" in given)
            or not _NOT_OURS.isdisjoint(str(given.get("class")).split())
        )
        self.found += [given[name] or "" for name in _SHOWN if name in given and not self._silent]
        if tag not in _EMPTY:
            self._open.append((tag, silent))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.found.append(data)

    @property
    def _silent(self) -> bool:
        return any(silent for _, silent in self._open)


def unspoken(page: str, data: Iterator[str] | list[str]) -> Counter[str]:
    """Return the words of a page that come from no catalogue and are no data."""
    words = Words()
    words.feed(page)
    left: Counter[str] = Counter()
    for text in words.found:
        rest = _NAME.sub(" ", _SPOKEN.sub(" ", text).replace("Annotator", " "))
        for each in data:
            if each in rest:
                rest = rest.replace(each, " ")
        if _WORD.search(rest):
            left[" ".join(text.split())] += 1
    return left
