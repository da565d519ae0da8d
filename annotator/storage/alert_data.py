"""What the rules of alerts read: recent answers, evidence on people, arrivals. Nothing of anybody's skips, breaks or ledger."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Text, case, cast, func
from sqlmodel import Session, col, select

from annotator.domain.items import SHUT, ItemState
from annotator.domain.roles import Role
from annotator.storage.tables import Annotation, GuidelineVersion, Item, Person
from annotator.storage.tables_people import GuidelineActivation
from annotator.storage.tables_quality import Evidence

_IN_TURN = (
    col(Item.state).in_((ItemState.READY.value, ItemState.LEASED.value)),
    ~col(Item.on_hold),
    col(Item.precedence) >= 0,
)
"""Conditions: it waits for answers in its turn; what a coordinator has held or lowered does not."""


def answers_since(session: Session, project_id: str, since: datetime) -> Sequence[Row[Any]]:
    """Return answers to items that are not withdrawn or quarantined, in the order they came.

    A row holds item_id, public_id, campaign, person_id, guideline_version_id, created_at and the flat labels as JSON text.
    """
    about = (Annotation.item_id, Item.public_id, Item.campaign)
    given = (Annotation.person_id, Annotation.guideline_version_id, Annotation.created_at)
    statement = (
        select(*about, *given, cast(col(Annotation.labels), Text).label("labels"))  # type: ignore[call-overload]
        .join(Item, col(Item.id) == Annotation.item_id)
        .where(Item.project_id == project_id, col(Item.state).not_in(SHUT), col(Annotation.created_at) >= since)
        .order_by(col(Annotation.created_at), col(Annotation.id))
    )
    return session.execute(statement).all()


def activations(session: Session, project_id: str) -> list[tuple[GuidelineActivation, str]]:
    """Return when the project took versions up, oldest first, with the version's number."""
    statement = (
        select(GuidelineActivation, GuidelineVersion.version)
        .join(GuidelineVersion, col(GuidelineVersion.id) == GuidelineActivation.guideline_version_id)
        .where(GuidelineActivation.project_id == project_id)
        .order_by(col(GuidelineActivation.at), col(GuidelineActivation.id))
    )
    return [(activation, version) for activation, version in session.exec(statement)]


def evidence_since(session: Session, project_id: str, since: datetime) -> Sequence[Row[Any]]:
    """Return what answers of qualified volunteers say of their givers, in the order in which it became known.

    A row holds person_id, pseudonym, paused_at, source, right, llr, detail, created_at (of the answer) and public_id, which is None
    for a control item.
    """
    who = (Evidence.person_id, Person.pseudonym, Person.paused_at)
    says = (Evidence.source, Evidence.right, Evidence.llr, Evidence.detail)
    named: Any = case((col(Item.project_id) == project_id, col(Item.public_id)), else_=None).label("public_id")
    statement = (
        select(*who, *says, Annotation.created_at, named)  # type: ignore[call-overload]
        .join(Annotation, col(Annotation.id) == Evidence.annotation_id)
        .join(Item, col(Item.id) == Annotation.item_id)
        .join(Person, col(Person.id) == Evidence.person_id)
        .where(col(Annotation.created_at) >= since, Person.role == Role.VOLUNTEER.value)
        .where(col(Person.qualified_at).is_not(None))
        .order_by(col(Evidence.at), col(Evidence.annotation_id))
    )
    return session.execute(statement).all()


def arrivals(session: Session, project_id: str, since: datetime, *, waiting: bool) -> Sequence[Row[Any]]:
    """Return what arrived since a moment, oldest first, or of it only what still waits for answers in its turn.

    A row holds public_id, campaign and created_at.
    """
    statement = select(Item.public_id, Item.campaign, Item.created_at)
    statement = statement.where(Item.project_id == project_id, col(Item.created_at) >= since)
    if waiting:
        statement = statement.where(*_IN_TURN)
    return session.execute(statement.order_by(col(Item.created_at), col(Item.id))).all()


def texts_without_campaign(session: Session, project_id: str, since: datetime, limit: int) -> Sequence[Row[Any]]:
    """Return public_id and text of what arrived without a campaign and waits for answers, the newest first."""
    statement = (
        select(Item.public_id, Item.text)
        .where(Item.project_id == project_id, col(Item.created_at) >= since)
        .where(col(Item.campaign).is_(None), *_IN_TURN)
        .order_by(col(Item.id).desc())
        .limit(limit)
    )
    return session.execute(statement).all()


def waiting(session: Session, project_id: str) -> int:
    """Count the items that wait for answers."""
    statement = select(func.count()).where(Item.project_id == project_id, *_IN_TURN)
    return session.exec(statement).one()


def said_of(session: Session, item_ids: Sequence[str], label: str) -> dict[str, list[str | None]]:
    """Return what the answers of items say of one label, in the order they came; None where one says nothing."""
    statement = (
        select(Annotation.item_id, Annotation.labels)
        .where(col(Annotation.item_id).in_(item_ids))
        .order_by(col(Annotation.id))
    )
    found: dict[str, list[str | None]] = {}
    for item_id, labels in session.exec(statement):
        found.setdefault(item_id, []).append(labels.get(label))
    return found


def by_public_ids(session: Session, project_id: str, public_ids: Sequence[str]) -> list[Item]:
    """Return the items of these public ids, as far as there are such."""
    statement = select(Item).where(Item.project_id == project_id, col(Item.public_id).in_(public_ids))
    return list(session.exec(statement.order_by(Item.id)))
