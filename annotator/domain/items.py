"""The life of an item: `ingested → quarantined | ready → leased ⇄ ready → agreed | adjudicating → gold`, and `withdrawn`."""

from __future__ import annotations

from enum import StrEnum


class ItemState(StrEnum):
    QUARANTINED = "quarantined"  # waits for the privacy gate or for people to look at what was flagged
    READY = "ready"
    LEASED = "leased"  # at least one person holds it right now
    AGREED = "agreed"
    ADJUDICATING = "adjudicating"
    GOLD = "gold"
    WITHDRAWN = "withdrawn"


SHUT = (ItemState.QUARANTINED.value, ItemState.WITHDRAWN.value)
"""States in which an item, and what was said of it, stays in the house: out of consensus, mirror and exports."""


class Source(StrEnum):
    SYNTHETIC = "synthetic"
    DEIDENTIFIED = "de-identified"


TRANSITIONS: dict[ItemState, frozenset[ItemState]] = {
    ItemState.QUARANTINED: frozenset({ItemState.READY, ItemState.AGREED, ItemState.ADJUDICATING, ItemState.WITHDRAWN}),
    ItemState.READY: frozenset(
        {ItemState.LEASED, ItemState.AGREED, ItemState.ADJUDICATING, ItemState.QUARANTINED, ItemState.WITHDRAWN}
    ),
    ItemState.LEASED: frozenset(
        {ItemState.READY, ItemState.AGREED, ItemState.ADJUDICATING, ItemState.QUARANTINED, ItemState.WITHDRAWN}
    ),
    ItemState.AGREED: frozenset(
        {ItemState.READY, ItemState.ADJUDICATING, ItemState.GOLD, ItemState.QUARANTINED, ItemState.WITHDRAWN}
    ),
    ItemState.ADJUDICATING: frozenset({ItemState.READY, ItemState.GOLD, ItemState.QUARANTINED, ItemState.WITHDRAWN}),
    ItemState.GOLD: frozenset({ItemState.ADJUDICATING, ItemState.QUARANTINED, ItemState.WITHDRAWN}),
    ItemState.WITHDRAWN: frozenset(),
}
"""Which state may follow which."""
