"""Signing in and out. Failures are counted by a keyed hash of the address tried and of where it came from."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from annotator.domain.errors import RateLimitedError, UnauthenticatedError
from annotator.domain.roles import Role
from annotator.people.passwords import check_password
from annotator.people.tokens import new_token, token_hash
from annotator.storage import audit, markers, people
from annotator.storage.database import Database
from annotator.storage.tables import Person, SignInFailure, WebSession

_WINDOW = timedelta(minutes=15)
_PER_PLACE = 10  # one place may hold many people: it gets this many times what one address gets


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
    attempts: int,
    lasts: timedelta,
    old_token: str | None = None,
) -> SignedIn:
    """Open a new session, ending the one that `old_token` had.

    Raises:
        RateLimitedError: too many failures for this address or from this place.
        UnauthenticatedError: address and password do not belong together.
    """
    email = email.strip().lower()
    keys = _keys(database, email, place)
    with database.reading() as session:
        _refuse_too_many(session, keys, attempts, now)
        found = people.by_email(session, email)
    if not check_password(found[1].password_hash if found else None, password) or found is None:
        with database.writing() as session:
            session.add_all([SignInFailure(key=key, at=now) for key in keys])
            people.forget_failures(session, now - _WINDOW)
        raise UnauthenticatedError("That address and password don't belong together.", mend="Check both and try again.")
    return _open(database, found[0], now, lasts, old_token)


def confirm(database: Database, email: str, password: str, now: datetime, *, attempts: int) -> Person:
    """Return who an address and a password belong to, for a single act on the command line; no session is left behind.

    Raises:
        RateLimitedError, UnauthenticatedError: as `sign_in`.
    """
    signed_in = sign_in(database, email, password, "command line", now, attempts=attempts, lasts=timedelta(minutes=1))
    sign_out(database, signed_in.token)
    return signed_in.person


def role_of(signed_in: SignedIn) -> Role:
    return Role(signed_in.person.role)


def sign_out(database: Database, token: str) -> None:
    with database.writing() as session:
        people.end_session(session, token_hash(token))


def open_session(database: Database, person: Person, now: datetime, lasts: timedelta) -> SignedIn:
    """Sign a person in who has just accepted an invitation."""
    return _open(database, person, now, lasts, None)


def forget_failures_of(database: Database, email: str) -> None:
    """Forget failed sign-ins of an address, whose keyed hash could be told by whoever knows the address and the key."""
    key, _ = _keys(database, email, "")
    with database.writing() as session:
        people.forget_failures_of(session, key)


def _open(database: Database, person: Person, now: datetime, lasts: timedelta, old_token: str | None) -> SignedIn:
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


def _keys(database: Database, email: str, place: str) -> tuple[str, str]:
    """Return the keyed hashes under which failures of this address and this place are counted."""
    secret = markers.secret(database, "sign_in_key").encode()
    hashed = (hmac.new(secret, value.encode(), "sha256").hexdigest() for value in (f"email:{email}", f"place:{place}"))
    first, second = hashed
    return first, second


def _refuse_too_many(session: Session, keys: tuple[str, str], attempts: int, now: datetime) -> None:
    since = now - _WINDOW
    for key, allowed in zip(keys, (attempts, attempts * _PER_PLACE), strict=True):
        if people.failures_since(session, key, since) >= allowed:
            raise RateLimitedError(
                "Too many failed sign-ins.", retry_after=int(_WINDOW.total_seconds()), mend="Wait a quarter of an hour."
            )
