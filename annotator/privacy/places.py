"""Precise places that have no address: corners, landmarks, milestones, and where people are told to meet.

What stands beside a place tells it; each find is a guess, and sends the row to people as well.
"""

from __future__ import annotations

from annotator.privacy import lexicon
from annotator.privacy.reading import Reading
from annotator.privacy.values import Kind

_ARTICLES = frozenset({"the", "el", "la", "le", "der", "die", "das", "den", "dem"})


def find_places(reading: Reading) -> None:
    """Mask places told by their surroundings."""
    _find_corners(reading)
    _find_beside_landmarks(reading)
    _find_milestones(reading)
    _find_meetings(reading)
    reading.tick()


def _find_corners(reading: Reading) -> None:
    """As in "corner of maple and oak": the two names that meet there."""
    tokens, joints = reading.tokens, lexicon.words("context", "joints")
    for _, end in reading.cues.get("place_cue", ()):
        joint = next((j for j in range(end + 1, min(end + 7, len(tokens))) if tokens.words[j] in joints), None)
        if joint is None or not reading.free(end) or any(tokens.words[j] in ".!?" for j in range(end, joint)):
            continue
        last = joint
        while last < joint + 3 and reading.free_word(last + 1) and tokens.same_line(last, last + 1):
            last += 1
            if tokens.words[last] not in lexicon.words("context", "street_particles"):
                break
        if last > joint:
            reading.mask(end, last, Kind.PLACE, sure=False)


def _find_beside_landmarks(reading: Reading) -> None:
    """As in "behind the old mill", "near St Example church": a relation, up to four words, and a landmark."""
    tokens, landmarks = reading.tokens, dict(reading.cues.get("landmark", ()))
    breakers = lexicon.words("context", "relation_breakers")
    close_by = lexicon.words("context", "close_by")
    for first, end in reading.cues.get("relation", ()):
        mark = next((j for j in range(end, min(end + 6, len(tokens))) if j in landmarks), None)
        if mark is None or not all(reading.free(j) for j in range(first, landmarks[mark])):
            continue
        if any(tokens.words[j] in breakers for j in range(end, mark)):
            continue
        if any(tokens.words[j] in ".!?,;:" and len(tokens.words[j - 1]) > 2 for j in range(end, mark)):
            continue
        named = reading.language != "de" and any(reading.free_capital(j) for j in range(end, mark))
        if named or any(word in close_by for word in tokens.words[first:end]):
            last = landmarks[mark] - 1
            while reading.free_capital(last + 1) and tokens.between(last, last + 1) == " ":
                last += 1
            reading.mask(first, last, Kind.PLACE, sure=False)


def _find_milestones(reading: Reading) -> None:
    """As in "km 14": the unit before the number tells a place, after it a distance."""
    tokens, milestones = reading.tokens, lexicon.words("context", "milestones")
    for i, word in enumerate(tokens.words):
        if word not in milestones or not reading.free(i) or not reading.free_digits(i + 1):
            continue
        if not (i and (tokens.is_digits(i - 1) or tokens.words[i - 1] == "/")):
            reading.mask(i, i + 1, Kind.PLACE, sure=False)


def _find_meetings(reading: Reading) -> None:
    """As in "meet at the second gate": where people are told to be, up to the end of the clause."""
    tokens = reading.tokens
    plain = (lexicon.names().roles - _ARTICLES) | lexicon.words("quantities", "time+before")
    for _, end in reading.cues.get("meeting", ()):
        i = end
        while tokens.word(i) in {":", "-"}:
            i += 1
        if not reading.free_word(i) or tokens.words[i] in plain or not tokens.same_line(i - 1, i):
            continue
        last = i
        while (
            last < i + 6
            and reading.free(last + 1)
            and tokens.words[last + 1][0].isalnum()
            and tokens.same_line(last, last + 1)
        ):
            last += 1
        reading.mask(i, last, Kind.PLACE, sure=False)
