"""Queries of what the columns of Label Studio's Data Manager show, and of items where that has moved."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import case, func, or_, update
from sqlmodel import Session, col, select

from annotator.domain.items import SHUT, ItemState
from annotator.storage.tables import Item, MirrorTask, Project

OPEN = "open"
"""One word for ready and leased: who holds an item this minute is nobody's business there."""

_MOVED = 0.01  # of a risk: less is not worth a write


@dataclass(frozen=True, slots=True)
class Shown:
    """An item as its columns are to show it."""

    item_id: str
    task_id: int
    text: str
    state: str
    answers: int
    risk: float | None
    posterior: list[float] | None
    public_id: str


def moved(session: Session, project: Project, limit: int) -> list[Shown]:
    """Return items whose columns say something else than what holds; a task that was never written shows an unanswered item."""
    state = case((col(Item.state).in_([ItemState.READY.value, ItemState.LEASED.value]), OPEN), else_=col(Item.state))
    risk = case((col(Item.answered) > 0, func.coalesce(Item.risk, -1.0)), else_=-1.0)
    statement = (
        select(Item, MirrorTask.ls_task_id, state)
        .join(MirrorTask, col(MirrorTask.item_id) == Item.id)
        .where(
            Item.project_id == project.id,
            MirrorTask.guideline_version_id == project.guideline_version_id,
            col(Item.state).not_in(SHUT),
            or_(
                func.coalesce(MirrorTask.shown_state, OPEN) != state,
                func.coalesce(MirrorTask.shown_answers, 0) != col(Item.answered),
                func.abs(func.coalesce(MirrorTask.shown_risk, -1.0) - risk) >= _MOVED,
            ),
        )
        .order_by(Item.id)
        .limit(limit)
    )
    return [
        Shown(item.id, task_id, item.text, shown, item.answered, item.risk, item.posterior, item.public_id)
        for item, task_id, shown in session.exec(statement)
    ]


def shown(session: Session, project: Project, one: Shown) -> None:
    """Remember what an item's columns show now."""
    mine = (
        col(MirrorTask.item_id) == one.item_id,
        col(MirrorTask.guideline_version_id) == project.guideline_version_id,
    )
    risk = one.risk if one.answers and one.risk is not None else -1.0
    session.execute(
        update(MirrorTask).where(*mine).values(shown_state=one.state, shown_answers=one.answers, shown_risk=risk)
    )
