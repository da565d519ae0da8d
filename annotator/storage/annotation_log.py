"""Queries of annotations: stored once, never overwritten."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from annotator.storage.tables import Annotation, Item, Person


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


def count_since(session: Session, since: datetime, person_id: str | None = None) -> int:
    """Count the answers stored since a moment, of one person or of all."""
    statement = select(func.count()).select_from(Annotation).where(col(Annotation.created_at) >= since)
    if person_id is not None:
        statement = statement.where(Annotation.person_id == person_id)
    return session.exec(statement).one()


def label_rows(session: Session, project_id: str) -> list[tuple[str, str, dict[str, str | None]]]:
    """Return (item id, person id, flat labels) of every annotation of items that are not withdrawn or quarantined."""
    statement = (
        select(Annotation.item_id, Annotation.person_id, Annotation.labels)
        .join(Item, col(Item.id) == Annotation.item_id)
        .where(Item.project_id == project_id, col(Item.state).not_in(["withdrawn", "quarantined"]))
        .order_by(col(Annotation.id))
    )
    return [(item, person, dict(labels)) for item, person, labels in session.exec(statement)]
