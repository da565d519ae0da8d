"""Queries of whole imports: which there were, what of them stands, and what of them is to go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, delete, select

from annotator.domain.origins import imported
from annotator.storage import withdrawal
from annotator.storage.tables import Annotation, Audit, Item, Person
from annotator.storage.tables_moving import ImportedAnswer, WithdrawnImport
from annotator.storage.tables_people import Departure

DONE = "answers.imported"
"""What the audit log says of an import when it is done."""


@dataclass(frozen=True, slots=True)
class Standing:
    """An import, when it was last run, and how many of its answers stand and wait."""

    origin: str
    at: datetime
    stored: int
    waiting: int
    withdrawn_at: datetime | None


def every(session: Session, project_id: str) -> list[Standing]:
    """Return the imports of a project, the oldest first."""
    lines = (
        select(Audit).where(Audit.subject == project_id, Audit.action == DONE).order_by(col(Audit.at), col(Audit.id))
    )
    runs = {str(line.detail["origin"]): line.at for line in session.exec(lines)}
    of_project = select(Item.id).where(Item.project_id == project_id)
    stored = select(Annotation.origin, func.count()).where(col(Annotation.item_id).in_(of_project))
    waiting = select(ImportedAnswer.origin, func.count()).where(col(ImportedAnswer.item_id).in_(of_project))
    stand = dict(session.exec(stored.where(col(Annotation.origin).is_not(None)).group_by(col(Annotation.origin))).all())
    wait = dict(session.exec(waiting.group_by(ImportedAnswer.origin)).all())
    gone = {row.origin: row.at for row in session.exec(select(WithdrawnImport))}
    return [Standing(one, at, stand.get(one, 0), wait.get(one, 0), gone.get(one)) for one, at in runs.items()]


def withdraw(session: Session, origin: str, at: datetime) -> tuple[int, int]:
    """Say that all answers of an import are to go; those that wait go now. Return how many stand and how many waited."""
    session.merge(WithdrawnImport(origin=origin, at=at))
    return _counted(session, col(Annotation.origin) == origin, col(ImportedAnswer.origin) == origin)


def withdraw_person(session: Session, person_id: str, at: datetime) -> tuple[int, int]:
    """Say that all imported answers of a person are to go, and none comes in again; return as `withdraw` does."""
    withdrawal.depart(session, at, person_id, withdraws=True)
    return _counted(session, col(Annotation.person_id) == person_id, col(ImportedAnswer.person_id) == person_id)


def brought_in(session: Session, person_id: str) -> bool:
    """Say whether answers of a person came from another tool and stand or wait."""
    stands = select(Annotation.id).where(Annotation.person_id == person_id, col(Annotation.origin).is_not(None))
    waits = select(ImportedAnswer.id).where(ImportedAnswer.person_id == person_id)
    return any(session.exec(found.limit(1)).first() is not None for found in (stands, waits))


def withdrawn_people(session: Session) -> frozenset[str]:
    """Return the pseudonyms of those whose answers were withdrawn: no import brings them in again."""
    statement = select(Person.pseudonym).join(Departure, col(Departure.person_id) == Person.id)
    return frozenset(session.exec(statement.where(Departure.answers == withdrawal.WITHDRAWN)))


def origin_of(session: Session, project_id: str, name: str) -> str | None:
    """Return the origin that the answers of an import have; None where no import has that name."""
    return next((one.origin for one in every(session, project_id) if one.origin == imported(name)), None)


def _counted(session: Session, stands: ColumnElement[bool], waits: ColumnElement[bool]) -> tuple[int, int]:
    stored = session.exec(select(func.count()).select_from(Annotation).where(stands)).one()
    waiting = session.exec(select(func.count()).select_from(ImportedAnswer).where(waits)).one()
    session.exec(delete(ImportedAnswer).where(waits))
    return stored, waiting
