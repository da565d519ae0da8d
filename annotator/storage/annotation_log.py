"""Queries of annotations: stored once, never overwritten."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Text, cast, func
from sqlmodel import Session, col, select

from annotator.domain.items import SHUT
from annotator.storage.tables import Annotation, GuidelineVersion, Item, Person


def by_key(session: Session, person_id: str, key: str) -> Annotation | None:
    """Return what the person stored under an idempotency key."""
    return session.exec(select(Annotation).where(Annotation.person_id == person_id, Annotation.key == key)).first()


def ratings(session: Session, item_id: str) -> list[str | None]:
    """Return the ratings an item has, None for cannot tell, in the order they came."""
    statement = select(Annotation.rating).where(Annotation.item_id == item_id).order_by(col(Annotation.id))
    return list(session.exec(statement))


def of_item(session: Session, item_id: str) -> list[tuple[Annotation, str]]:
    """Return an item's annotations with the pseudonyms of those who gave them, oldest first."""
    statement = (
        select(Annotation, Person.pseudonym)
        .join(Person, col(Person.id) == Annotation.person_id)
        .where(Annotation.item_id == item_id)
        .order_by(col(Annotation.id))
    )
    return [(annotation, pseudonym) for annotation, pseudonym in session.exec(statement)]


def count_since(session: Session, since: datetime, person_id: str) -> int:
    """Count the answers that a person has stored since a moment."""
    statement = select(func.count()).where(Annotation.person_id == person_id, col(Annotation.created_at) >= since)
    return session.exec(statement).one()


def count_of_project(session: Session, project_id: str, since: datetime) -> int:
    """Count the answers to a project's items since a moment."""
    statement = (
        select(func.count())
        .select_from(Annotation)
        .join(Item, col(Item.id) == Annotation.item_id)
        .where(Item.project_id == project_id, col(Annotation.created_at) >= since)
    )
    return session.exec(statement).one()


def mark(session: Session, project_id: str) -> tuple[int, str]:
    """Return a value that changes whenever `label_columns` does: how many rows there are, and the newest."""
    statement = (
        select(func.count(), func.max(Annotation.id))
        .select_from(Annotation)
        .join(Item, col(Item.id) == Annotation.item_id)
        .where(Item.project_id == project_id, col(Item.state).not_in(SHUT))
    )
    count, newest = session.exec(statement).one()
    return count, newest or ""


def ratings_of(session: Session, item_ids: Sequence[str]) -> dict[str, list[str | None]]:
    """Return the ratings of several items, in the order they came."""
    statement = (
        select(Annotation.item_id, Annotation.rating)
        .where(col(Annotation.item_id).in_(item_ids))
        .order_by(col(Annotation.id))
    )
    found: dict[str, list[str | None]] = {}
    for item_id, rating in session.exec(statement):
        found.setdefault(item_id, []).append(rating)
    return found


def label_columns(session: Session, project_id: str) -> tuple[Sequence[str], Sequence[str], Sequence[str]]:
    """Return item ids, person ids and flat labels (as JSON text) of every annotation of items that are not withdrawn or
    quarantined, in the order they came.
    """
    statement = (
        select(Annotation.item_id, Annotation.person_id, cast(col(Annotation.labels), Text))
        .join(Item, col(Item.id) == Annotation.item_id)
        .where(Item.project_id == project_id, col(Item.state).not_in(SHUT))
        .order_by(col(Annotation.id))
    )
    rows = session.exec(statement).all()
    items, people, labels = zip(*rows, strict=True) if rows else ((), (), ())
    return items, people, labels


def latest_of(session: Session, person_id: str, limit: int) -> list[Annotation]:
    """Return a person's newest answers, the newest first."""
    statement = select(Annotation).where(Annotation.person_id == person_id)
    return list(session.exec(statement.order_by(col(Annotation.id).desc()).limit(limit)))


def versions(session: Session, project_id: str) -> Sequence[str]:
    """Return the guideline version of every answer that `label_columns` returns, in the same order."""
    statement = (
        select(GuidelineVersion.version)
        .join(Annotation, col(Annotation.guideline_version_id) == GuidelineVersion.id)
        .join(Item, col(Item.id) == Annotation.item_id)
        .where(Item.project_id == project_id, col(Item.state).not_in(SHUT))
        .order_by(col(Annotation.id))
    )
    return session.exec(statement).all()
