"""A second factor: time-based codes (RFC 6238) from an app, and recovery codes for when it is lost.

A code counts once and only within half a minute of its time; guessing ends after a few tries; only hashes of recovery codes are
kept, and the app's secret is sealed (`factor_key`). Who has lost both is helped by another coordinator, and that stands in the audit log.
"""

from __future__ import annotations

import secrets
from datetime import datetime

import pyotp
import segno

from annotator.domain.errors import ConflictError, ForbiddenError, SecondFactorKeyError, UnauthenticatedError
from annotator.domain.roles import Role
from annotator.people import attempts
from annotator.people.factor_key import FactorKey
from annotator.people.tokens import token_hash
from annotator.storage import audit, people, second_factor as stored
from annotator.storage.database import Database
from annotator.storage.tables import Person

ISSUER = "Annotator"
BOUND = frozenset({Role.COORDINATOR, Role.ADMIN})
"""Roles for whom the setting makes it a duty."""

RECOVERY_CODES = 10
_STEP = 30  # seconds a code lasts
_DRIFT = 1  # steps that a clock may be off
_TRIES = 5  # wrong codes in a quarter of an hour
_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"


def enrolled(database: Database, person_id: str) -> bool:
    """Say whether somebody signs in with a second factor."""
    with database.reading() as session:
        return stored.confirmed(session, person_id)


def begin(database: Database, key: FactorKey, person_id: str, now: datetime) -> str:
    """Return a new secret to put into an app; it counts once a code of it has been given (`finish`).

    Raises:
        ConflictError: there is a second factor already.
        SecondFactorKeyError: it can't be sealed, since the key of the others is not here.
    """
    secret = pyotp.random_base32()
    sealing = key.for_sealing(database)
    with database.writing() as session:
        people.locked(session, person_id)
        if stored.confirmed(session, person_id):
            raise ConflictError("You have a second factor already.", mend="Remove it first.")
        if sealing is None:
            stored.put_secret(session, person_id, secret, now)
        else:
            stored.put_secret(session, person_id, sealing.seal(secret, person_id), now, sealing.name)
    return secret


def pending_secret(database: Database, key: FactorKey, person_id: str) -> str | None:
    """Return the secret of an enrolment that is not finished."""
    with database.reading() as session:
        row = stored.of(session, person_id)
    return key.secret_of(row) if row is not None and row.confirmed_at is None else None


def finish(database: Database, key: FactorKey, person_id: str, code: str, now: datetime) -> list[str]:
    """Finish an enrolment by a code of the app; return recovery codes, to be shown once. Every session of the person ends.

    Raises:
        ConflictError: none was begun.
        UnauthenticatedError, RateLimitedError: as `require`.
    """
    if pending_secret(database, key, person_id) is None:
        raise ConflictError("Nothing was begun.", mend="Begin anew.")
    require(database, key, person_id, code, now)
    codes = _new_codes()
    with database.writing() as session:
        people.locked(session, person_id)
        stored.confirm(session, person_id, now)
        stored.replace_recovery(session, person_id, [token_hash(each) for each in codes])
        people.end_sessions_of(session, person_id)
        audit.record(session, now, person_id, "second_factor.enrolled", person_id)
    return codes


def renew_codes(database: Database, key: FactorKey, person_id: str, code: str, now: datetime) -> list[str]:
    """Return new recovery codes in place of the old ones."""
    require(database, key, person_id, code, now)
    codes = _new_codes()
    with database.writing() as session:
        stored.replace_recovery(session, person_id, [token_hash(each) for each in codes])
        audit.record(session, now, person_id, "second_factor.codes_renewed", person_id)
    return codes


def remove(database: Database, key: FactorKey, person_id: str, code: str, now: datetime) -> None:
    """Remove one's own second factor, by a code of it."""
    require(database, key, person_id, code, now)
    with database.writing() as session:
        stored.forget(session, person_id)
        audit.record(session, now, person_id, "second_factor.removed", person_id)


def reset(database: Database, actor: Person, person: Person, now: datetime) -> None:
    """Take away the second factor of somebody who has lost it. Their sessions end; their password stays.

    Raises:
        ForbiddenError: it is one's own, or an admin's and the actor is none.
        ConflictError: they have none.
    """
    if actor.id == person.id:
        raise ForbiddenError("Nobody resets their own second factor.", mend="Ask another coordinator.")
    if person.role == Role.ADMIN and actor.role != Role.ADMIN:
        raise ForbiddenError("An admin's second factor is reset by an admin.")
    with database.writing() as session:
        if stored.of(session, person.id) is None:
            raise ConflictError("They have no second factor.")
        stored.forget(session, person.id)
        people.end_sessions_of(session, person.id)
        audit.record(session, now, actor.id, "second_factor.reset", person.id)


def require(database: Database, key: FactorKey, person_id: str, code: str, now: datetime) -> None:
    """Use up a code of the app or a recovery code.

    Raises:
        UnauthenticatedError: it is wrong, too old, or was used before.
        RateLimitedError: too many were tried.
        SecondFactorKeyError: it is no recovery code, and codes of the app can't be checked without the key.
    """
    allowed = {attempts.keyed(database, f"code:{person_id}"): _TRIES}
    with attempts.trying(database, allowed, now, failing=(UnauthenticatedError, SecondFactorKeyError)):
        _use_up(database, key, person_id, "".join(code.lower().replace("-", "").split()), now)


def _use_up(database: Database, key: FactorKey, person_id: str, given: str, now: datetime) -> None:
    with database.writing() as session:
        people.locked(session, person_id)
        row = stored.of(session, person_id)
        secret = key.secret_of(row) if row is not None else None
        step = _step_of(secret, given, now) if secret is not None else None
        right = (row is not None and step is not None and stored.use_step(session, person_id, step)) or (
            stored.use_recovery(session, person_id, token_hash(given), now)
        )
    if right:
        return
    if row is not None and secret is None:
        raise SecondFactorKeyError(
            "Codes of your app can't be checked: the key for it is not here.",
            mend="Give a recovery code, or ask another coordinator to reset your second factor.",
        )
    raise UnauthenticatedError("That code doesn't count.", mend="Take the newest one of the app; each counts once.")


def address(secret: str, pseudonym: str) -> str:
    """Return the `otpauth:` address that an app reads from the picture. It names the pseudonym, never the person."""
    return pyotp.TOTP(secret).provisioning_uri(name=pseudonym, issuer_name=ISSUER)


def picture(secret: str, pseudonym: str) -> str:
    """Return the address as a QR code: an SVG element without script or style."""
    code = segno.make(address(secret, pseudonym), error="m")
    return str(code.svg_inline(scale=4, dark="#000", light="#fff", svgclass=None, lineclass=None))


def _step_of(secret: str, given: str, now: datetime) -> int | None:
    """Return the time step whose code was given, within the drift."""
    if not (given.isascii() and given.isdecimal()):
        return None
    current = int(now.timestamp()) // _STEP
    app = pyotp.TOTP(secret)
    steps = range(current - _DRIFT, current + _DRIFT + 1)
    matching = [step for step in steps if secrets.compare_digest(app.generate_otp(step), given)]
    return max(matching, default=None)


def _new_codes() -> list[str]:
    """Codes of ten letters out of 31: 49 bits each, more than guessing can use up."""
    return ["".join(secrets.choice(_LETTERS) for _ in range(10)) for _ in range(RECOVERY_CODES)]
