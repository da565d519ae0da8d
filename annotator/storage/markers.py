"""Named values that outlive a process: how far a sweep has come, when a part was last seen well, the keys of this service."""

from __future__ import annotations

import secrets

from sqlmodel import Session

from annotator.storage.database import Database
from annotator.storage.tables import Marker
from annotator.storage.upsert import inserting

STUDIO_STATE = "studio_state"


def get(session: Session, name: str) -> str | None:
    marker = session.get(Marker, name)
    return marker.value if marker is not None else None


def put(session: Session, name: str, value: str) -> None:
    """Keep a value in place of the one before; of two processes that both keep the first, the later one's stands."""
    insert = inserting(session, Marker).values(name=name, value=value)
    stored = insert.on_conflict_do_update(index_elements=["name"], set_={"value": insert.excluded.value})
    session.scalars(stored.returning(Marker), execution_options={"populate_existing": True}).one()


def locked(session: Session, name: str) -> Marker | None:
    """Return a marker that nobody else changes until the transaction ends; None where there is none."""
    return session.get(Marker, name, with_for_update=True, populate_existing=True)


def secret(database: Database, name: str) -> str:
    """Return a random secret of this database, making it the first time."""
    with database.reading() as session:
        known = get(session, name)
    if known is not None:
        return known
    with database.writing() as session:  # where another process has made it meanwhile, that one is the secret
        made = inserting(session, Marker).values(name=name, value=secrets.token_urlsafe(32))
        session.execute(made.on_conflict_do_nothing())
    with database.reading() as session:
        return str(get(session, name))
