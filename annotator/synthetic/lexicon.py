"""The closed lexicon: every token that the grammar can emit, and the check that a text holds no other.

Identifiers are part of it: telephone numbers, mail and web addresses only as the grammar has them, from ranges that are reserved
for fiction. The check knows words, not meaning: it shows that a text could be ours, and a manifest shows that it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from annotator.synthetic.grammar import Grammar, Indicator, Sentence, load_grammar
from annotator.synthetic.wording import Pattern, literals

_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:'[^\W\d_]+)?|[^\w\s]|_")
_LONG_NUMBER = re.compile(r"\+?\d(?:[ -]?\d){5,}")
_ADDRESS = re.compile(r"(?<![^\s()])[^\s()@]+(?:@[^\s(),]+|\.(?:example|test|invalid|com|net|org)\b[^\s(),]*)")
_ODD_SPACE = re.compile(r"[^\S\n ]")
_LAYOUT = frozenset("-*+>")
_MARKS = ".,;:!?"


def verify_lexicon(text: str) -> tuple[str, ...]:
    """Return what in the text is not of the grammar: unknown tokens, numbers and addresses, each once; empty for ours."""
    unknown: list[str] = []
    rest = text
    for pattern, known in ((_ADDRESS, _is_address), (_LONG_NUMBER, _is_number)):
        unknown += [found for found in pattern.findall(rest) if not known(found)]
        rest = pattern.sub(" ", rest)
    tokens = dict.fromkeys(_TOKEN.findall(rest))
    words = lexicon()
    unknown += [token for token in tokens if token not in words and token.casefold() not in words]
    unknown += _ODD_SPACE.findall(text)
    return tuple(dict.fromkeys(unknown))


@lru_cache(maxsize=1)
def lexicon() -> frozenset[str]:
    """Return every token of the grammar, case-folded."""
    grammar = load_grammar()
    tokens = {token.casefold() for text in _fixed_texts(grammar) for token in _TOKEN.findall(text)}
    return frozenset(tokens | _LAYOUT | set(_MARKS))


def shows_contact(text: str) -> bool:
    """Say whether a telephone number or a mail or web address stands in a text of ours, written out or obscured."""
    return bool(_ADDRESS.search(text) or _LONG_NUMBER.search(text) or "example" in text)


def holds_long_number(text: str) -> bool:
    """Say whether a number stands in a text that is long enough to be one of telephones; it may reach across single spaces."""
    return bool(_LONG_NUMBER.search(text))


def _is_address(found: str) -> bool:
    return found.rstrip(_MARKS) in _addresses()


def _is_number(found: str) -> bool:
    return any(
        found.startswith(phone["prefix"])
        and len(found) == len(phone["prefix"]) + phone["width"]
        and phone["low"] <= int(found[-phone["width"] :]) <= phone["high"]
        for locale in load_grammar().locales
        for phone in locale["phones"]
    )


@lru_cache(maxsize=1)
def _addresses() -> frozenset[str]:
    words = load_grammar().words["early"]
    return frozenset("".join(literals(pattern)) for slot in ("email", "web") for pattern in words[slot])


def _fixed_texts(grammar: Grammar) -> Iterator[str]:
    for pattern in grammar_patterns(grammar):
        yield from literals(pattern)
    for register in grammar.registers.values():
        yield from register.replacements.values()
    for names in grammar.identity.values():
        yield from names
    for locale in grammar.locales:
        yield from (locale["per"], *locale["fees"], *locale["debts"])
        for band in locale["bands"]:
            yield from (band["low"], band["high"], *band["inside"], *band["far"])
    yield from grammar.placeholders.values()
    for hours in grammar.hours:
        yield from (hours["reference"], *hours["inside"], *hours["far"])


def grammar_patterns(grammar: Grammar) -> Iterator[Pattern]:
    yield from grammar.cues
    for phase in grammar.words.values():
        for wordings in phase.values():
            yield from wordings
    for sentence in _sentences(grammar):
        yield sentence.pattern
    for sector in grammar.sectors:
        for template in sector.templates:
            yield from (*template.employers, *template.tasks)


def _sentences(grammar: Grammar) -> Iterator[Sentence]:
    for indicator in grammar.indicators.values():
        yield from _of_indicator(indicator)
    for listed in grammar.frame.values():
        yield from listed
    for sector in grammar.sectors:
        yield from sector.fillers
        for template in sector.templates:
            yield from (*template.titles, *template.opens, *template.duties)


def _of_indicator(indicator: Indicator) -> Iterable[Sentence]:
    for listed in (*indicator.ways.values(), *indicator.carried.values(), *indicator.withheld.values()):
        yield from listed
    yield from indicator.unreferenced
