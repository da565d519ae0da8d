"""Who is asked about what: chance, the model, or both in the shares that the lift meter allows."""

from __future__ import annotations

from enum import StrEnum


class Pick(StrEnum):
    """What picked an item for a person."""

    AUDIT = "audit"  # the random slice from which shares and the model itself are judged
    MODEL = "model"  # the largest expected gain of information for this person
    RANDOM = "random"  # the seeded order
