"""Queries of quality: evidence, rounds of qualification, and pauses with their appeals."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, bindparam, exists, func
from sqlmodel import Session, col, select

from annotator.domain.items import ItemState
from annotator.domain.quality import PauseDecision
from annotator.storage.prepared import At, Prepared
from annotator.storage.tables import Annotation, Item, Person
from annotator.storage.tables_quality import Control, Evidence, QualificationRound, QualityPause
from annotator.storage.upsert import inserting

_FINISHED = (ItemState.AGREED.value, ItemState.ADJUDICATING.value, ItemState.GOLD.value)


class Answered(NamedTuple):
    """An answer with the text it is about; `control` is None for an ordinary item."""

    annotation: Annotation
    text: str
    control: Control | None


def unweighed_controls(session: Session, bank_id: str, limit: int, person_id: str | None = None) -> list[Answered]:
    """Return answers to control items that have left no evidence yet, oldest first, of one person or of all."""
    statement = (
        select(Annotation, Item.text, Control)
        .join(Item, col(Item.id) == Annotation.item_id)
        .join(Control, col(Control.item_id) == Annotation.item_id)
        .where(Item.project_id == bank_id, ~_weighed())
        .order_by(col(Annotation.id))
        .limit(limit)
    )
    if person_id is not None:
        statement = statement.where(Annotation.person_id == person_id)
    return [Answered(*row) for row in session.exec(statement)]


def unweighed_answers(session: Session, project_id: str, limit: int) -> list[Answered]:
    """Return answers to a project's finished items that have left no evidence yet, oldest first. What came from other tools
    is no evidence: nobody here is trained, paused or praised for it.
    """
    came_from_here = col(Annotation.origin).is_(None)
    statement = (
        select(Annotation, Item.text)
        .join(Item, col(Item.id) == Annotation.item_id)
        .where(Item.project_id == project_id, col(Item.state).in_(_FINISHED), ~_weighed(), came_from_here)
        .order_by(col(Annotation.id))
        .limit(limit)
    )
    return [Answered(annotation, text, None) for annotation, text in session.exec(statement)]


def keep_evidence(session: Session, rows: Sequence[Evidence]) -> None:
    """Store evidence; where another process has weighed an answer meanwhile, what that one stored stands."""
    if rows:
        values = [row.model_dump() for row in rows]
        insert = inserting(session, Evidence).on_conflict_do_nothing()
        session.execute(insert, values, execution_options={"render_nulls": True})


def evidence_of(
    session: Session, person_id: str, *, since: datetime | None = None, source: str | None = None
) -> list[Evidence]:
    """Return what answers given after a moment say of a person, in the order in which it became known."""
    statement = (
        select(Evidence)
        .join(Annotation, col(Annotation.id) == Evidence.annotation_id)
        .where(Evidence.person_id == person_id)
        .order_by(col(Evidence.at), col(Evidence.annotation_id))
    )
    if since is not None:
        statement = statement.where(Annotation.created_at > since)
    if source is not None:
        statement = statement.where(Evidence.source == source)
    return list(session.exec(statement))


def control_counts(session: Session) -> dict[str, tuple[int, int]]:
    """Return (right, answered) on control items by person, "cannot tell" left out."""
    statement = (
        select(Evidence.person_id, Evidence.right, func.count())
        .where(Evidence.source == "control", col(Evidence.right).is_not(None))
        .group_by(col(Evidence.person_id), col(Evidence.right))
    )
    counts: dict[str, tuple[int, int]] = {}
    for person, right, count in session.exec(statement):
        good, answered = counts.get(person, (0, 0))
        counts[person] = (good + (count if right else 0), answered + count)
    return counts


def explained(session: Session, person_id: str, limit: int) -> list[tuple[Evidence, Annotation, Control, Item]]:
    """Return a person's answers to control items with what was expected, the newest first."""
    statement = (
        select(Evidence, Annotation, Control, Item)
        .join(Annotation, col(Annotation.id) == Evidence.annotation_id)
        .join(Control, col(Control.item_id) == Annotation.item_id)
        .join(Item, col(Item.id) == Annotation.item_id)
        .where(Evidence.person_id == person_id, Evidence.source == "control")
        .order_by(col(Annotation.id).desc())
        .limit(limit)
    )
    return list(session.exec(statement))


def in_qualification(session: At, person_id: str) -> bool:
    """Say whether the person's qualification is going on."""
    return _IN_QUALIFICATION.first(session, person=person_id) is not None


def open_round(session: Session, person_id: str) -> QualificationRound | None:
    statement = select(QualificationRound).where(QualificationRound.person_id == person_id)
    return session.exec(statement.where(col(QualificationRound.decided_at).is_(None))).first()


def rounds_of(session: Session, person_id: str) -> list[QualificationRound]:
    """Return a person's rounds, oldest first."""
    statement = select(QualificationRound).where(QualificationRound.person_id == person_id)
    return list(session.exec(statement.order_by(col(QualificationRound.opened_at), col(QualificationRound.id))))


def open_pause(session: Session, person_id: str) -> QualityPause | None:
    """Return the pause that nobody has decided on yet, locked."""
    statement = select(QualityPause).where(QualityPause.person_id == person_id)
    return session.exec(statement.where(col(QualityPause.decided_at).is_(None)).with_for_update()).first()


def pauses_of(session: Session, person_id: str) -> list[QualityPause]:
    """Return a person's pauses, oldest first."""
    statement = select(QualityPause).where(QualityPause.person_id == person_id)
    return list(session.exec(statement.order_by(col(QualityPause.opened_at), col(QualityPause.id))))


def resumed(session: Session, person_ids: Collection[str]) -> dict[str, datetime]:
    """Return when each of these people was last let go on after a pause, where they were: evidence counts from then on."""
    theirs = (col(QualityPause.person_id).in_(person_ids), QualityPause.decision == PauseDecision.RESUME)
    statement = select(QualityPause.person_id, func.max(QualityPause.decided_at)).where(*theirs)
    rows = session.exec(statement.group_by(QualityPause.person_id).order_by(QualityPause.person_id))
    return {person: at for person, at in rows if at is not None}


def pauses(session: Session, limit: int) -> Sequence[tuple[QualityPause, Person]]:
    """Return pauses with whom they are about: appeals that wait first, then the newest."""
    statement = (
        select(QualityPause, Person)
        .join(Person, col(Person.id) == QualityPause.person_id)
        .order_by(
            col(QualityPause.decided_at).is_not(None),
            col(QualityPause.appealed_at).is_(None),
            col(QualityPause.opened_at).desc(),
            col(QualityPause.id).desc(),
        )
        .limit(limit)
    )
    return [(pause, person) for pause, person in session.exec(statement)]


def count_open_pauses(session: Session) -> tuple[int, int]:
    """Return how many pauses nobody has decided on, and how many of them somebody objects to."""
    opened = select(func.count()).where(col(QualityPause.decided_at).is_(None))
    appeals = opened.where(col(QualityPause.appeal).is_not(None))
    return session.exec(opened).one(), session.exec(appeals).one()


def _weighed() -> ColumnElement[bool]:
    return exists().where(col(Evidence.annotation_id) == Annotation.id)


_IN_QUALIFICATION = Prepared(
    select(QualificationRound.id).where(
        QualificationRound.person_id == bindparam("person"), col(QualificationRound.decided_at).is_(None)
    )
)
