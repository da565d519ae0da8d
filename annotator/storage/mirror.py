"""Queries of the Label Studio mirror: which items and answers have a counterpart there, and what was changed there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, exists
from sqlmodel import Session, col, select, update

from annotator.domain.items import SHUT
from annotator.storage import outbox, studio_gold
from annotator.storage.outbox import OutboxKind
from annotator.storage.tables import (
    Annotation,
    GuidelineVersion,
    Item,
    MirrorTask,
    Outbox,
    Person,
    Project,
    StudioChange,
)
from annotator.storage.tables_learning import Prediction
from annotator.storage.tables_quality import QualityPolicy
from annotator.storage.tables_webhooks import MirrorGold
from annotator.storage.upsert import inserting


@dataclass(frozen=True, slots=True)
class ToMirror:
    """An answer with what the mirror needs to know of it."""

    annotation: Annotation
    item: Item
    person: Person
    task_id: int | None


def unmirrored_items(session: Session, project_id: str, version_id: str, limit: int) -> list[Item]:
    """Return a project's items without a task under that guideline version, in id order; what is shut away has none on purpose."""
    has_task = exists().where(col(MirrorTask.item_id) == Item.id, col(MirrorTask.guideline_version_id) == version_id)
    statement = select(Item).where(Item.project_id == project_id, col(Item.state).not_in(SHUT), ~has_task)
    return list(session.exec(statement.order_by(Item.id).limit(limit)))


def keep_tasks(session: Session, version_id: str, tasks: dict[str, int]) -> None:
    """Remember the tasks of items, by item id."""
    for item_id, task_id in tasks.items():
        session.merge(MirrorTask(item_id=item_id, guideline_version_id=version_id, ls_task_id=task_id))


def drop_task(session: Session, item_id: str, version_id: str) -> None:
    """Forget an item's task, and that its answers and its prediction had been mirrored."""
    session.exec(
        delete(MirrorTask).where(col(MirrorTask.item_id) == item_id, col(MirrorTask.guideline_version_id) == version_id)
    )
    studio_gold.forget_item(session, item_id, version_id)
    session.exec(update(Annotation).where(col(Annotation.item_id) == item_id).values(ls_annotation_id=None))
    session.exec(update(Prediction).where(col(Prediction.item_id) == item_id).values(mirrored=False))


def task_of(session: Session, item_id: str, version_id: str) -> int | None:
    task = session.get(MirrorTask, (item_id, version_id))
    return task.ls_task_id if task is not None else None


def tasks_of(session: Session, item_id: str) -> list[tuple[str, int | None, int]]:
    """Return version id, that version's Label Studio project and task of an item, under every version it was mirrored under."""
    statement = select(MirrorTask, GuidelineVersion).join(
        GuidelineVersion, col(GuidelineVersion.id) == MirrorTask.guideline_version_id
    )
    rows = session.exec(statement.where(MirrorTask.item_id == item_id).order_by(MirrorTask.guideline_version_id))
    return [(version.id, version.ls_project_id, task.ls_task_id) for task, version in rows]


def to_mirror(session: Session, annotation_ids: Iterable[str], version_id: str) -> dict[str, ToMirror]:
    """Return the answers by id, those left out whose items are shut away."""
    statement = (
        select(Annotation, Item, Person, MirrorTask)
        .join(Item, col(Item.id) == Annotation.item_id)
        .join(Person, col(Person.id) == Annotation.person_id)
        .join(
            MirrorTask,
            (col(MirrorTask.item_id) == Item.id) & (col(MirrorTask.guideline_version_id) == version_id),
            isouter=True,
        )
        .where(col(Annotation.id).in_(list(annotation_ids)), col(Item.state).not_in(SHUT))
    )
    return {
        annotation.id: ToMirror(annotation, item, person, task.ls_task_id if task is not None else None)
        for annotation, item, person, task in session.exec(statement)
    }


def mirrored(session: Session, annotation_id: str, ls_annotation_id: int) -> None:
    """Remember where an answer stands in Label Studio."""
    session.exec(
        update(Annotation).where(col(Annotation.id) == annotation_id).values(ls_annotation_id=ls_annotation_id)
    )


def answers_of(session: Session, item_id: str) -> list[Annotation]:
    """Return an item's answers, oldest first."""
    return list(session.exec(select(Annotation).where(Annotation.item_id == item_id).order_by(Annotation.id)))


def mirror_again(session: Session, item_id: str, now: datetime) -> None:
    """Put every answer of an item that does not wait already into the outbox again."""
    waits = exists().where(col(Outbox.subject) == Annotation.id)
    again = select(Annotation.id).where(Annotation.item_id == item_id, ~waits).order_by(Annotation.id)
    for annotation_id in list(session.exec(again)):
        outbox.add(session, now, OutboxKind.ANNOTATION, annotation_id)


def home(session: Session, project: Project) -> GuidelineVersion | QualityPolicy:
    """Return the row that remembers the project's counterpart in Label Studio: a bank of control items has one of its own."""
    bank = session.exec(select(QualityPolicy).where(QualityPolicy.bank_id == project.id)).first()
    return bank or session.get_one(GuidelineVersion, project.guideline_version_id)


def project_is(session: Session, project: Project, ls_project_id: int, now: datetime, *, empty: bool) -> None:
    """Remember the project's counterpart; where it is another than before, or empty, everything has to be mirrored again.

    The id alone says nothing: Label Studio on SQLite gives the ids of deleted projects out again.
    """
    version_id, row = project.guideline_version_id, home(session, project)
    if row.ls_project_id == ls_project_id and not empty:
        return
    if row.ls_project_id is not None:
        ours = select(Item.id).where(Item.project_id == project.id)
        session.exec(
            delete(MirrorTask).where(
                col(MirrorTask.guideline_version_id) == version_id, col(MirrorTask.item_id).in_(ours)
            )
        )
        session.exec(delete(MirrorGold).where(col(MirrorGold.guideline_version_id) == version_id))
        waits = exists().where(col(Outbox.subject) == Annotation.id)
        shown = update(Prediction).where(col(Prediction.mirrored), col(Prediction.item_id).in_(ours))
        session.exec(shown.values(mirrored=False))
        again = select(Annotation.id).where(
            Annotation.guideline_version_id == version_id, col(Annotation.item_id).in_(ours), ~waits
        )
        for annotation_id in list(session.exec(again.order_by(Annotation.id))):
            outbox.add(session, now, OutboxKind.ANNOTATION, annotation_id)
    row.ls_project_id = ls_project_id
    session.add(row)


def add_change(session: Session, change: StudioChange) -> bool:
    """Keep what was done in Label Studio; False when it is known."""
    statement = (
        inserting(session, StudioChange)
        .values(**change.model_dump())
        .on_conflict_do_nothing()
        .returning(col(StudioChange.id))
    )
    return session.execute(statement).first() is not None


def changes_of(session: Session, item_id: str) -> list[StudioChange]:
    """Return what was done to an item in Label Studio, oldest first."""
    statement = select(StudioChange).where(StudioChange.item_id == item_id)
    return list(session.exec(statement.order_by(col(StudioChange.changed_at), col(StudioChange.id))))


def all_answers(session: Session, project_id: str, version_id: str) -> Sequence[tuple[str, str]]:
    """Return (item id, annotation id) of every answer to a project's items that Label Studio should hold."""
    statement = (
        select(Annotation.item_id, Annotation.id)
        .join(Item, col(Item.id) == Annotation.item_id)
        .where(
            Item.project_id == project_id,
            Annotation.guideline_version_id == version_id,
            col(Item.state).not_in(SHUT),
        )
    )
    return [(item_id, annotation_id) for item_id, annotation_id in session.exec(statement)]
