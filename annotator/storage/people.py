"""Queries of people, their identities, sessions, invitations and failed sign-ins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, delete, func
from sqlmodel import Session, col, select, update

from annotator.storage.prepared import At, Prepared, read_only, whole
from annotator.storage.tables import Identity, Invitation, Person, WebSession
from annotator.storage.tables_people import LanguageChoice
from annotator.storage.tables_sign_in import SignInFailure
from annotator.storage.types import UtcDateTime


class Asking(NamedTuple):
    """What dispensing needs to know of whoever asks for an item."""

    role: str
    qualified_at: datetime | None
    paused_at: datetime | None


def asking(session: Session, person_id: str) -> Asking:
    """Lock a person as `locked` does, and return what dispensing needs to know of them."""
    return Asking(*_ASKING.first(session, person=person_id))


def locked(session: Session, person_id: str) -> Person:
    """Return a person whose row no other transaction can lock or change until this one ends; rows may still refer to it."""
    statement = select(Person).where(Person.id == person_id).with_for_update(key_share=True)
    return session.exec(statement).one()


def by_email(session: Session, email: str) -> tuple[Person, Identity] | None:
    statement = (
        select(Person, Identity).join(Identity, col(Identity.person_id) == Person.id).where(Identity.email == email)
    )
    row = session.exec(statement).first()
    return (row[0], row[1]) if row is not None else None


def anyone_with(session: Session, role: str) -> bool:
    """Say whether somebody can sign in with that role."""
    statement = (
        select(Person.id).join(Identity, col(Identity.person_id) == Person.id).where(Person.role == role).limit(1)
    )
    return session.exec(statement).first() is not None


def everyone(session: Session) -> list[Person]:
    return list(session.exec(select(Person).order_by(Person.pseudonym)))


def pseudonyms(session: Session) -> dict[str, str]:
    """Return everybody's pseudonym by id."""
    return dict(session.exec(select(Person.id, Person.pseudonym).order_by(Person.pseudonym)).all())


def after_pseudonym(session: Session, after: str, limit: int) -> list[Person]:
    """Return people by pseudonym, behind a given one."""
    return list(session.exec(select(Person).where(Person.pseudonym > after).order_by(Person.pseudonym).limit(limit)))


def by_pseudonym(session: Session, pseudonym: str) -> Person | None:
    return session.exec(select(Person).where(Person.pseudonym == pseudonym)).first()


def session_person(session: At, token_hash: str, now: datetime) -> tuple[str, Person] | None:
    """Return the secret of the open session of that token, and whose it is, to be read only."""
    row = _SESSION.first(session, token=token_hash, now=now)
    return (row[0], read_only(Person, row[1:])) if row is not None else None


def opened_at(session: Session, token_hash: str) -> datetime:
    """Return when an open session began."""
    return session.get_one(WebSession, token_hash).created_at


def end_session(session: Session, token_hash: str) -> None:
    session.exec(delete(WebSession).where(col(WebSession.token_hash) == token_hash))


def end_sessions_of(session: Session, person_id: str, *, but: str = "") -> int:
    """End somebody's sessions but the one of that token's hash; return how many."""
    theirs = delete(WebSession).where(col(WebSession.person_id) == person_id, col(WebSession.token_hash) != but)
    return len(session.execute(theirs.returning(col(WebSession.token_hash))).all())


def forget_sessions(session: Session, before: datetime) -> int:
    """Forget sessions, whosever they were, that ended by themselves before a moment; return how many."""
    ended = delete(WebSession).where(col(WebSession.expires_at) < before)
    return len(session.execute(ended.returning(col(WebSession.token_hash))).all())


def sessions_of(session: Session, person_id: str, now: datetime) -> list[WebSession]:
    """Return somebody's open sessions, the newest first."""
    theirs = select(WebSession).where(WebSession.person_id == person_id, WebSession.expires_at > now)
    return list(session.exec(theirs.order_by(col(WebSession.created_at).desc(), WebSession.token_hash)))


def identity_of(session: Session, person_id: str) -> Identity | None:
    """Return the address and password of somebody; None where they sign in elsewhere."""
    return session.get(Identity, person_id)


def set_password(session: Session, person_id: str, password_hash: str) -> None:
    session.get_one(Identity, person_id).password_hash = password_hash


def language_of(session: Session, person_id: str) -> str:
    """Return the language that somebody chose for the pages; empty where they have not."""
    found = session.get(LanguageChoice, person_id)
    return found.language if found is not None else ""


def choose_language(session: Session, person_id: str, language: str) -> None:
    session.merge(LanguageChoice(person_id=person_id, language=language))


def use_invitation(session: Session, token_hash: str, now: datetime) -> Invitation | None:
    """Use an invitation up and return it; None when it is unknown, used or too old. Only one caller ever gets it."""
    statement = (
        update(Invitation)
        .where(
            col(Invitation.token_hash) == token_hash,
            col(Invitation.used_at).is_(None),
            col(Invitation.expires_at) > now,
        )
        .values(used_at=now)
        .returning(col(Invitation.token_hash))
    )
    if session.execute(statement).first() is None:
        return None
    return session.get_one(Invitation, token_hash, populate_existing=True)


def failures_since(session: Session, key: str, since: datetime) -> int:
    statement = (
        select(func.count()).select_from(SignInFailure).where(SignInFailure.key == key, SignInFailure.at > since)
    )
    return session.exec(statement).one()


def forget_failures(session: Session, before: datetime) -> None:
    session.exec(delete(SignInFailure).where(col(SignInFailure.at) < before))


def forget_these_failures(session: Session, ids: Sequence[str]) -> None:
    session.exec(delete(SignInFailure).where(col(SignInFailure.id).in_(ids)))


def forget_failures_of(session: Session, key: str) -> None:
    session.exec(delete(SignInFailure).where(col(SignInFailure.key) == key))


_ASKING = Prepared(
    select(Person.role, Person.qualified_at, Person.paused_at)
    .where(Person.id == bindparam("person"))
    .with_for_update(key_share=True)
)
_SESSION = Prepared(
    select(WebSession.csrf, *whole(Person))
    .join(Person, col(Person.id) == WebSession.person_id)
    .where(WebSession.token_hash == bindparam("token"), WebSession.expires_at > bindparam("now", type_=UtcDateTime()))
)
