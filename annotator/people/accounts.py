"""Making accounts: invitations that become people, and accounts in bulk for demos and tests."""

from __future__ import annotations

import re
import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from annotator.domain.errors import ConflictError, ForbiddenError, InputError, NotFoundError
from annotator.domain.roles import MAY_INVITE, Role
from annotator.people import attempts
from annotator.people.passwords import hash_password
from annotator.people.tokens import new_token, token_hash
from annotator.storage import audit, onboarding, people
from annotator.storage.database import Database
from annotator.storage.tables import Identity, Invitation, Person

_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}")
_TRIES = 3  # addresses that have accounts, tried with one invitation: it must not tell who else is here
_PSEUDONYM_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


@dataclass(frozen=True, slots=True)
class Credentials:
    email: str
    password: str


def normal_email(email: str) -> str:
    """Return the address as we store it.

    Raises:
        InputError: it is not an address.
    """
    email = email.strip().lower()
    if not _EMAIL.fullmatch(email):
        raise InputError("That is not an e-mail address.", where="email", mend="It looks like name@example.org.")
    return email


def invite(
    database: Database, creator: Person | None, role: Role, now: datetime, lasts: timedelta, *, qualified: bool = False
) -> str:
    """Return the token of a new single-use invitation. `creator` is None for the very first coordinator.

    Raises:
        ForbiddenError: the creator may not invite that role.
    """
    if creator is not None and role not in MAY_INVITE[Role(creator.role)]:
        raise ForbiddenError(f"A {creator.role} can't invite a {role.value}.")
    token = new_token()
    actor = creator.id if creator is not None else audit.SERVICE
    with database.writing() as session:
        session.add(
            Invitation(
                token_hash=token_hash(token),
                role=role.value,
                qualified=qualified,
                created_by=creator.id if creator is not None else None,
                created_at=now,
                expires_at=now + lasts,
            )
        )
        audit.record(session, now, actor, "invitation.created", token_hash(token)[:12], role=role.value)
    return token


def accept(database: Database, token: str, credentials: Credentials, now: datetime) -> Person:
    """Turn an invitation into a person.

    Raises:
        NotFoundError: the invitation is unknown, used or too old.
        InputError: the address or the password will not do.
        ConflictError: the address has an account.
        RateLimitedError: the invitation was tried with addresses that have accounts, too often.
    """
    email, password_hash = normal_email(credentials.email), hash_password(credentials.password)
    allowed = {attempts.keyed(database, f"invitation:{token}"): _TRIES}
    with attempts.trying(database, allowed, now, failing=ConflictError):
        try:
            with database.writing() as session:
                return use(session, token, email, password_hash, now)
        except IntegrityError as error:
            raise ConflictError("That address has an account already.", mend="Sign in instead.") from error


def use(session: Session, token: str, email: str, password_hash: str, now: datetime) -> Person:
    """Use an invitation up for a new person. Raises `NotFoundError` where it is unknown, used or too old."""
    invitation = people.use_invitation(session, token_hash(token), now)
    if invitation is None:
        raise NotFoundError("This invitation has been used or is too old.", mend="Ask your coordinator for a new link.")
    return _add(session, Role(invitation.role), email, password_hash, now, qualified=invitation.qualified)


def add_in_bulk(
    database: Database, role: Role, credentials: list[Credentials], now: datetime, *, qualified: bool
) -> None:
    """Add accounts of made-up people, all or none. Volunteers who are qualified have been through onboarding too.

    Hashing runs on all cores, since each hash is slow by design.

    Raises:
        ConflictError: one of the addresses has an account.
    """
    with ThreadPoolExecutor() as pool:
        hashes = list(pool.map(lambda given: hash_password(given.password), credentials))
    try:
        with database.writing() as session:
            for given, password_hash in zip(credentials, hashes, strict=True):
                person = _add(session, role, normal_email(given.email), password_hash, now, qualified=qualified)
                if qualified and role is Role.VOLUNTEER:
                    onboarding.complete(session, now, person.id)
    except IntegrityError as error:
        raise ConflictError("One of these addresses has an account already.") from error


def made_up_credentials(role: Role, count: int) -> list[Credentials]:
    """Return addresses of a reserved domain, with random passwords."""
    batch = "".join(secrets.choice(_PSEUDONYM_LETTERS) for _ in range(5)).lower()
    return [
        Credentials(f"{role.value}-{batch}-{number:04d}@example.org", secrets.token_urlsafe(12))
        for number in range(1, count + 1)
    ]


def _add(session: Session, role: Role, email: str, password_hash: str, now: datetime, *, qualified: bool) -> Person:
    pseudonym = f"{role.value[0].upper()}-{''.join(secrets.choice(_PSEUDONYM_LETTERS) for _ in range(8))}"
    person = Person(pseudonym=pseudonym, role=role.value, qualified_at=now if qualified else None, created_at=now)
    session.add(person)
    session.flush()
    session.add(Identity(person_id=person.id, email=email, password_hash=password_hash))
    session.flush()
    audit.record(session, now, person.id, "person.created", person.id, role=role.value, qualified=qualified)
    return person
