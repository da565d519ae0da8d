"""Scopes: what a token may do, and which roles may hold each. A call declares the one it needs; nothing is open by default.

A scope never reaches further than the role behind it: a token is made with scopes that its maker's role holds, and what the
role may do is asked again with every call. Volunteers hold none, since labelling belongs on the page, with its rests and limits.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from annotator.domain.errors import ForbiddenError, InputError
from annotator.domain.roles import Role

MOST_DAYS = 365
"""How long a token may work."""


class Scope(StrEnum):
    ITEMS_READ = "items:read"
    ITEMS_WRITE = "items:write"
    ANSWERS_READ = "answers:read"
    AGREEMENT_READ = "agreement:read"
    CONSENSUS_READ = "consensus:read"
    PEOPLE_READ = "people:read"
    ADJUDICATION_READ = "adjudication:read"
    LEARNING_READ = "learning:read"
    QUALITY_READ = "quality:read"
    METRICS_READ = "metrics:read"
    ALERTS_READ = "alerts:read"
    SETTINGS_READ = "settings:read"
    RELEASES_READ = "releases:read"
    POSTINGS_WRITE = "postings:write"


_DESK = frozenset({Role.COORDINATOR, Role.ADMIN})
_BENCH = _DESK | {Role.ADJUDICATOR}
_DATA = _DESK | {Role.RESEARCHER}

HOLDERS: dict[Scope, frozenset[Role]] = {
    Scope.ITEMS_READ: _BENCH,
    Scope.ITEMS_WRITE: _DESK,
    Scope.ANSWERS_READ: _BENCH,
    Scope.AGREEMENT_READ: _DATA,
    Scope.CONSENSUS_READ: _DATA,
    Scope.PEOPLE_READ: _DESK,
    Scope.ADJUDICATION_READ: _BENCH,
    Scope.LEARNING_READ: _DATA,
    Scope.QUALITY_READ: _DESK,
    Scope.METRICS_READ: _DESK,
    Scope.ALERTS_READ: _DESK,
    Scope.SETTINGS_READ: _DESK,
    Scope.RELEASES_READ: _DATA,
    Scope.POSTINGS_WRITE: _DESK,
}
"""Which roles may hold a scope; a call that needs the scope admits these."""

TITLES: dict[Scope, str] = {
    Scope.ITEMS_READ: "Items: texts, states, history",
    Scope.ITEMS_WRITE: "Items: act on many at once",
    Scope.ANSWERS_READ: "Single answers, under pseudonyms",
    Scope.AGREEMENT_READ: "Agreement",
    Scope.CONSENSUS_READ: "Consensus: soft labels with their risk",
    Scope.PEOPLE_READ: "People: pseudonyms, roles, states",
    Scope.ADJUDICATION_READ: "Adjudication: what waits",
    Scope.LEARNING_READ: "Active learning: how it stands",
    Scope.QUALITY_READ: "Quality: figures over everybody",
    Scope.METRICS_READ: "The desk's figures",
    Scope.ALERTS_READ: "Alerts",
    Scope.SETTINGS_READ: "Settings of the project",
    Scope.RELEASES_READ: "Releases: list and fetch",
    Scope.POSTINGS_WRITE: "Postings in, through the gate",
}


def held_by(role: Role) -> list[Scope]:
    """Return the scopes that a role may hold."""
    return [scope for scope in Scope if role in HOLDERS[scope]]


def read_scopes(words: Iterable[str], role: Role) -> frozenset[Scope]:
    """Return the scopes that are named, for a token of somebody of that role.

    Raises:
        InputError: none is named, or one is unknown.
        ForbiddenError: the role may not hold one of them.
    """
    found = frozenset(_scope(word) for word in words)
    if not found:
        raise InputError(
            "A token needs a scope.", where="scopes", mend=f"Choose of {', '.join(held_by(role)) or 'none'}."
        )
    beyond = sorted(scope for scope in found if role not in HOLDERS[scope])
    if beyond:
        raise ForbiddenError(
            f"A {role.value} can't hold {', '.join(beyond)}.", mend=f"Choose of {', '.join(held_by(role)) or 'none'}."
        )
    return found


def _scope(word: str) -> Scope:
    try:
        return Scope(word)
    except ValueError as error:
        raise InputError(f"{word} is no scope.", where="scopes", mend=f"Choose of {', '.join(Scope)}.") from error
