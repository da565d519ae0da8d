"""A normalised text as tokens, and the lookups that every rule shares: phrases, sentence starts, who stands beside whom."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from annotator.privacy.normalise import Aligned, fold
from annotator.privacy.values import Kind

_PLACEHOLDER = "|".join(kind.placeholder for kind in Kind)
_TOKEN = re.compile(rf"[^\W\d_]+|\d+|{_PLACEHOLDER}|[^\w\s]|_")
_BETWEEN_PHRASE = re.compile(r"[ \t'.\-/]{0,2}")
_SENTENCE_END = frozenset('.!?:;"•·*|▶►→➜✅★☆✨(-')


CueIndex = Mapping[str, tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]]
"""Phrases with the classes they announce, by their first word."""


@dataclass(slots=True)
class Tokens:
    """Tokens of `aligned.text`: exact and folded words, and their offsets there."""

    aligned: Aligned
    text: str
    folded: str
    words: list[str]
    starts: list[int]
    ends: list[int]

    def __len__(self) -> int:
        return len(self.words)

    def exact(self, i: int) -> str:
        """Return token i as written."""
        return self.text[self.starts[i] : self.ends[i]]

    def word(self, i: int) -> str:
        """Return the folded token i, or nothing where there is none."""
        return self.words[i] if 0 <= i < len(self.words) else ""

    def same_line(self, i: int, j: int) -> bool:
        """Say whether no line ends between token i and a later token j."""
        return "\n" not in self.text[self.ends[i] : self.starts[j]]

    def between(self, i: int, j: int) -> str:
        """Return the text between the end of token i and the start of token j."""
        return self.text[self.ends[i] : self.starts[j]]

    def is_word(self, i: int) -> bool:
        return self.words[i][0].isalpha()

    def is_digits(self, i: int) -> bool:
        return self.words[i][0].isdigit()

    def is_masked(self, i: int) -> bool:
        """Say whether token i is one of our own placeholders."""
        return self.words[i][0] == "<" and len(self.words[i]) > 1

    def is_capital(self, i: int) -> bool:
        return self.text[self.starts[i]].isupper()

    def glued(self, i: int) -> bool:
        """Say whether token i follows the one before it without a space."""
        return i > 0 and self.ends[i - 1] == self.starts[i]

    def starts_sentence(self, i: int) -> bool:
        """Say whether token i opens a sentence, a line or a list item, where a capital says nothing."""
        if i == 0 or "\n" in self.between(i - 1, i):
            return True
        return self.words[i - 1] in _SENTENCE_END or (
            not self.words[i - 1][0].isalnum() and self.words[i - 1] not in ",/&'<"
        )

    def next_word(self, i: int, reach: int = 3) -> int | None:
        """Return the index of the first word or number among the `reach` tokens after i, or None."""
        for j in range(i + 1, min(i + 1 + reach, len(self.words))):
            if self.words[j][0].isalnum():
                return j
        return None


def tokenise(aligned: Aligned) -> Tokens:
    """Split a normalised text. O(n)."""
    folded = fold(aligned.text)
    spans = [match.span() for match in _TOKEN.finditer(aligned.text)]
    words = [folded[start:end] for start, end in spans]
    return Tokens(aligned, aligned.text, folded, words, [start for start, _ in spans], [end for _, end in spans])


def find_phrases(tokens: Tokens, index: CueIndex) -> dict[str, list[tuple[int, int]]]:
    """Return (first, past-last) token indices of every listed phrase, by class, in order of their start."""
    found: dict[str, list[tuple[int, int]]] = {}
    for i, word in enumerate(tokens.words):
        group = index.get(word)
        if group is None:
            continue
        for phrase, classes in group:
            end = _follow(tokens, i, phrase)
            if end:
                for name in classes:
                    found.setdefault(name, []).append((i, end))
    return found


def _follow(tokens: Tokens, i: int, phrase: tuple[str, ...]) -> int:
    """Words of a phrase may have one hyphen, point, apostrophe or slash between them."""
    j = i
    for word in phrase[1:]:
        k = j + 1
        if k < len(tokens) and not tokens.words[k][0].isalnum() and tokens.words[k] in "-.'/":
            k += 1
        if k >= len(tokens) or tokens.words[k] != word or not _BETWEEN_PHRASE.fullmatch(tokens.between(j, k)):
            return 0
        j = k
    return j + 1
