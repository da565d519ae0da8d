"""Letters in the place of people: whoever decides on an item is not told who has answered it."""

from __future__ import annotations

from string import ascii_uppercase

from annotator.domain.roles import Role


def knows_people(role: Role) -> bool:
    """Say whether somebody of that role is told who has answered an item, by pseudonym."""
    return role is not Role.ADJUDICATOR


def letter(place: int) -> str:
    """Return A to Z, then A2, B2 …"""
    again, within = divmod(place, len(ascii_uppercase))
    return ascii_uppercase[within] + (str(again + 1) if again else "")
