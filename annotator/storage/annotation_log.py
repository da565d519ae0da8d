"""Queries of annotations: stored once, never overwritten."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    SQLColumnExpression,
    Text,
    and_,
    bindparam,
    cast,
    exists,
    extract,
    func,
    select as select_columns,
)
from sqlmodel import Session, col, select

from annotator.domain.items import SHUT
from annotator.storage.prepared import At, Prepared
from annotator.storage.tables import Annotation, Item, Lease, Person


class Known(NamedTuple):
    """What is stored under a key."""

    annotation_id: str
    lease_id: str


def before_storing(session: At, person_id: str, lease_id: str, key: str) -> tuple[Known | None, str | None]:
    """Return what the person stored under an idempotency key, and the text of the item that this lease of theirs is about."""
    known_id, known_lease, text = _BEFORE_STORING.first(session, person=person_id, lease=lease_id, key=key)
    return Known(known_id, known_lease) if known_id is not None else None, text


def ratings(session: Session, item_id: str) -> list[str | None]:
    """Return the ratings an item has, None for cannot tell, in the order they came."""
    return [rating for (rating,) in _RATINGS.rows(session, item=item_id)]


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


def counts_of_people(session: Session, person_ids: Sequence[str]) -> dict[str, int]:
    """Return how many answers stand, by person id, where there are any."""
    statement = select(Annotation.person_id, func.count()).where(col(Annotation.person_id).in_(person_ids))
    return {person: int(count) for person, count in session.exec(statement.group_by(Annotation.person_id))}


def mark(session: Session, project_id: str) -> tuple[int, str]:
    """Return a value that changes whenever `label_columns` does: how many rows there are, and the newest.

    The count is that of the items' counters, which are kept in an index and equal the rows.
    """
    of_project = (col(Item.project_id) == project_id, col(Item.state).not_in(SHUT))
    count = session.exec(select(func.sum(Item.answered)).where(*of_project)).one()
    counts = exists().where(col(Item.id) == Annotation.item_id, *of_project)
    newest = select(Annotation.id).where(counts).order_by(col(Annotation.id).desc()).limit(1)
    return int(count or 0), session.exec(newest).first() or ""


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


def answer_columns(session: Session, project_id: str) -> tuple[Sequence[Any], ...]:
    """Return `label_columns` with two more, the id of the guideline version and the moment in seconds since 1970 (UTC)."""
    moment = cast(extract("epoch", col(Annotation.created_at)), BigInteger)
    return _columns(
        session, project_id, cast(col(Annotation.labels), Text), col(Annotation.guideline_version_id), moment
    )


def span_columns(session: Session, project_id: str) -> tuple[Sequence[Any], ...]:
    """Return item ids, person ids, ids of the guideline version, and marked passages (a list as JSON text) of the same annotations."""
    passages = func.coalesce(col(Annotation.answer)["spans"].as_string(), "[]")
    return _columns(session, project_id, col(Annotation.guideline_version_id), passages)


def _columns(session: Session, project_id: str, *wanted: SQLColumnExpression[Any]) -> tuple[Sequence[Any], ...]:
    """Return item ids, person ids and the wanted columns of the annotations of `label_columns`, in the order they came."""
    statement = (
        select_columns(col(Annotation.item_id), col(Annotation.person_id), *wanted)
        .join(Item, col(Item.id) == Annotation.item_id)
        .where(col(Item.project_id) == project_id, col(Item.state).not_in(SHUT))
        .order_by(col(Annotation.id))
    )
    rows = session.connection().execute(statement).all()
    return tuple(zip(*rows, strict=True)) if rows else ((),) * (2 + len(wanted))


_BEFORE_STORING = Prepared(
    select_columns(col(Annotation.id), col(Annotation.lease_id), col(Item.text))
    .select_from(Person)
    .outerjoin(Annotation, and_(col(Annotation.person_id) == Person.id, col(Annotation.key) == bindparam("key")))
    .outerjoin(Lease, and_(col(Lease.id) == bindparam("lease"), col(Lease.person_id) == Person.id))
    .outerjoin(Item, col(Item.id) == Lease.item_id)
    .where(col(Person.id) == bindparam("person"))
)
_RATINGS = Prepared(
    select(Annotation.rating).where(Annotation.item_id == bindparam("item")).order_by(col(Annotation.id))
)
