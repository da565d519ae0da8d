"""Which language a text is written in, told by its most used words; and whether the gate reads it."""

from __future__ import annotations

from functools import cache

from annotator.privacy import lexicon
from annotator.privacy.tokens import Tokens

_ENOUGH_WORDS = 6
_LEAST_SHARE = 0.2
_LEAST_KNOWN = 0.5
_CODES = {
    "fil": "tl",
    "eng": "en",
    "spa": "es",
    "fra": "fr",
    "fre": "fr",
    "deu": "de",
    "ger": "de",
    "tgl": "tl",
    "pol": "pl",
    "ron": "ro",
    "rum": "ro",
}


def supported(code: str) -> str | None:
    """Return the supported language of a tag such as "en", "en-GB", "fil" or "ES", or None."""
    base = code.strip().lower().replace("_", "-").split("-")[0]
    base = _CODES.get(base, base)
    return base if base in lexicon.LANGUAGES else None


def detect(tokens: Tokens) -> str | None:
    """Return the likeliest supported language, or None where a text of some length has too few of its words.

    A language scores for its most used words (less for those it shares) and for the words it knows at all.
    """
    words = [word for word in tokens.words if word[0].isalpha()]
    if not words:
        return "en"
    votes = _votes()
    most_used = dict.fromkeys(lexicon.LANGUAGES, 0.0)
    for word in words:
        for language, weight in votes.get(word, ()):
            most_used[language] += weight
    known = {language: sum(word in lexicon.usual_words(language) for word in words) for language in lexicon.LANGUAGES}
    best = max(lexicon.LANGUAGES, key=lambda language: most_used[language] + known[language])
    enough = most_used[best] >= _LEAST_SHARE * len(words) or known[best] >= _LEAST_KNOWN * len(words)
    return best if enough or len(words) < _ENOUGH_WORDS else None


@cache
def _votes() -> dict[str, tuple[tuple[str, float], ...]]:
    holders: dict[str, list[str]] = {}
    for language in lexicon.LANGUAGES:
        for word in lexicon.function_words(language):
            holders.setdefault(word, []).append(language)
    return {word: tuple((language, 1.0 / len(owners)) for language in owners) for word, owners in holders.items()}
