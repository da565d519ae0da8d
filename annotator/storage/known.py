"""What is known of an item's content before somebody sees it: what people who answered it before have said. Conditions for queries.

Planted truth is not in this database, and no words are searched: of an item that nobody has answered, nothing is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, bindparam, exists, or_
from sqlmodel import Session, col, select

from annotator.storage import leases
from annotator.storage.prepared import Prepared
from annotator.storage.tables import Annotation, Item, Lease
from annotator.storage.tables_quality import Control

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


def concern(session: Session, item_id: str, label: str, high: Sequence[str]) -> bool | None:
    """Say whether an item is of high concern: by what is planted in a control item, else by what people have said; None when
    neither is anything.
    """
    return _concern(_ITEM.rows(session, item=item_id), label, high)


def slot_and_concern(session: Session, item_id: str, label: str, high: Sequence[str]) -> tuple[int, bool | None]:
    """Return the lowest slot of an item that nobody holds or has answered, and its concern. This transaction must have it locked."""
    rows = _ITEM.rows(session, item=item_id)
    taken = {slot for *_, slot, state in rows if state in leases.HOLDS_SLOT}
    return leases.lowest_free(taken), _concern(rows, label, high)


def _concern(rows: Sequence[Sequence[Any]], label: str, high: Sequence[str]) -> bool | None:
    planted = rows[0][0]
    if planted is not None:
        return planted.get(label) in high
    ratings = [rating for _, rating, *_ in rows if rating is not None]
    return any(rating in high for rating in ratings) if ratings else None


def _answered(condition: Condition) -> Condition:
    return exists().where(col(Annotation.item_id) == Item.id, condition)


_ITEM = Prepared(
    select(Control.expected, Annotation.rating, Lease.slot, Lease.state)
    .select_from(Item)
    .outerjoin(Control, col(Control.item_id) == Item.id)
    .outerjoin(Lease, col(Lease.item_id) == Item.id)
    .outerjoin(Annotation, col(Annotation.lease_id) == Lease.id)
    .where(Item.id == bindparam("item"))
)
