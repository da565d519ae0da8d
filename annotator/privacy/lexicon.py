"""Words and what they announce: vocabularies, first and family names, spelled-out numbers and cue phrases.

The lists of cues and numbers are ours (`data/*.yaml`). Vocabularies come from the packages `wordfreq` and, for Tagalog and
Romanian where that one is thin, `simplemma`; names from `Faker`. Everything is loaded on first use and kept.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import product
from typing import Any

import yaml
from simplemma.strategies.dictionaries import DefaultDictionaryFactory

from annotator.privacy.normalise import fold

LANGUAGES = ("en", "es", "fr", "de", "tl", "pl", "ro")
"""Languages that the gate reads (ISO 639-1). A text in any other is quarantined."""

_WORDFREQ_CODES = {"tl": "fil"}
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_THIN = ("tl", "ro")
_COMMON = 10**-5.7  # at least two uses in a million words: a word that people meet
_RARE = 10**-9.0
_MOST_GLUED = 20
_WORDS = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """One language's words in lower case with their share of running text (wordfreq), accents also dropped."""

    language: str
    shares: Mapping[str, float]
    bare: Mapping[str, float]

    def share(self, word: str) -> float:
        """Return how often the word comes up, 0 where it is unknown."""
        return self.shares.get(word) or self.bare.get(word, 0.0)


@dataclass(frozen=True, slots=True)
class Names:
    """First and family names, lower case, without accents. `sure` first names are no ordinary words."""

    first: frozenset[str]
    family: frozenset[str]
    sure: frozenset[str]
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Numbers:
    """Digits by spelled-out word; `weak` ones count only among others."""

    digits: Mapping[str, str]
    weak: Mapping[str, str]
    multiplier: Mapping[str, int]
    filler: frozenset[str]
    magnitude: frozenset[str]
    strong: frozenset[str]
    spelled: frozenset[str]
    heads: frozenset[str]
    parts: frozenset[str]

    def unglued(self, word: str) -> list[str]:
        """Return the numbers that one long word is made of, two to twenty of them, each the longest that can stand there; else none."""
        fewest = {len(word): 0}  # numbers to the word's end, by a place in it
        longest: dict[int, int] = {}  # where the first of them ends
        for start in reversed(range(len(word))):
            ends = [end for end in fewest if word[start:end] in self.parts]
            if ends and (count := 1 + min(fewest[end] for end in ends)) <= _MOST_GLUED:
                fewest[start], longest[start] = count, max(ends)
        found: list[str] = []
        start = 0
        while start in longest:
            found.append(word[start : longest[start]])
            start = longest[start]
        return found if len(found) > 1 else []


def load() -> None:
    """Load everything that is not one language's own, so that the first text does not wait for it."""
    numbers()
    names()
    common_words()


@cache
def vocabulary(language: str) -> Vocabulary:
    """Load all that is known of a language's words."""
    shares = dict(_shares(language, "best"))
    if language in _THIN:
        for word in DefaultDictionaryFactory().get_dictionary(language):
            shares.setdefault(word.lower(), _RARE)
    return Vocabulary(language, shares, _bare(shares))


@cache
def common_words() -> Mapping[str, float]:
    """Return the words that any supported language uses often, since postings mix languages."""
    words: dict[str, float] = {}
    for language in LANGUAGES:
        for word, share in usual_words(language).items():
            words[word] = max(share, words.get(word, 0.0))
    return words


@cache
def usual_words(language: str) -> Mapping[str, float]:
    """Return a language's words that come up at least twice in a million, accents also dropped."""
    shares = _shares(language, "small")
    kept = {word: share for word, share in shares.items() if share >= _COMMON}
    return {**_bare(kept), **kept}


@cache
def function_words(language: str) -> frozenset[str]:
    """Return a language's most used words, by which it is told from others."""
    shares = _shares(language, "small")
    most = sorted((word for word in shares if word.isalpha()), key=lambda word: -shares[word])[:200]
    return frozenset(fold(word) for word in most)


@cache
def names() -> Names:
    """Load the names of some thirty locales."""
    first, family, accented, plain = set[str](), set[str](), set[str](), set[str]()
    for locale in _read("names")["locales"].split():
        provider = importlib.import_module(f"faker.providers.person.{locale}").Provider
        for attribute in dir(provider):
            listed = getattr(provider, attribute)
            if not isinstance(listed, tuple | list | dict):
                continue
            if attribute.startswith("first_name"):
                first.update(_name_words(listed))
                if locale == "pl_PL":
                    first.update(_polish_cases(listed))
                accented.update(fold(name) for name in listed if not name.isascii())
                plain.update(name.lower() for name in listed if name.isascii())
            elif "last_name" in attribute or "surname" in attribute:
                family.update(_name_words(listed))
    lists = _read("names")
    everyday = {word for language in LANGUAGES for word in function_words(language)}
    bare = {name for name in accented - plain if _written(name) > _COMMON * 10}
    ambiguous = frozenset(lists["ambiguous"].split()) | everyday | cue_index().keys() | bare
    ambiguous |= words("quantities", "currency+before+time+units+months")
    sure = {name for name in first if name not in ambiguous and len(name) > 2}
    return Names(frozenset(first), frozenset(family), frozenset(sure), frozenset(lists["roles"].split()))


@cache
def numbers() -> Numbers:
    """Return the spelled-out numbers of all languages together, since a writer who hides one may borrow any."""
    lists = _read("numbers")
    digits: dict[str, str] = {}
    for language in ("other", *reversed(LANGUAGES)):
        digits |= lists[language]
    digits |= dict(_joined_numbers(lists))
    parts = frozenset(fold(word) for word in digits if len(word) > 2)
    return Numbers(
        digits=digits,
        weak=lists["weak"],
        multiplier=lists["multiplier"],
        filler=frozenset(lists["filler"]),
        magnitude=frozenset(lists["magnitude"]),
        strong=frozenset(digits),
        spelled=frozenset(digits.keys() | lists["weak"].keys()),
        heads=frozenset(part[:3] for part in parts),
        parts=parts,
    )


@cache
def cue_index() -> Mapping[str, tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]]:
    """Return every cue phrase as a word tuple with the classes it belongs to, by its first word."""
    classes: dict[tuple[str, ...], list[str]] = {}
    for name, listed in _read("cues").items():
        for phrase in dict.fromkeys(_phrases(listed)):
            classes.setdefault(phrase, []).append(name)
    by_first: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = {}
    for phrase, names_ in classes.items():
        by_first.setdefault(phrase[0], []).append((phrase, tuple(names_)))
    return {first: tuple(group) for first, group in by_first.items()}


@cache
def words(file: str, name: str) -> frozenset[str]:
    """Return the single words of one list, or of several joined by `+`."""
    listed = " ".join(_read(file)[part] for part in name.split("+"))
    return frozenset(fold(word) for word in listed.replace("|", " ").split())


@cache
def affixes(language: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what a language puts before and after words."""
    lists = _read("affixes")
    return tuple(lists["prefixes"][language].split()), tuple(lists["suffixes"][language].split())


@cache
def contact_words() -> frozenset[str]:
    """Return words of getting in touch, and the most used words of every language: none of them is a handle."""
    most_used = (word for language in LANGUAGES for word in function_words(language))
    return words("context", "around_platform+strict_platform") | names().roles | frozenset(most_used)


@cache
def plain_values() -> frozenset[str]:
    """Return words that follow "my number is" and the like where no value does."""
    others = {"not", "on", "listed", "available", "required", "needed", "optional"}
    return names().roles | words("quantities", "before+time+months") | others


@cache
def _read(name: str) -> dict[str, Any]:
    path = resources.files("annotator.privacy") / "data" / f"{name}.yaml"
    lists: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 — a safe loader
    return lists


def _shares(language: str, wordlist: str) -> Mapping[str, float]:
    """Return a language's words with their share of running text."""
    from wordfreq import get_frequency_dict  # slow to load

    shares: Mapping[str, float] = get_frequency_dict(_WORDFREQ_CODES.get(language, language), wordlist=wordlist)
    return shares


def _polish_cases(listed: Iterable[str]) -> Iterator[str]:
    """Yield first names as they stand after "ask for", "with" and "of"; forms that are usual words are left out."""
    for name in _name_words(listed):
        endings = ("y", "i", "e", "ie") if name.endswith("a") else ("a", "em", "owi", "iem")
        stem = name.removesuffix("a")
        for form in (stem + ending for ending in endings):
            if common_words().get(form, 0.0) < _COMMON:
                yield form


def _written(word: str) -> float:
    """Return the highest share that any supported language has for exactly these letters."""
    return max(_shares(language, "small").get(word, 0.0) for language in LANGUAGES)


def _phrases(listed: str) -> Iterator[tuple[str, ...]]:
    for phrase in listed.split("|"):
        found = tuple(_WORDS.findall(fold(phrase)))
        if found:
            yield found


def _bare(shares: Mapping[str, float]) -> dict[str, float]:
    bare: dict[str, float] = {}
    for word, share in shares.items():
        if not word.isascii() and (plain := fold(word)) not in shares:
            bare[plain] = max(share, bare.get(plain, 0.0))
    return bare


def _name_words(listed: Iterable[str]) -> Iterator[str]:
    for name in listed:
        for part in _WORDS.findall(fold(name)):
            if len(part) > 1 and part.isascii():
                yield part


def _joined_numbers(lists: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """German and Romanian numbers that are written as one word."""
    german = {word: digits for word, digits in lists["de"].items() if len(digits) == 1} | {"ein": "1"}
    tens = {
        word: digits for word, digits in lists["de"].items() if len(digits) == 2 and digits[1] == "0" and digits != "10"
    }
    below_hundred = {**lists["de"]}
    for (one, low), (ten, high) in product(german.items(), tens.items()):
        below_hundred[f"{one}und{ten}"] = high[0] + low
    yield from below_hundred.items()
    for one, high in german.items():
        yield f"{one}hundert", high + "00"
        for word, digits in below_hundred.items():
            yield f"{one}hundert{word}", high + digits.rjust(2, "0")
            yield f"{one}hundertund{word}", high + digits.rjust(2, "0")
    ones = {word: digits for word, digits in lists["ro"].items() if len(digits) == 1}
    for (ten, high), (one, low) in product(
        ((w, d) for w, d in lists["ro"].items() if w.endswith("zeci")), ones.items()
    ):
        yield f"{ten}si{one}", high[0] + low
