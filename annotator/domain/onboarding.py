"""The steps by which a volunteer comes in, in their order. Nobody is handed anything before the last one is done."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum


class Step(StrEnum):
    ABOUT = "about"  # what the work is and what one may see
    CONSENT = "consent"  # of age, and consent
    CONDUCT = "conduct"  # the code of conduct
    SUPPORT = "support"  # the support card of one's region
    PREFERENCES = "preferences"  # what one would rather not see, collapsed text, time zone


TITLES = {
    Step.ABOUT: "What the work is",
    Step.CONSENT: "Age and consent",
    Step.CONDUCT: "Code of conduct",
    Step.SUPPORT: "Support",
    Step.PREFERENCES: "Your choices",
}

SIGNED = (Step.ABOUT, Step.CONSENT, Step.CONDUCT)
"""Steps that agree to a text. A new version of it asks again."""


@dataclass(frozen=True, slots=True)
class OnboardingText:
    """One version of a text that is agreed to (markdown)."""

    step: Step
    version: str
    text: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()
