"""Which language a text is written in, told by its most used words; and whether the gate reads it."""

from __future__ import annotations

from functools import cache

from annotator.privacy import lexicon
from annotator.privacy.tokens import Tokens

_ENOUGH_WORDS = 6
_LEAST_SHARE = 0.2
_LEAST_KNOWN = 0.6


def supported(code: str) -> str | None:
    """Return the supported language of a tag such as "en", "en-GB", "fil" or "ES", or None."""
    base = code.strip().lower().replace("_", "-").split("-")[0]
    base = {
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
    }.get(base, base)
    return base if base in lexicon.LANGUAGES else None


def detect(tokens: Tokens) -> str | None:
    """Return the likeliest supported language, or None where its most used words are missing from a text of some length."""
    votes = _votes()
    scores = dict.fromkeys(lexicon.LANGUAGES, 0.0)
    count = 0
    for word in tokens.words:
        if word[0].isalpha():
            count += 1
            for language, weight in votes.get(word, ()):
                scores[language] += weight
    best = max(scores, key=lambda language: scores[language])
    if count < _ENOUGH_WORDS or scores[best] >= _LEAST_SHARE * count:
        return best if scores[best] else _by_vocabulary(tokens)[0]
    best, known = _by_vocabulary(tokens)
    return best if known >= _LEAST_KNOWN else None


def _by_vocabulary(tokens: Tokens) -> tuple[str, float]:
    """Postings in headlines have few function words: ask which language knows most of the words, and what share it is."""
    words = [word for word in tokens.words if word[0].isalpha() and len(word) > 2]
    counts = {language: sum(word in lexicon.usual_words(language) for word in words) for language in lexicon.LANGUAGES}
    best = max(counts, key=lambda language: counts[language])
    return best, counts[best] / max(1, len(words))


@cache
def _votes() -> dict[str, tuple[tuple[str, float], ...]]:
    """A word that several languages use often says less of each."""
    holders: dict[str, list[str]] = {}
    for language in lexicon.LANGUAGES:
        for word in lexicon.function_words(language):
            holders.setdefault(word, []).append(language)
    return {
        word: tuple((language, 1.0 / len(owners) ** 0.5) for language in owners) for word, owners in holders.items()
    }
