"""Signing in and out. Whoever has a second factor needs a code of it as well; a password alone opens nothing then.

Failures are counted by a keyed hash of the address tried and of where it came from (`people.attempts`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from annotator.domain.errors import SecondFactorNeededError, UnauthenticatedError
from annotator.domain.roles import Role
from annotator.people import attempts as tries, second_factor
from annotator.people.factor_key import FactorKey
from annotator.people.passwords import check_password
from annotator.people.tokens import new_token, token_hash
from annotator.storage import audit, people, second_factor as stored
from annotator.storage.database import Database
from annotator.storage.tables import Person, WebSession

_PER_PLACE = 10  # one place may hold many people: it gets this many times what one address gets
HALF_WAY = timedelta(minutes=5)
"""How long a password that was right waits for its code."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A fresh session; `token` goes into the cookie and nowhere else."""

    person: Person
    token: str
    csrf: str
    expires_at: datetime


def sign_in(
    database: Database,
    email: str,
    password: str,
    place: str,
    now: datetime,
    *,
    key: FactorKey,
    attempts: int,
    lasts: timedelta,
    old_token: str | None = None,
    code: str | None = None,
) -> SignedIn:
    """Open a new session, ending the one that `old_token` had.

    Raises:
        RateLimitedError: too many failures for this address or from this place.
        SecondFactorNeededError: all is right so far, but a code is needed and none was given.
        UnauthenticatedError: address and password do not belong together, or the code does not count.
    """
    person = _with_password(database, email, password, place, now, attempts=attempts)
    if second_factor.enrolled(database, person.id):
        if code is None:
            raise SecondFactorNeededError(person.id)
        second_factor.require(database, key, person.id, code, now)
    return open_session(database, person, now, lasts, old_token)


def wait_for_code(database: Database, person_id: str, now: datetime) -> str:
    """Return a token for somebody who needs a code yet; `with_code` turns it into a session within five minutes."""
    token = new_token()
    with database.writing() as session:
        stored.wait(session, token_hash(token), person_id, now, now + HALF_WAY)
    return token


def with_code(
    database: Database,
    key: FactorKey,
    half_way: str,
    code: str,
    now: datetime,
    lasts: timedelta,
    old_token: str | None = None,
) -> SignedIn:
    """Finish a sign-in that waits for its code.

    Raises:
        UnauthenticatedError: it waits no longer, or the code does not count.
        RateLimitedError: too many codes were tried.
    """
    with database.reading() as session:
        person = stored.who_waits(session, token_hash(half_way), now)
    if person is None:
        raise UnauthenticatedError("That took too long.", mend="Sign in again.")
    second_factor.require(database, key, person.id, code, now)
    with database.writing() as session:
        stored.wait_no_more(session, person.id)
    return open_session(database, person, now, lasts, old_token)


def confirm(
    database: Database,
    email: str,
    password: str,
    now: datetime,
    *,
    key: FactorKey,
    attempts: int,
    code: str | None = None,
) -> Person:
    """Return who an address and a password belong to, for a single act on the command line; no session is left behind.

    Raises:
        RateLimitedError, SecondFactorNeededError, UnauthenticatedError: as `sign_in`.
    """
    lasts = timedelta(minutes=1)
    given = (database, email, password, "command line", now)
    signed_in = sign_in(*given, key=key, attempts=attempts, lasts=lasts, code=code)
    sign_out(database, signed_in.token)
    return signed_in.person


def role_of(signed_in: SignedIn) -> Role:
    return Role(signed_in.person.role)


def sign_out(database: Database, token: str) -> None:
    with database.writing() as session:
        people.end_session(session, token_hash(token))


def open_session(
    database: Database, person: Person, now: datetime, lasts: timedelta, old_token: str | None = None
) -> SignedIn:
    """Open a new session for somebody who has shown who they are, ending the one that `old_token` had."""
    token, csrf = new_token(), new_token()
    with database.writing() as session:
        if old_token is not None:
            people.end_session(session, token_hash(old_token))
        session.add(
            WebSession(
                token_hash=token_hash(token), person_id=person.id, csrf=csrf, created_at=now, expires_at=now + lasts
            )
        )
        audit.record(session, now, person.id, "session.opened", person.id)
    return SignedIn(person, token, csrf, now + lasts)


def forget_failures_of(database: Database, email: str) -> None:
    """Forget failed sign-ins of an address, whose keyed hash could be told by whoever knows the address and the key."""
    key = tries.keyed(database, f"email:{email}")
    with database.writing() as session:
        people.forget_failures_of(session, key)


def _with_password(
    database: Database, email: str, password: str, place: str, now: datetime, *, attempts: int
) -> Person:
    email = email.strip().lower()
    allowed = {
        tries.keyed(database, f"email:{email}"): attempts,
        tries.keyed(database, f"place:{place}"): attempts * _PER_PLACE,
    }
    with tries.trying(database, allowed, now):
        with database.reading() as session:
            found = people.by_email(session, email)
        if not check_password(found[1].password_hash if found else None, password) or found is None:
            raise UnauthenticatedError(
                "That address and password don't belong together.", mend="Check both and try again."
            )
        return found[0]
