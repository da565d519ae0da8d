"""Searching items: every filter is a condition the database evaluates, and a page goes on from a cursor, never from an offset."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, exists, func, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from annotator.domain.errors import InputError
from annotator.domain.items import ItemState
from annotator.storage.consensus import ANSWERED
from annotator.storage.tables import Annotation, Item

_BATCH = 1000


class Order(StrEnum):
    ID = ""
    RISK = (
        "risk"  # the largest chance first that the most probable rating is wrong; items without a rating are left out
    )


@dataclass(frozen=True, slots=True)
class Search:
    """What to look for; all conditions hold together. `label` and `value` go together: an answer says so of that label."""

    state: ItemState | None = None
    answered: int = 0
    text: str = ""
    campaign: str = ""
    label: str = ""
    value: str = ""
    disagree: bool = False
    version: str = ""
    order: Order = Order.ID


@dataclass(frozen=True, slots=True)
class Found:
    """One page of items; `cursor` leads to the next, and is empty on the last."""

    items: list[Item]
    cursor: str


def page(session: Session, project_id: str, search: Search, after: str, limit: int) -> Found:
    """Return up to `limit` items behind a cursor. Raises `InputError` for a cursor that is none."""
    statement = select(Item).where(*conditions(project_id, search))
    if after:
        statement = statement.where(_behind(search.order, after))
    by_risk = (col(Item.risk).desc(), col(Item.id)) if search.order is Order.RISK else (col(Item.id),)
    found = list(session.exec(statement.order_by(*by_risk).limit(limit + 1)))
    return Found(found[:limit], _cursor(search.order, found[limit - 1]) if len(found) > limit else "")


def batches(session: Session, project_id: str, search: Search) -> Iterator[list[Item]]:
    """Yield all items of a search, a batch at a time."""
    after = ""
    while True:
        found = page(session, project_id, search, after, _BATCH)
        yield found.items
        if not found.cursor:
            return
        after = found.cursor


def count(session: Session, project_id: str, search: Search, most: int) -> int:
    """Return how many items a search finds, counting to `most` at the most."""
    some = select(Item.id).where(*conditions(project_id, search)).limit(most).subquery()
    return session.exec(select(func.count()).select_from(some)).one()


def conditions(project_id: str, search: Search) -> list[ColumnElement[bool]]:
    """Return what must hold of an item."""
    found = [col(Item.project_id) == project_id]
    if search.state is not None:
        found.append(col(Item.state) == search.state.value)
    if search.answered:
        found.append(col(Item.answered) >= search.answered)
    if search.campaign:
        found.append(col(Item.campaign) == search.campaign)
    if search.text:
        found.append(col(Item.text).icontains(search.text, autoescape=True))
    if search.label and search.value:
        said = col(Annotation.labels)[search.label].as_string() == search.value
        found.append(exists().where(col(Annotation.item_id) == Item.id, said))
    if search.version:
        under = col(Annotation.guideline_version_id) == search.version
        found.append(exists().where(col(Annotation.item_id) == Item.id, under))
    if search.disagree:
        one, other = aliased(Annotation), aliased(Annotation)
        found.append(
            exists().where(
                col(one.item_id) == Item.id, col(other.item_id) == Item.id, col(one.rating) < col(other.rating)
            )
        )
    if search.order is Order.RISK:
        found += ANSWERED
    return found


def _cursor(order: Order, last: Item) -> str:
    return f"{last.risk!r}~{last.id}" if order is Order.RISK else last.id


def _behind(order: Order, after: str) -> ColumnElement[bool]:
    if order is Order.ID:
        return col(Item.id) > after
    risk, _, item_id = after.partition("~")
    try:
        at = float(risk)
    except ValueError as error:
        raise InputError("is no place in this list.", where="after", mend="Begin from the first page.") from error
    return or_(col(Item.risk) < at, and_(col(Item.risk) == at, col(Item.id) > item_id))
