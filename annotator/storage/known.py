"""What is known of an item's content before somebody sees it: what people who answered it before have said. Conditions for queries.

Planted truth is not in this database, and no words are searched: of an item that nobody has answered, nothing is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from sqlalchemy import ColumnElement, bindparam, exists, or_
from sqlmodel import Session, col, select

from annotator.storage.prepared import Prepared
from annotator.storage.tables import Annotation, Item

Condition = ColumnElement[bool]


@cache
def mild(high: tuple[str, ...]) -> Condition:
    """Somebody has rated it, and nobody high."""
    return _answered(col(Annotation.rating).is_not(None)) & not_high(high)


@cache
def not_high(high: tuple[str, ...]) -> Condition:
    """Nobody has rated it high."""
    return ~_answered(col(Annotation.rating).in_(high))


@cache
def without(indicators: tuple[str, ...], state: str) -> Condition:
    """Nobody has found any of the indicators in that state."""
    found = [col(Annotation.labels)[code].as_string() == state for code in indicators]
    return ~_answered(or_(*found))


def concern(session: Session, item_id: str, high: Sequence[str]) -> bool | None:
    """Say whether an item is of high concern by what people have said; None when nobody has."""
    ratings = _RATINGS.rows(session, item=item_id)
    return any(rating in high for (rating,) in ratings) if ratings else None


def _answered(condition: Condition) -> Condition:
    return exists().where(col(Annotation.item_id) == Item.id, condition)


_RATINGS = Prepared(
    select(Annotation.rating).where(Annotation.item_id == bindparam("item"), col(Annotation.rating).is_not(None))
)
