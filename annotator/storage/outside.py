"""Queries of sign-ins that are away at an OpenID provider, and of the accounts there that are linked to people here."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col, select

from annotator.storage.tables import Person
from annotator.storage.tables_sign_in import OutsideIdentity, OutsideSignIn


def remember(session: Session, row: OutsideSignIn, now: datetime) -> None:
    """Remember a sign-in that leaves, and forget those that did not come back in time."""
    session.exec(delete(OutsideSignIn).where(col(OutsideSignIn.expires_at) < now))
    session.add(row)


def use(session: Session, state_hash: str, now: datetime) -> OutsideSignIn | None:
    """Take a sign-in that has come back: once, and in time only."""
    row = session.exec(select(OutsideSignIn).where(OutsideSignIn.state_hash == state_hash).with_for_update()).first()
    if row is None:
        return None
    session.delete(row)
    return row if row.expires_at > now else None


def person_of(session: Session, issuer: str, subject: str) -> Person | None:
    statement = (
        select(Person)
        .join(OutsideIdentity, col(OutsideIdentity.person_id) == Person.id)
        .where(OutsideIdentity.issuer == issuer, OutsideIdentity.subject == subject)
    )
    return session.exec(statement).first()


def link(session: Session, issuer: str, subject: str, person_id: str, now: datetime) -> None:
    session.add(OutsideIdentity(issuer=issuer, subject=subject, person_id=person_id, linked_at=now))
    session.flush()
