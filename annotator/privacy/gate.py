"""The de-identification gate: one text in, a masked text and a verdict out. It fails closed and never raises.

normalise → rules, Presidio's patterns and (where installed) named entities → typed placeholders → residue. The masked text
is read again until nothing more is found, so masking it once more changes nothing. Raw values stay in this call: results,
reasons and logs hold offsets, kinds and keyed hashes only.
"""

from __future__ import annotations

import hmac
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from annotator.privacy import (
    codes,
    digits,
    handles,
    language,
    lexicon,
    people,
    places,
    recognisers,
    residue,
    shapes,
    spelled,
    streets,
)
from annotator.privacy.normalise import Aligned, normalise
from annotator.privacy.reading import Reading, read
from annotator.privacy.tokens import tokenise
from annotator.privacy.values import MAX_LENGTH, Found, GateResult, Kind, Match, OutOfTimeError

SECONDS = 2.0
"""Longest processor time for one reading of a text."""

_PASSES = 8
_SURROGATE = re.compile("[\ud800-\udfff]")
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Pass:
    matches: tuple[Match, ...]  # in offsets of the text read
    reasons: tuple[str, ...]
    language: str | None


class Gate:
    """Masks identifiers in texts of the supported languages.

    `salt` keys the hashes of what was masked (HMAC-SHA-256); without one a random key is drawn, so that hashes of two gates
    do not link. `ner` asks spaCy as well: None means "if its model is installed". `seconds` bounds the processor time of one reading.
    """

    def __init__(self, *, salt: bytes | None = None, ner: bool | None = None, seconds: float = SECONDS) -> None:
        self._salt = salt or secrets.token_bytes(32)
        self._ner = recognisers.ner_installed() if ner is None else ner
        self._seconds = seconds
        lexicon.load()
        recognisers.load()

    def check(self, text: str, language: str | None = None) -> GateResult:
        """Mask one text. Never raises for any string: what cannot be read is withheld whole and quarantined."""
        try:
            return self._check(text, language)
        except OutOfTimeError:
            return self._withheld(text, reason="time: the text took longer than it may")
        except Exception as error:  # noqa: BLE001 -- the gate fails closed whatever goes wrong
            _log.warning("gate_failed", error=type(error).__name__)
            return self._withheld(text, reason="error: the gate failed on this text")

    def _check(self, text: str, declared: str | None) -> GateResult:
        if len(text) > MAX_LENGTH:
            return self._withheld(text, reason=f"length: more than {MAX_LENGTH} characters")
        if _SURROGATE.search(text):
            return self._withheld(text, reason="letters: broken Unicode")
        wanted = None
        if declared is not None and declared.strip():
            wanted = language.supported(declared)
            if wanted is None:
                return self._withheld(text, reason="language: not one that the gate reads")
        masked = Aligned(text, range(len(text)), range(1, len(text) + 1))
        matches: list[Match] = []
        reasons: dict[str, None] = {}
        for _ in range(_PASSES):
            found = self._read(masked.text, wanted)
            if found.language is None:
                return self._withheld(text, reason="language: not one that the gate reads")
            reasons |= dict.fromkeys(found.reasons)
            if not found.matches:
                break
            matches = _merge([*matches, *(_back(masked, match) for match in found.matches)])
            masked = _mask(text, matches)
        else:
            return self._withheld(text, reason="error: masking did not settle")
        spans = tuple(Found(m.start, m.end, m.kind, self._digest(m.kind, text[m.start : m.end])) for m in matches)
        state = "quarantined" if reasons else "ready"
        return GateResult(masked.text, state, tuple(reasons), spans, found.language)  # type: ignore[arg-type]

    def _read(self, text: str, wanted: str | None) -> _Pass:
        aligned = normalise(text)
        tokens = tokenise(aligned)
        detected = wanted or language.detect(tokens)
        if detected is None:
            return _Pass((), (), None)
        lexicon.vocabulary(detected)  # loaded before the clock starts
        reading = read(tokens, detected, _deadline(self._seconds))
        self._find(reading)
        matches = tuple(_original(aligned, match) for match in reading.matches)
        return _Pass(matches, tuple(reading.reasons), detected)

    def _find(self, reading: Reading) -> None:
        shapes.find_shapes(reading)
        spelled.find_spelled(reading)
        handles.find_handles(reading)
        streets.find_streets(reading)
        places.find_places(reading)
        codes.find_codes(reading)
        digits.find_digits(reading)
        people.find_people(reading)
        recognisers.find_patterns(reading)
        if self._ner and reading.language == "en":
            recognisers.find_entities(reading)
        residue.find_residue(reading)

    def _digest(self, kind: Kind, value: str) -> str:
        canonical = "".join(char for char in normalise(value).text.casefold() if char.isalnum())
        return hmac.digest(self._salt, f"{kind}:{canonical}".encode(), "sha256").hex()

    def _withheld(self, text: str, reason: str) -> GateResult:
        kind = Kind.WITHHELD
        digest = hmac.digest(self._salt, text.encode("utf-8", "surrogatepass"), "sha256").hex()
        return GateResult(kind.placeholder, "quarantined", (reason,), (Found(0, len(text), kind, digest),), "")


def _deadline(seconds: float) -> Callable[[], None]:
    end = time.thread_time() + seconds

    def tick() -> None:
        if time.thread_time() > end:
            raise OutOfTimeError("The gate ran out of time.")

    return tick


def _original(aligned: Aligned, match: Match) -> Match:
    start, end = aligned.original(match.start, match.end)
    return Match(start, end, match.kind, match.sure)


_back = _original
"""A match in the masked text, as a match in the text it was masked from: the same arithmetic."""


def _merge(matches: list[Match]) -> list[Match]:
    """Unite overlapping matches; the longer one names the kind."""
    merged: list[Match] = []
    for match in sorted(matches, key=lambda m: (m.start, -m.end)):
        if merged and match.start < merged[-1].end:
            last = merged.pop()
            kind = match.kind if match.end - match.start > last.end - last.start else last.kind
            match = Match(last.start, max(last.end, match.end), kind, last.sure and match.sure)  # noqa: PLW2901
        merged.append(match)
    return merged


def _mask(text: str, matches: list[Match]) -> Aligned:
    """Return the text with placeholders, each aligned to the passage it stands for."""
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    for match in [*matches, Match(len(text), len(text), Kind.UNCLEAR)]:
        parts.append(text[at : match.start])
        starts.extend(range(at, match.start))
        ends.extend(range(at + 1, match.start + 1))
        if match.end > match.start:
            parts.append(match.kind.placeholder)
            starts.extend([match.start] * len(match.kind.placeholder))
            ends.extend([match.end] * len(match.kind.placeholder))
        at = match.end
    return Aligned("".join(parts), starts, ends)
