"""Checks of people that are made outside the service, and which of them a kind of posting asks for."""

from __future__ import annotations

from enum import StrEnum

from annotator.domain.items import Source


class VettingStep(StrEnum):
    IDENTITY = "identity"
    REFERENCES = "references"
    TRAINING = "training"


TITLES = {
    VettingStep.IDENTITY: "Identity checked",
    VettingStep.REFERENCES: "References taken",
    VettingStep.TRAINING: "Training attended",
}

REQUIRED: dict[Source, frozenset[VettingStep]] = {
    Source.SYNTHETIC: frozenset(),
    Source.DEIDENTIFIED: frozenset({VettingStep.IDENTITY, VettingStep.REFERENCES}),
}
"""What has to be recorded of somebody before postings of that source are handed to them."""


def allowed_sources(passed: frozenset[VettingStep]) -> list[Source]:
    """Return the sources of postings that somebody with these checks may be shown."""
    return [source for source, needed in REQUIRED.items() if needed <= passed]
