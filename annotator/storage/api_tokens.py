"""Queries of tokens. A token counts while it is neither too old nor revoked, and its person is neither paused nor erased."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import exists
from sqlmodel import Session, col, select, update

from annotator.storage.tables import Identity, Person
from annotator.storage.tables_api import ApiToken
from annotator.storage.tables_people import CoordinatorPause

_NOTED_EVERY = timedelta(minutes=1)


def find(session: Session, token_hash: str, now: datetime) -> tuple[ApiToken, Person] | None:
    """Return a token that counts, and whose it is."""
    paused = exists().where(col(CoordinatorPause.person_id) == Person.id, col(CoordinatorPause.resumed_at).is_(None))
    statement = (
        select(ApiToken, Person)
        .join(Person, col(Person.id) == ApiToken.person_id)
        .join(Identity, col(Identity.person_id) == Person.id)
        .where(
            ApiToken.token_hash == token_hash,
            ApiToken.expires_at > now,
            col(ApiToken.revoked_at).is_(None),
            col(Person.paused_at).is_(None),
            ~paused,
        )
    )
    row = session.exec(statement).first()
    return (row[0], row[1]) if row is not None else None


def to_be_noted(token: ApiToken, now: datetime) -> bool:
    """Say whether a use is worth a write: the newest use is kept to the minute."""
    return token.used_at is None or now - token.used_at >= _NOTED_EVERY


def note_use(session: Session, token_id: str, now: datetime) -> None:
    session.exec(update(ApiToken).where(col(ApiToken.id) == token_id).values(used_at=now))


def of_person(session: Session, person_id: str) -> list[ApiToken]:
    """Return a person's tokens that are not revoked, newest first."""
    statement = select(ApiToken).where(ApiToken.person_id == person_id, col(ApiToken.revoked_at).is_(None))
    return list(session.exec(statement.order_by(col(ApiToken.id).desc())))


def revoke(session: Session, person_id: str, token_id: str, now: datetime) -> ApiToken | None:
    """Revoke one of a person's tokens; None where it is not theirs, or is revoked already."""
    token = session.get(ApiToken, token_id)
    if token is None or token.person_id != person_id or token.revoked_at is not None:
        return None
    token.revoked_at = now
    session.add(token)
    return token
