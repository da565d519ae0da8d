"""Queries of decisions that stand as ground truth in Label Studio."""

from __future__ import annotations

from sqlalchemy import delete, exists
from sqlmodel import Session, col, select

from annotator.domain.items import ItemState
from annotator.storage.tables import Item, MirrorTask, Project
from annotator.storage.tables_adjudication import Adjudication
from annotator.storage.tables_webhooks import MirrorGold


def unmirrored(session: Session, project: Project, limit: int) -> list[tuple[Adjudication, int]]:
    """Return decisions that made an item gold and have no ground truth there yet, with the item's task."""
    there = exists().where(
        col(MirrorGold.adjudication_id) == Adjudication.id,
        col(MirrorGold.guideline_version_id) == project.guideline_version_id,
    )
    statement = (
        select(Adjudication, MirrorTask.ls_task_id)
        .join(Item, col(Item.id) == Adjudication.item_id)
        .join(MirrorTask, col(MirrorTask.item_id) == Item.id)
        .where(
            Item.project_id == project.id,
            Item.state == ItemState.GOLD.value,
            MirrorTask.guideline_version_id == project.guideline_version_id,
            col(Adjudication.settles),
            col(Adjudication.superseded_at).is_(None),
            ~there,
        )
    )
    rows = session.exec(statement.order_by(Adjudication.id).limit(limit))
    return [(decision, task_id) for decision, task_id in rows]


def set_aside(session: Session, project: Project, limit: int) -> list[MirrorGold]:
    """Return what stands there as ground truth though the decision was set aside."""
    statement = (
        select(MirrorGold)
        .join(Adjudication, col(Adjudication.id) == MirrorGold.adjudication_id)
        .join(Item, col(Item.id) == Adjudication.item_id)
        .where(
            Item.project_id == project.id,
            MirrorGold.guideline_version_id == project.guideline_version_id,
            col(Adjudication.superseded_at).is_not(None),
        )
    )
    return list(session.exec(statement.order_by(MirrorGold.adjudication_id).limit(limit)))


def mirrored(session: Session, project: Project, adjudication_id: str, ls_annotation_id: int) -> None:
    session.merge(
        MirrorGold(
            adjudication_id=adjudication_id,
            guideline_version_id=project.guideline_version_id,
            ls_annotation_id=ls_annotation_id,
        )
    )


def forget(session: Session, row: MirrorGold) -> None:
    session.exec(
        delete(MirrorGold).where(
            col(MirrorGold.adjudication_id) == row.adjudication_id,
            col(MirrorGold.guideline_version_id) == row.guideline_version_id,
        )
    )


def forget_item(session: Session, item_id: str, version_id: str) -> None:
    """Forget what stood on an item's task, which is gone."""
    decided = select(Adjudication.id).where(Adjudication.item_id == item_id)
    gone = (col(MirrorGold.adjudication_id).in_(decided), col(MirrorGold.guideline_version_id) == version_id)
    session.exec(delete(MirrorGold).where(*gone))


def ids_of_item(session: Session, item_id: str) -> dict[str, Adjudication]:
    """Return an item's decisions by id, those that were set aside too."""
    return {one.id: one for one in session.exec(select(Adjudication).where(Adjudication.item_id == item_id))}


def ids_of_project(session: Session, project_id: str) -> list[str]:
    statement = select(Adjudication.id).join(Item, col(Item.id) == Adjudication.item_id)
    return list(session.exec(statement.where(Item.project_id == project_id)))
