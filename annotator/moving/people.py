"""People of another tool, here as pseudonyms with no account: nobody can sign in as one, and no address is stored."""

from __future__ import annotations

import base64
import hmac
from datetime import datetime

from sqlmodel import Session

from annotator.domain.roles import Role
from annotator.storage import audit, markers, people
from annotator.storage.database import Database
from annotator.storage.tables import Person


class Pseudonyms:
    """Gives every person of a tool the same pseudonym each time: a keyed hash, which leads to nobody without the key."""

    def __init__(self, database: Database, tool: str) -> None:
        self._key = markers.secret(database, "imported_people").encode()
        self._tool = tool

    def __call__(self, who: str) -> str:
        digest = hmac.digest(self._key, f"{self._tool}\0{who}".encode(), "sha256")
        return f"M-{base64.b32encode(digest)[:8].decode()}"


def person_of(session: Session, pseudonym: str, origin: str, now: datetime) -> Person:
    """Return the person of a pseudonym, made where there is none yet."""
    found = people.by_pseudonym(session, pseudonym)
    if found is None:
        found = Person(pseudonym=pseudonym, role=Role.VOLUNTEER.value, created_at=now)
        session.add(found)
        session.flush()
        audit.record(session, now, audit.SERVICE, "person.imported", found.id, origin=origin)
    return found
