"""Taking back what came from another tool: all answers of one import, or of one person who has no account here.

What is to go is stored first; then each answer goes as one does that its giver withdraws. What a stopped process leaves undone the
worker finishes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from annotator.dispensing.withdrawal import finish_withdrawals
from annotator.domain.errors import NotFoundError
from annotator.domain.schema import Schema
from annotator.storage import audit, consensus, imports, people
from annotator.storage.database import Database
from annotator.storage.tables import Project


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """How many answers went, and how many that still waited for their texts."""

    stored: int
    waiting: int


def withdraw_import(database: Database, project: Project, schema: Schema, name: str, now: datetime) -> Withdrawn:
    """Withdraw every answer that an import brought; its texts and people stay.

    Raises:
        NotFoundError: no import has that name.
    """
    with database.writing() as session:
        origin = imports.origin_of(session, project.id, name)
        if origin is None:
            raise NotFoundError(f"There is no import {name}.", mend="`annotator imports list` names them all.")
        gone = Withdrawn(*imports.withdraw(session, origin, now))
        counts = {"answers": gone.stored, "waiting": gone.waiting}
        audit.record(session, now, audit.SERVICE, "import.withdrawn", project.id, origin=origin, **counts)
    finish_withdrawals(database, schema, now)
    return gone


def withdraw_person(database: Database, schema: Schema, pseudonym: str, now: datetime) -> Withdrawn:
    """Withdraw every answer of a person of another tool, and let none of theirs come in again.

    Raises:
        NotFoundError: nothing that was imported is theirs.
    """
    with database.writing() as session:
        person = people.by_pseudonym(session, pseudonym)
        if person is None or not imports.brought_in(session, person.id):
            raise NotFoundError(
                f"No imported answer is of {pseudonym}.", mend="Their pseudonym stands on the item's page."
            )
        gone = Withdrawn(*imports.withdraw_person(session, person.id, now))
        consensus.forget_skills(session, person.id)
        counts = {"answers": gone.stored, "waiting": gone.waiting}
        audit.record(session, now, audit.SERVICE, "person.withdrawn", person.id, **counts)
    finish_withdrawals(database, schema, now, person.id)
    return gone
