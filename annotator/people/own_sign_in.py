"""How somebody signs in, changed by themselves: a new password, and an end to what is open elsewhere."""

from __future__ import annotations

from datetime import datetime, timedelta

from annotator.domain.errors import ConflictError, UnauthenticatedError
from annotator.people import attempts, second_factor
from annotator.people.factor_key import FactorKey
from annotator.people.passwords import check_password, hash_password
from annotator.people.tokens import token_hash
from annotator.storage import audit, people
from annotator.storage.database import Database
from annotator.storage.tables import WebSession

_TRIES = 5  # wrong passwords in a quarter of an hour
_A_DAY = timedelta(days=1)


def change_password(
    database: Database, key: FactorKey, person_id: str, current: str, new: str, code: str, now: datetime
) -> None:
    """Put a new password in place of the current one. Every session of the person ends.

    Raises:
        ConflictError: they sign in elsewhere and have no password here.
        InputError: the new one will not do (`hash_password`).
        UnauthenticatedError: the current one, or the code of the second factor, does not count.
        RateLimitedError: too many were tried.
    """
    hashed = hash_password(new)
    allowed = {attempts.keyed(database, f"password:{person_id}"): _TRIES}
    with database.reading() as session:
        identity = people.identity_of(session, person_id)
    if identity is None:
        raise ConflictError("You have no password here.", mend="You sign in at your organisation; change it there.")
    with attempts.trying(database, allowed, now):
        if not check_password(identity.password_hash, current):
            raise UnauthenticatedError("That is not your current password.", mend="Check it and try again.")
    if second_factor.enrolled(database, person_id):
        second_factor.require(database, key, person_id, code, now)
    with database.writing() as session:
        people.set_password(session, person_id, hashed)
        people.end_sessions_of(session, person_id)
        audit.record(session, now, person_id, "password.changed", person_id)


def sessions(database: Database, person_id: str, now: datetime) -> list[WebSession]:
    """Return somebody's open sessions, the newest first."""
    with database.reading() as session:
        return people.sessions_of(session, person_id, now)


def forget_ended(database: Database, now: datetime) -> int:
    """Forget sessions, a day after they have run out; return how many."""
    with database.writing() as session:
        return people.forget_sessions(session, now - _A_DAY)


def end_others(database: Database, person_id: str, token: str, now: datetime) -> None:
    """End every session of somebody but the one that asks."""
    with database.writing() as session:
        ended = people.end_sessions_of(session, person_id, but=token_hash(token))
        audit.record(session, now, person_id, "session.others_ended", person_id, ended=ended)
