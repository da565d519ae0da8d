"""Named values that outlive a process: how far a sweep has come, when a part was last seen well, the keys of this service."""

from __future__ import annotations

import secrets

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from annotator.storage.database import Database
from annotator.storage.tables import Marker

STUDIO_STATE = "studio_state"


def get(session: Session, name: str) -> str | None:
    marker = session.get(Marker, name)
    return marker.value if marker is not None else None


def put(session: Session, name: str, value: str) -> None:
    session.merge(Marker(name=name, value=value))


def secret(database: Database, name: str) -> str:
    """Return a random secret of this database, making it the first time."""
    with database.reading() as session:
        known = get(session, name)
    if known is not None:
        return known
    try:
        with database.writing() as session:
            session.add(Marker(name=name, value=secrets.token_urlsafe(32)))
    except IntegrityError:
        pass  # another process made it first, and that one is the secret
    with database.reading() as session:
        return str(get(session, name))
