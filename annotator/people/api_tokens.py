"""Tokens of people's own, for programs that call the API: made, shown once, used, revoked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from annotator.domain.errors import ConflictError, InputError, NotFoundError
from annotator.domain.roles import Role
from annotator.domain.scopes import MOST_DAYS, Scope, read_scopes
from annotator.people.tokens import new_token, token_hash
from annotator.storage import api_tokens, audit, people
from annotator.storage.database import Database
from annotator.storage.tables import Person
from annotator.storage.tables_api import ApiToken

PREFIX = "ann_"
"""How a token begins, so that one that was committed somewhere by mistake is told from other words."""

DAYS = 90
MOST = 20
_NAME = 60


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who calls by a token, and what the token may do."""

    person: Person
    token_id: str
    scopes: frozenset[Scope]


@dataclass(frozen=True, slots=True)
class Made:
    """A new token; `secret` is shown once and stored nowhere."""

    secret: str
    token: ApiToken


def make(
    database: Database, person: Person, name: str, scopes: Iterable[str], now: datetime, *, days: int = DAYS
) -> Made:
    """Make a token of a person's.

    Raises:
        InputError: the name, the scopes or the days are not of their form.
        ForbiddenError: the person's role may not hold one of the scopes.
        ConflictError: the person has as many tokens as anybody may have.
    """
    name = name.strip()
    if not 1 <= len(name) <= _NAME or not name.isprintable():
        raise InputError(f"Give a name of 1 to {_NAME} characters.", where="name", mend="Say what the token is for.")
    if not 1 <= days <= MOST_DAYS:
        raise InputError(f"Give 1 to {MOST_DAYS} days.", where="days")
    allowed = read_scopes(scopes, Role(person.role))
    secret = PREFIX + new_token()
    token = ApiToken(
        token_hash=token_hash(secret),
        person_id=person.id,
        name=name,
        scopes=sorted(allowed),
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    with database.writing() as session:
        people.locked(session, person.id)
        if len(api_tokens.of_person(session, person.id)) >= MOST:
            raise ConflictError(f"You have {MOST} tokens already.", mend="Revoke one that is not needed any more.")
        session.add(token)
        session.flush()
        audit.record(session, now, person.id, "token.made", token.id, scopes=token.scopes, days=days)
    return Made(secret, token)


def revoke(database: Database, person_id: str, token_id: str, now: datetime) -> None:
    """Revoke a token of a person's, at once and for good. Raises `NotFoundError` where they have no such token."""
    with database.writing() as session:
        if api_tokens.revoke(session, person_id, token_id, now) is None:
            raise NotFoundError("You have no such token.", mend="See the list of your tokens.")
        audit.record(session, now, person_id, "token.revoked", token_id)


def bearer(database: Database, secret: str, now: datetime) -> Bearer | None:
    """Return who calls by a token, and note that it was used; None where it does not count (any more)."""
    with database.reading() as session:
        found = api_tokens.find(session, token_hash(secret), now)
    if found is None:
        return None
    token, person = found
    if api_tokens.to_be_noted(token, now):
        with database.writing() as session:
            api_tokens.note_use(session, token.id, now)
    return Bearer(person, token.id, frozenset(scope for scope in Scope if scope.value in token.scopes))
