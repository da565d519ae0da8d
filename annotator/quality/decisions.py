"""What follows from evidence: qualification passes or sends back to training; a pause is proposed, appealed, and decided by a person.

Every step is written to the audit log in its own transaction. Nothing here reads a skip, a break, an opt-out or a ledger.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Session

from annotator.domain.controls import Outcome, clauses_of
from annotator.domain.errors import ConflictError, InputError, NotFoundError
from annotator.domain.qualification import USUAL, SequentialTest, Verdict, decide, most_missed
from annotator.domain.quality import THRESHOLD, PauseDecision, statistic
from annotator.domain.roles import Role
from annotator.domain.schema import Schema
from annotator.quality.evidence import weigh_all, weigh_controls_of
from annotator.storage import audit, people, quality
from annotator.storage.database import Database
from annotator.storage.tables import Person, Project
from annotator.storage.tables_quality import Evidence, QualificationRound, QualityPause

LONGEST = 2000
"""Characters of an appeal or a reason."""


def open_qualification(session: Session, person_id: str, now: datetime) -> QualificationRound:
    """Begin a round of control items, or return the one that is going on."""
    known = quality.open_round(session, person_id)
    if known is not None:
        return known
    begun = QualificationRound(person_id=person_id, opened_at=now)
    session.add(begun)
    session.flush()
    audit.record(session, now, person_id, "qualification.opened", person_id)
    return begun


def assess(
    database: Database, project: Project, schema: Schema, person_id: str, now: datetime, test: SequentialTest = USUAL
) -> Verdict | None:
    """Carry the person's qualification on with what they have answered; None where none is going on.

    Passing qualifies them in the same transaction; else the round ends with the clauses to study.
    """
    with database.glance() as session:
        if not quality.in_qualification(session, person_id):
            return None
    weigh_controls_of(database, project, schema, person_id, now)
    with database.writing() as session:
        person = people.locked(session, person_id)
        begun = quality.open_round(session, person_id)
        if begun is None:
            return None
        rows = _since(session, person_id, begun.opened_at)
        verdict = decide([bool(evidence.right) for evidence, _ in rows], test)
        if verdict is Verdict.CONTINUE:
            return verdict
        begun.outcome, begun.decided_at = verdict.value, now
        if verdict is Verdict.PASS:
            person.qualified_at = now
        else:
            begun.study = most_missed(
                clauses_of(schema, _outcome(evidence), expected) for evidence, expected in rows if not evidence.right
            )
        session.add_all([begun, person])
        audit.record(
            session,
            now,
            audit.SERVICE,
            f"qualification.{verdict.value}",
            person_id,
            answers=len(rows),
            study=begun.study,
        )
        return verdict


def watch(database: Database, project: Project, schema: Schema, now: datetime, threshold: float = THRESHOLD) -> int:
    """Weigh what is new and propose a pause where the change test says so; return how many were proposed."""
    proposed = 0
    for person_id in sorted(weigh_all(database, project, schema, now)):
        with database.writing() as session:
            proposed += _propose_if_due(session, people.locked(session, person_id), now, threshold)
    return proposed


def appeal(database: Database, person_id: str, text: str, now: datetime) -> None:
    """Store what a person says to their pause; it may be changed until somebody has decided.

    Raises:
        InputError: there is nothing to read, or too much.
        NotFoundError: the person is not paused, or it has been decided.
    """
    with database.writing() as session:
        pause = quality.open_pause(session, person_id)
        if pause is None:
            raise NotFoundError("There is no pause of yours to appeal.")
        pause.appeal, pause.appealed_at = _text(text, "appeal"), now
        session.add(pause)
        audit.record(session, now, person_id, "pause.appealed", person_id, pause=pause.id)


def decide_pause(database: Database, actor: str, pause_id: str, reason: str, now: datetime, *, resume: bool) -> None:
    """Let a person go on, or confirm the pause; the reason is told to them. What was gathered before a resumption is dropped.

    A pause that was kept can still be lifted later.

    Raises:
        NotFoundError: there is no such pause.
        ConflictError: somebody has decided on it before.
        InputError: no reason is given.
    """
    with database.writing() as session:
        known = session.get(QualityPause, pause_id)
        if known is None:
            raise NotFoundError("There is no such pause.")
        person = people.locked(session, known.person_id)
        pause = quality.pauses_of(session, person.id)[-1]
        settled = pause.decision == PauseDecision.RESUME or (pause.decision == PauseDecision.KEEP and not resume)
        if pause.id != pause_id or settled:
            raise ConflictError("Somebody has decided on this pause already.", mend="Reload the page.")
        pause.reason, pause.decided_at, pause.decided_by = _text(reason, "reason"), now, actor
        pause.decision = (PauseDecision.RESUME if resume else PauseDecision.KEEP).value
        if resume:
            person.paused_at = None
        session.add_all([pause, person])
        audit.record(session, now, actor, f"pause.{pause.decision}", person.id, pause=pause.id)


def _propose_if_due(session: Session, person: Person, now: datetime, threshold: float) -> bool:
    if person.role != Role.VOLUNTEER or person.qualified_at is None or person.paused_at is not None:
        return False
    _close_lifted(session, person.id, now)
    rows = quality.evidence_of(session, person.id, since=quality.resumed(session, [person.id]).get(person.id))
    gathered = statistic([row.llr for row in rows])
    if gathered < threshold:
        return False
    person.paused_at = now
    pause = QualityPause(person_id=person.id, opened_at=now, statistic=gathered, grounds=_grounds(rows))
    session.add_all([person, pause])
    session.flush()
    audit.record(session, now, audit.SERVICE, "pause.proposed", person.id, pause=pause.id, statistic=round(gathered, 2))
    return True


def _close_lifted(session: Session, person_id: str, now: datetime) -> None:
    """A pause that was lifted elsewhere, as on the people's page, was decided by whoever lifted it."""
    pauses = quality.pauses_of(session, person_id)
    if pauses and pauses[-1].decision != PauseDecision.RESUME:
        last = pauses[-1]
        last.decision, last.decided_at, last.reason = PauseDecision.RESUME.value, now, "Lifted by a coordinator."
        session.add(last)
        session.flush()


def _grounds(rows: list[Evidence]) -> dict[str, Any]:
    """Return in numbers what the pause rests on: everything that spoke against the person since the statistic last was nil."""
    begins, gathered = 0, 0.0
    for place, row in enumerate(rows):
        gathered = max(0.0, gathered + row.llr)
        begins = place + 1 if gathered == 0 else begins
    counted = rows[begins:]
    controls = [row for row in counted if row.source == "control" and row.right is not None]
    others = [row for row in counted if row.source == "consensus" and row.detail]
    return {
        "controls": len(controls),
        "controls_wrong": sum(row.right is False for row in controls),
        "compared": len(others),
        "compared_far": sum(row.detail["steps"] > 1 for row in others),
        "too_fast": sum(bool(row.detail.get("fast")) for row in counted),
    }


def _since(session: Session, person_id: str, since: datetime) -> list[tuple[Evidence, dict[str, str | None]]]:
    """Return the control answers of a round that were right or wrong, in order, with what was expected."""
    rows = quality.explained(session, person_id, limit=500)
    return [
        (evidence, control.expected)
        for evidence, annotation, control, _ in reversed(rows)
        if evidence.right is not None and annotation.created_at >= since
    ]


def _outcome(evidence: Evidence) -> Outcome:
    detail = evidence.detail
    return Outcome(detail["steps"], tuple(detail["slips"]), tuple(detail["tags"]))


def _text(text: str, where: str) -> str:
    text = text.strip()
    if not 1 <= len(text) <= LONGEST:
        raise InputError(f"Write between 1 and {LONGEST} characters.", where=where)
    return text
