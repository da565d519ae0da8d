"""The terms that travel with every export and release. They are part of what is downloaded, and their hash is kept with each download."""

from __future__ import annotations

import hashlib

SHORT = (
    "Labels say what a text shows, never who somebody is. Not evidence; not for arrest, deportation, account removal or "
    "denial of service. Do not identify, contact or profile a person with these data."
)

PROHIBITED = (
    "finding, identifying, contacting, profiling or scoring a person, by these data alone or together with others",
    "arrest, deportation, removal of an account, denial of a service, or any other consequence for a person, automatic or not",
    "evidence in proceedings of any kind",
    "re-identifying annotators, or joining their pseudonyms with other data",
    "training or tuning a system whose output has consequences for a person without a person's judgement",
    "claims about how common anything is in the world",
    "passing on the texts without this card and these terms",
)

PERMITTED = (
    "research on how texts of this kind are read, and on how far readers agree",
    "building and testing tools that help trained people decide what to look at, with the bias test passed and published",
    "teaching, and review of the guideline",
)


def digest(text: str) -> str:
    """Return the SHA-256 of terms, by which an acceptance names them."""
    return hashlib.sha256(text.encode()).hexdigest()
