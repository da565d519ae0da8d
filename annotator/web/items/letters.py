"""Letters in the place of people: whoever decides on an item is not told who has answered it."""

from __future__ import annotations

from string import ascii_uppercase

from annotator.domain.errors import ForbiddenError
from annotator.domain.roles import Role
from annotator.storage.item_search import Search


def knows_people(role: Role) -> bool:
    """Say whether somebody of that role is told who has answered an item, by pseudonym."""
    return role is not Role.ADJUDICATOR


def require_knows_people(role: Role) -> None:
    """Raise `ForbiddenError` for a role that is not told who has answered an item."""
    if not knows_people(role):
        raise ForbiddenError("Who has answered an item is not told here.", mend="Search without naming people.")


def require_may_name(role: Role, search: Search) -> None:
    """Raise `ForbiddenError` where a search names people and whoever searches is not told who has answered."""
    if search.pair is not None and search.pair.people is not None:
        require_knows_people(role)


def letter(place: int) -> str:
    """Return A to Z, then A2, B2 …"""
    again, within = divmod(place, len(ascii_uppercase))
    return ascii_uppercase[within] + (str(again + 1) if again else "")
