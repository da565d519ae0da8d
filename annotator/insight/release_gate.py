"""The gate of a release, run once more over every text that is about to leave. One gate a process; it fails closed."""

from __future__ import annotations

from functools import lru_cache

from annotator.domain.items import Source
from annotator.privacy import GATE_VERSION, Gate
from annotator.synthetic.lexicon import verify_lexicon

__all__ = ["GATE_VERSION", "recheck"]


def recheck(texts: list[str], sources: list[str], languages: list[str | None]) -> list[str]:
    """Return for each text why it may not leave, or an empty string.

    Synthetic text must hold nothing but the generator's words. Of any other text the gate must find nothing left to mask; odd
    words that two people have accepted already are no reason.
    """
    return [_reason(*row) for row in zip(texts, sources, languages, strict=True)]


def _reason(text: str, source: str, language: str | None) -> str:
    if source == Source.SYNTHETIC.value:
        return "holds words that the generator never writes" if verify_lexicon(text) else ""
    return "" if _gate().check(text, language).text == text else "the gate would mask more of it"


@lru_cache(maxsize=1)
def _gate() -> Gate:
    return Gate()
