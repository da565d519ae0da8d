"""Queries of people, their identities, sessions, invitations and failed sign-ins."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func
from sqlmodel import Session, col, select, update

from annotator.storage.tables import Identity, Invitation, Person, SignInFailure, WebSession


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


def by_pseudonym(session: Session, pseudonym: str) -> Person | None:
    return session.exec(select(Person).where(Person.pseudonym == pseudonym)).first()


def session_person(session: Session, token_hash: str, now: datetime) -> tuple[WebSession, Person] | None:
    """Return the open session of that token and whose it is."""
    statement = (
        select(WebSession, Person)
        .join(Person, col(Person.id) == WebSession.person_id)
        .where(WebSession.token_hash == token_hash, WebSession.expires_at > now)
    )
    row = session.exec(statement).first()
    return (row[0], row[1]) if row is not None else None


def opened_at(session: Session, token_hash: str) -> datetime:
    """Return when an open session began."""
    return session.get_one(WebSession, token_hash).created_at


def end_session(session: Session, token_hash: str) -> None:
    session.exec(delete(WebSession).where(col(WebSession.token_hash) == token_hash))


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


def forget_failures_of(session: Session, key: str) -> None:
    session.exec(delete(SignInFailure).where(col(SignInFailure.key) == key))
