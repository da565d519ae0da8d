"""The gate of a release, run once more over every text that is about to leave. One gate a process; it fails closed."""

from __future__ import annotations

from functools import lru_cache

from annotator.domain.items import Source
from annotator.insight.lexicon_scan import only_lexicon
from annotator.privacy import GATE_VERSION, Gate

__all__ = ["GATE_VERSION", "recheck"]


def recheck(texts: list[str], sources: list[str], languages: list[str | None]) -> list[str]:
    """Return for each text why it may not leave, or an empty string.

    Synthetic text must hold nothing but the generator's words. Of any other text the gate must find nothing left to mask; odd
    words that two people have accepted already are no reason.
    """
    reasons = [""] * len(texts)
    ours = [place for place, source in enumerate(sources) if source == Source.SYNTHETIC.value]
    for place, clean in zip(ours, only_lexicon([texts[place] for place in ours]), strict=True):
        if not clean:
            reasons[place] = "holds words that the generator never writes"
    for place, (text, source, language) in enumerate(zip(texts, sources, languages, strict=True)):
        if source != Source.SYNTHETIC.value and _gate().check(text, language).text != text:
            reasons[place] = "the gate would mask more of it"
    return reasons


@lru_cache(maxsize=1)
def _gate() -> Gate:
    return Gate()
