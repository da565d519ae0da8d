"""The two-person re-check of quarantined text: a decision counts for the text it was made on, and takes two different people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Decision(StrEnum):
    ACCEPT = "accept"
    DESTROY = "destroy"


class Outcome(StrEnum):
    OPEN = "open"
    RELEASED = "released"
    DESTROYED = "destroyed"


@dataclass(frozen=True, slots=True)
class Vote:
    """One person's latest decision, and the version of the text it was made on."""

    decision: Decision
    version: int


def outcome(votes: Mapping[str, Vote], version: int) -> Outcome:
    """Return what the votes, by person, come to: two accept this very version, or two destroy whatever the version.

    Masking more makes a new version, so an acceptance of an older one no longer counts.
    """
    accepts = sum(vote.decision is Decision.ACCEPT and vote.version == version for vote in votes.values())
    destroys = sum(vote.decision is Decision.DESTROY for vote in votes.values())
    if destroys >= 2:
        return Outcome.DESTROYED
    return Outcome.RELEASED if accepts >= 2 and destroys == 0 else Outcome.OPEN


Mask = tuple[int, int, str]
"""Start, end (exclusive) and placeholder of a passage, in code points."""


def places(text: str, words: str, placeholder: str) -> list[Mask]:
    """Return every place where `words` stand in the text, whatever their case, the last first."""
    folded, wanted = text.casefold(), words.strip().casefold()
    if len(folded) != len(text):  # a letter whose folding is longer: match exactly rather than at a wrong place
        folded, wanted = text, words.strip()
    found: list[Mask] = []
    begin = 0
    while wanted and (start := folded.find(wanted, begin)) >= 0:
        begin = start + len(wanted)
        found.append((start, begin, placeholder))
    return found[::-1]


def masked(text: str, masks: Iterable[Mask]) -> str:
    """Replace passages by their placeholders, one after the other, each in the offsets that the one before has left."""
    for start, end, placeholder in masks:
        text = text[:start] + placeholder + text[end:]
    return text
