"""Queries of the data behind the desk: why items are in quarantine, epochs, regions, and how ratings are shared out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col, select

from annotator.domain.items import SHUT, ItemState
from annotator.domain.words import marked
from annotator.storage.items import audited
from annotator.storage.tables import Annotation, FlagReport, Item, Project
from annotator.storage.tables_recheck import Recheck


def quarantine_reasons(session: Session, project_id: str) -> dict[str, list[str]]:
    """Return the gate's reasons and the kinds of flag that volunteers raised, by quarantined item."""
    quarantined = (Item.project_id == project_id, col(Item.state) == ItemState.QUARANTINED.value)
    statement = select(Item.id, Recheck.reasons).outerjoin(Recheck, col(Recheck.item_id) == Item.id).where(*quarantined)
    reasons = {item: list(found or []) for item, found in session.exec(statement.order_by(Item.id))}
    flags = select(FlagReport.item_id, FlagReport.kind).join(Item, col(Item.id) == FlagReport.item_id)
    rows = flags.where(*quarantined).distinct().order_by(FlagReport.item_id, FlagReport.kind)
    for item, kind in session.exec(rows):
        words = kind.replace("_", " ")
        reasons.setdefault(item, []).append(marked(f"flag: {words}"))  # it may have come into quarantine a moment ago
    return reasons


def count_quarantined(session: Session, project_id: str) -> int:
    quarantined = (Item.project_id == project_id, col(Item.state) == ItemState.QUARANTINED.value)
    return session.exec(select(func.count()).select_from(Item).where(*quarantined)).one()


def by_region(session: Session, project_id: str) -> dict[str, int]:
    """Count items by coarse region, empty where it is not told; withdrawn and quarantined ones are left out."""
    return _count_by(session, project_id, col(Item.region))


def by_epoch(session: Session, project_id: str) -> dict[str, int]:
    """Count items by epoch, empty where it is not told; withdrawn and quarantined ones are left out."""
    return _count_by(session, project_id, col(Item.epoch))


def ratings_given(session: Session, project_id: str) -> dict[str | None, int]:
    """Count answers by rating, None for "cannot tell", of items that are neither withdrawn nor quarantined."""
    statement = (
        select(Annotation.rating, func.count())
        .join(Item, col(Item.id) == Annotation.item_id)
        .where(Item.project_id == project_id, col(Item.state).not_in(SHUT))
        .group_by(col(Annotation.rating))
    )
    return dict(session.exec(statement).all())


def sample_of_epoch(session: Session, project_id: str, epoch: str, limit: int) -> Sequence[tuple[str | None, str]]:
    """Return campaign and text of the first items of an epoch in the permanent random order."""
    statement = select(Item.campaign, Item.text).where(
        Item.project_id == project_id, Item.epoch == epoch, col(Item.state).not_in(SHUT)
    )
    return session.exec(statement.order_by(col(Item.audit_key)).limit(limit)).all()


@dataclass(frozen=True, slots=True)
class AuditedOf:
    """An answered item of the audit slice: its epoch and its posterior."""

    epoch: str
    posterior: list[float]


def audited_by_epoch(session: Session, project: Project, n_classes: int) -> list[AuditedOf]:
    """Return the answered part of the audit slice, with epochs."""
    statement = select(Item.epoch, Item.posterior).where(*audited(project), col(Item.epoch).is_not(None))
    return [
        AuditedOf(epoch, list(posterior))
        for epoch, posterior in session.exec(statement.order_by(Item.id))
        if epoch and posterior is not None and len(posterior) == n_classes
    ]


def _count_by(session: Session, project_id: str, column: Mapped[str | None]) -> dict[str, int]:
    statement = select(column, func.count()).where(Item.project_id == project_id, col(Item.state).not_in(SHUT))
    return {value or "": int(count) for value, count in session.exec(statement.group_by(column))}
