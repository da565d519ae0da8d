"""What a volunteer is told about support: the project's welfare contact, and a card by region.

Emotional support stands apart from help with trafficking: they are different services. A number is printed only when it was
read in its own source; where none was, the card says whom to ask instead.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from annotator.domain.words import marked
from annotator.storage import wellbeing


@dataclass(frozen=True, slots=True)
class Card:
    """Where to turn in one region, in sentences."""

    title: str
    emotional: tuple[str, ...]
    trafficking: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Care:
    contact: str  # empty where the project has named nobody
    card: Card


_DANGER = marked("If you or somebody near you is in danger now, call the emergency number of the country you are in.")
_EMOTIONAL = (
    marked("Talk with somebody you trust, and with the welfare contact of this project."),
    marked("A doctor or a crisis line of your country listens in confidence. The welfare contact can tell you of one."),
)
_REPORTS = marked("The postings here are synthetic or de-identified: they are never reported to a helpline.")

CARDS = {
    "": Card(
        marked("General"),
        _EMOTIONAL,
        (
            _DANGER,
            marked("For worries about exploitation that you meet yourself, ask for your country's own helpline."),
            _REPORTS,
        ),
    ),
    "GB": Card(
        marked("United Kingdom"),
        _EMOTIONAL,
        (
            _DANGER,
            marked(
                "For worries about exploitation that you meet yourself: UK Modern Slavery & Exploitation Helpline, 08000 121 700."
            ),
            _REPORTS,
        ),
    ),
}
"""By region code; empty is the card for everybody else."""


def card_for(languages: str) -> str:
    """Return the region whose card to offer first, by what a browser says of itself; empty where there is none."""
    locales = [part.partition(";")[0].strip() for part in languages.split(",")]
    regions = [locale.rpartition("-")[2].upper() for locale in locales if "-" in locale]
    return next((region for region in regions if region in CARDS), "")


def care_for(session: Session, project_id: str, person_id: str) -> Care:
    """Return what to tell a person."""
    region = wellbeing.preferences_of(session, person_id).region
    return Care(wellbeing.welfare_contact(session, project_id), CARDS.get(region, CARDS[""]))
