"""Queries of vetting and of pauses that a coordinator set. Whoever changes either locks the person, so that of two at once the
second sees what the first has done.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from annotator.domain.errors import ConflictError, InputError
from annotator.domain.vetting import VettingStep, allowed_sources
from annotator.storage import audit, people
from annotator.storage.beside_index import beside_index
from annotator.storage.tables import Item
from annotator.storage.tables_people import CoordinatorPause, Vetting


def passed_by(session: Session, person_id: str) -> dict[VettingStep, Vetting]:
    """Return a person's checks that stand, by step."""
    rows = session.exec(_STANDING.where(Vetting.person_id == person_id))
    return {VettingStep(row.step): row for row in rows}


def passed_by_all(session: Session) -> Mapping[str, Mapping[VettingStep, Vetting]]:
    """Return every check that stands, by person and step."""
    found: dict[str, dict[VettingStep, Vetting]] = {}
    for row in session.exec(_STANDING):
        found.setdefault(row.person_id, {})[VettingStep(row.step)] = row
    return found


@cache
def of_allowed_source(passed: frozenset[VettingStep]) -> ColumnElement[bool]:
    """Return what an item must meet for somebody who has passed these checks: a source that they allow."""
    return beside_index(Item.source).in_([source.value for source in allowed_sources(passed)])


def record(session: Session, at: datetime, actor: str, person_id: str, step: VettingStep) -> None:
    """Record that a check was passed. Doing it twice changes nothing."""
    people.locked(session, person_id)
    if _check(session, person_id, step) is not None:
        return
    session.add(Vetting(person_id=person_id, step=step.value, recorded_by=actor, at=at))
    session.flush()
    audit.record(session, at, actor, "vetting.recorded", person_id, step=step.value)


def undo(session: Session, at: datetime, actor: str, person_id: str, step: VettingStep) -> None:
    """Set a check aside; what it allowed is allowed no more."""
    people.locked(session, person_id)
    row = _check(session, person_id, step)
    if row is None:
        return
    row.undone_at, row.undone_by = at, actor
    session.add(row)
    session.flush()
    audit.record(session, at, actor, "vetting.undone", person_id, step=step.value)


def pause_of(session: Session, person_id: str) -> CoordinatorPause | None:
    """Return the pause that a coordinator set and nobody has ended."""
    statement = select(CoordinatorPause).where(
        CoordinatorPause.person_id == person_id, col(CoordinatorPause.resumed_at).is_(None)
    )
    return session.exec(statement).first()


def pauses(session: Session) -> dict[str, CoordinatorPause]:
    statement = select(CoordinatorPause).where(col(CoordinatorPause.resumed_at).is_(None))
    return {row.person_id: row for row in session.exec(statement)}


def pause_history(session: Session, person_id: str) -> list[CoordinatorPause]:
    """Return the pauses that are over, oldest first."""
    statement = select(CoordinatorPause).where(
        CoordinatorPause.person_id == person_id, col(CoordinatorPause.resumed_at).is_not(None)
    )
    return list(session.exec(statement.order_by(CoordinatorPause.id)))


def pause(session: Session, at: datetime, actor: str, person_id: str, reason: str) -> None:
    """Pause somebody, for a reason that they are told.

    Raises:
        InputError: there is no reason.
        ConflictError: they are paused already.
    """
    people.locked(session, person_id)
    if pause_of(session, person_id) is not None:
        raise ConflictError("This person is paused already.")
    given = _reason(reason)
    session.add(CoordinatorPause(person_id=person_id, reason=given, paused_by=actor, at=at))
    session.flush()
    audit.record(session, at, actor, "person.paused", person_id)


def resume(session: Session, at: datetime, actor: str, person_id: str, reason: str) -> None:
    """End a pause, with a reason for the record.

    Raises:
        InputError: there is no reason.
        ConflictError: no coordinator has paused them.
    """
    people.locked(session, person_id)
    row = pause_of(session, person_id)
    if row is None:
        raise ConflictError("No coordinator has paused this person.")
    row.resume_reason = _reason(reason)
    row.resumed_at, row.resumed_by = at, actor
    session.add(row)
    session.flush()
    audit.record(session, at, actor, "person.resumed", person_id)


def _check(session: Session, person_id: str, step: VettingStep) -> Vetting | None:
    theirs = select(Vetting).where(Vetting.person_id == person_id, Vetting.step == step.value)
    return session.exec(theirs.where(col(Vetting.undone_at).is_(None))).first()


def _reason(reason: str) -> str:
    if not reason.strip():
        raise InputError("A reason is missing.", where="reason", mend="Say in a sentence why; the person can read it.")
    return reason.strip()


_STANDING = select(Vetting).where(col(Vetting.undone_at).is_(None)).order_by(Vetting.id)
