"""What the gate says of a text: kinds of identifier, where each was found, and the result. No rule lives here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from annotator.domain.errors import AnnotatorError

GATE_VERSION = "1.1.0"
"""Changes with every rule, list or package that can change what is masked."""

MAX_LENGTH = 20_000
"""Longest text that the gate reads, in code points; a longer one is quarantined unread."""


class Kind(StrEnum):
    """Kinds of identifier; the value in capitals is the placeholder."""

    PHONE = "phone"
    EMAIL = "email"
    URL = "url"
    HANDLE = "handle"
    NAME = "name"
    ADDRESS = "address"
    PLACE = "place"
    ID = "id"
    BANK = "bank"
    WALLET = "wallet"
    PLATE = "plate"
    BIRTH = "birth"
    IP = "ip"
    COORDINATES = "coordinates"
    UNCLEAR = "unclear"  # digits or letters that nothing explains: masked, and the row is quarantined
    WITHHELD = "withheld"  # the whole text, where the gate could not read it

    @property
    def placeholder(self) -> str:
        """Return the typed placeholder, such as `<PHONE>`."""
        return f"<{self.name}>"


@dataclass(frozen=True, slots=True)
class Match:
    """A passage that a rule found, in offsets of the text the rule read. `sure` is False where the edges were guessed
    or an obfuscation had to be undone first; such a row goes to people.
    """

    start: int
    end: int
    kind: Kind
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Found:
    """A masked passage: code points `start` to `end` (exclusive) of the original text, and a keyed hash of its value."""

    start: int
    end: int
    kind: Kind
    digest: str


@dataclass(frozen=True, slots=True)
class GateResult:
    """The gate's whole answer. `text` is masked; no field holds a masked value."""

    text: str
    state: Literal["ready", "quarantined"]
    reasons: tuple[str, ...]
    spans: tuple[Found, ...]
    language: str
    version: str = GATE_VERSION

    @property
    def ready(self) -> bool:
        """Say whether the masked text may go on without a person looking first."""
        return self.state == "ready"


class OutOfTimeError(AnnotatorError):
    """The gate took longer over one text than it may."""
