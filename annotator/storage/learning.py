"""Queries of active learning: the registry of models, what the one in use says of each item, and what it is trained on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, exists, func, or_, select as select_columns
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select, update

from annotator.domain.items import SHUT, ItemState
from annotator.storage import annotation_log, items
from annotator.storage.prepared import Prepared
from annotator.storage.tables import Annotation, Item, Lease, MirrorTask, Project
from annotator.storage.tables_learning import ModelVersion, Prediction
from annotator.storage.text_size import text_size
from annotator.storage.upsert import inserting

MOVED = 0.005
"""A new model rewrites what is said of an item only where a probability has moved by more than this."""

STANDING: tuple[Any, ...] = (
    col(ModelVersion.id),
    col(ModelVersion.share),
    col(ModelVersion.usable),
    col(ModelVersion.metrics),
)
"""The columns that `standing_from` reads, for other statements that join the model in use."""

_OPEN = (ItemState.READY.value, ItemState.LEASED.value)
_WITHOUT_PARAMETERS = defer(ModelVersion.parameters)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class PoolItem:
    """An item that may be learned from; `text_sha256` stands for its text."""

    id: str
    text_sha256: str
    campaign: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """What dispensing and consensus need to know of the model in use, and no more.

    `pace` is how long an answer takes: so many seconds, and so many more for each byte of the text.
    """

    model_id: str
    share: float
    usable: bool
    pace: tuple[float, float]


def standing(session: Session, project_id: str) -> Standing | None:
    """Return where the model in use stands; None before the first."""
    row = _STANDING.first(session, project=project_id)
    return None if row is None else standing_from(*row)


def standing_from(model_id: str, share: float, usable: bool, metrics: Mapping[str, Any]) -> Standing:
    """Return what the values of `STANDING` say."""
    return Standing(model_id, share, usable, (metrics["pace"][0], metrics["pace"][1]))


def active(session: Session, project_id: str) -> ModelVersion | None:
    """Return the model in use, its parameters not read until they are asked for."""
    statement = select(ModelVersion).where(ModelVersion.project_id == project_id, col(ModelVersion.active))
    return session.exec(statement.options(_WITHOUT_PARAMETERS)).first()


def parameters_of(session: Session, model_id: str) -> bytes | None:
    return session.exec(select(ModelVersion.parameters).where(ModelVersion.id == model_id)).first()


def versions(session: Session, project_id: str, limit: int) -> list[ModelVersion]:
    """Return the newest models, newest first, without their parameters."""
    statement = select(ModelVersion).where(ModelVersion.project_id == project_id)
    statement = statement.order_by(col(ModelVersion.version).desc()).limit(limit)
    return list(session.exec(statement.options(_WITHOUT_PARAMETERS)))


def use(session: Session, project_id: str, model_id: str) -> None:
    """Use a model from now on; those before, also one that was never taken up, keep their record and lose their parameters."""
    of_project = update(ModelVersion).where(col(ModelVersion.project_id) == project_id)
    holds = or_(col(ModelVersion.active), col(ModelVersion.parameters).is_not(None))
    others = of_project.where(col(ModelVersion.id) != model_id, holds)
    session.exec(others.values(active=False, parameters=None))
    session.exec(of_project.where(col(ModelVersion.id) == model_id).values(active=True))


def count_answers(session: Session, project_id: str) -> int:
    """Count the answers of items that are neither withdrawn nor quarantined."""
    return annotation_log.mark(session, project_id)[0]


def pool(session: Session, project_id: str) -> list[PoolItem]:
    """Return every item that is neither withdrawn nor quarantined, by id."""
    statement = select(Item.id, Item.text_sha256, Item.campaign)
    statement = statement.where(Item.project_id == project_id, col(Item.state).not_in(SHUT)).order_by(Item.id)
    return [PoolItem(*row) for row in session.exec(statement)]


def texts(session: Session, item_ids: Sequence[str]) -> Mapping[str, str]:
    return dict(session.exec(select(Item.id, Item.text).where(col(Item.id).in_(item_ids))).all())


def predictions(session: Session, project_id: str) -> dict[str, list[float]]:
    """Return the stored probability vector of every item that has one."""
    statement = select(Prediction.item_id, Prediction.probability).join(Item, col(Item.id) == Prediction.item_id)
    of_project = statement.where(Item.project_id == project_id).order_by(Item.id)
    return {item_id: list(p) for item_id, p in session.exec(of_project)}


def set_predictions(session: Session, model_id: str, rows: Mapping[str, list[float]]) -> None:
    """Store what a model says of items, in place of what an earlier one said."""
    if not rows:
        return
    insert = inserting(session, Prediction)
    changed = {name: getattr(insert.excluded, name) for name in ("model_id", "probability", "mirrored")}
    values = [
        {"item_id": item_id, "model_id": model_id, "probability": p, "mirrored": False} for item_id, p in rows.items()
    ]
    session.execute(insert.on_conflict_do_update(index_elements=["item_id"], set_=changed), values)


@dataclass(frozen=True, slots=True)
class Unmirrored:
    """A prediction that Label Studio has yet to be told, with the task of its item there."""

    item_id: str
    task_id: int
    probability: list[float]
    model_id: str
    version: int


def unmirrored(session: Session, project: Project, limit: int) -> list[Unmirrored]:
    """Return predictions to push, of items that have a task under the project's guideline version and may leave the house."""
    statement = (
        select(Prediction, MirrorTask.ls_task_id, ModelVersion.version)
        .join(Item, col(Item.id) == Prediction.item_id)
        .join(MirrorTask, col(MirrorTask.item_id) == Item.id)
        .join(ModelVersion, col(ModelVersion.id) == Prediction.model_id)
        .where(
            col(Prediction.mirrored).is_(False),
            Item.project_id == project.id,
            MirrorTask.guideline_version_id == project.guideline_version_id,
            col(Item.state).not_in(SHUT),
        )
        .limit(limit)
    )
    return [
        Unmirrored(one.item_id, task_id, list(one.probability), one.model_id, version)
        for one, task_id, version in session.exec(statement)
    ]


def mirrored(session: Session, rows: Sequence[Unmirrored]) -> None:
    """Remember what Label Studio has been told; what a newer model has said since still waits."""
    statement = (
        update(Prediction)
        .where(col(Prediction.item_id) == bindparam("item"), col(Prediction.model_id) == bindparam("model"))
        .values(mirrored=True)
    )
    session.connection().execute(statement, [{"item": row.item_id, "model": row.model_id} for row in rows])


def unscored(session: Session, project_id: str, limit: int) -> list[str]:
    """Return items that came in since the newest training, and have no prediction yet."""
    has = exists().where(col(Prediction.item_id) == Item.id)
    statement = select(Item.id).where(Item.project_id == project_id, col(Item.state).not_in(SHUT), ~has)
    return list(session.exec(statement.order_by(Item.id).limit(limit)))


def first_in_line(session: Session, project_id: str, limit: int) -> list[tuple[str, float, float | None, int]]:
    """Return public id, priority, risk and answers of the open items that come first: what was raised, then by priority."""
    statement = select(Item.public_id, Item.priority, Item.risk, Item.answered)
    statement = statement.where(Item.project_id == project_id, col(Item.open_slots) > 0)
    order = (col(Item.precedence).desc(), col(Item.priority).desc(), col(Item.order_key).desc())
    ordered = statement.order_by(*order).limit(limit)
    return [(name, priority, risk, answered) for name, priority, risk, answered in session.exec(ordered)]


@dataclass(frozen=True, slots=True)
class Open:
    """An item that still waits for answers."""

    posterior: list[float] | None
    answers: int


def open_items(session: Session, project_id: str) -> list[Open]:
    """Return every item that is not settled yet, nor shut away."""
    statement = select(Item.posterior, Item.answered).where(Item.project_id == project_id)
    rows = session.exec(statement.where(col(Item.state).in_(_OPEN)).order_by(Item.id))
    return [Open(list(posterior) if posterior else None, answered) for posterior, answered in rows]


@dataclass(frozen=True, slots=True)
class Audited:
    """An item of the audit slice that people have answered, with what the classifier said of it without having seen it."""

    posterior: list[float]
    predicted: list[float] | None


def audited(session: Session, project: Project, n_classes: int) -> list[Audited]:
    """Return the answered part of the audit slice: items that have as many answers as every item gets."""
    statement = select(Item.posterior, Prediction.probability).outerjoin(Prediction, col(Prediction.item_id) == Item.id)
    rows = session.exec(statement.where(*items.audited(project)).order_by(Item.id))
    return [
        Audited(list(posterior), list(predicted) if predicted else None)
        for posterior, predicted in rows
        if posterior is not None and len(posterior) == n_classes
    ]


def paces(session: Session, project_id: str, limit: int) -> tuple[list[int], list[float]]:
    """Return lengths of texts in bytes and the seconds that the newest answers to them took."""
    statement = (
        select_columns(text_size(Item.text), col(Annotation.lead_time))
        .join(Item, col(Item.id) == Annotation.item_id)
        .where(col(Item.project_id) == project_id, col(Annotation.lead_time) > 0)
        .order_by(col(Annotation.id).desc())
        .limit(limit)
    )
    rows = session.connection().execute(statement).all()
    return [length for length, _ in rows], [seconds for _, seconds in rows]


def first_picks(session: Session, project_id: str) -> Iterator[tuple[str, str | None]]:
    """Yield each rated item once, in the order of their first ratings, with what had picked it for that."""
    first = (
        select(func.min(Annotation.id))
        .join(Item, col(Item.id) == Annotation.item_id)
        .where(Item.project_id == project_id, col(Item.state).not_in(SHUT), col(Annotation.rating).is_not(None))
        .group_by(col(Annotation.item_id))
    )
    statement = select(Annotation.item_id, Lease.pick).join(Lease, col(Lease.id) == Annotation.lease_id)
    yield from session.exec(statement.where(col(Annotation.id).in_(first)).order_by(col(Annotation.id)))


_STANDING = Prepared(
    select_columns(*STANDING).where(col(ModelVersion.project_id) == bindparam("project"), col(ModelVersion.active))
)
