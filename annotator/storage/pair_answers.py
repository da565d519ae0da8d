"""The items that two people both answered under one guideline version, with their two answers: those that differ first."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import and_, case, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from annotator.domain.errors import InputError
from annotator.domain.items import SHUT
from annotator.storage.tables import Annotation, Item

DIFFER, ALIKE, UNSAID = 2, 1, 0
"""How two answers stand to each other on one label; `UNSAID` where one of them says nothing of it."""


@dataclass(frozen=True, slots=True)
class Shared:
    """An item and what each of the two said of it."""

    public_id: str
    text: str
    one: Annotation
    other: Annotation
    standing: int


@dataclass(frozen=True, slots=True)
class SharedPage:
    """One page; `cursor` leads to the next, and is empty on the last."""

    shared: list[Shared]
    cursor: str


def page(
    session: Session, project_id: str, people: tuple[str, str], label: str, after: str = "", limit: int = 50
) -> SharedPage:
    """Return up to `limit` items behind a cursor. Raises `InputError` for a cursor that is none."""
    one, other = aliased(Annotation), aliased(Annotation)
    said, of_other = (col(each.labels)[label].as_string() for each in (one, other))
    standing = case((said != of_other, DIFFER), (said == of_other, ALIKE), else_=UNSAID)
    statement = (
        select(Item, one, other, standing)
        .join(one, col(one.item_id) == Item.id)
        .join(other, col(other.item_id) == Item.id)
        .where(
            Item.project_id == project_id,
            col(Item.state).not_in(SHUT),
            one.person_id == people[0],
            other.person_id == people[1],
            one.guideline_version_id == other.guideline_version_id,
        )
    )
    if after:
        rank, item_id = _read(after)
        statement = statement.where(or_(standing < rank, and_(standing == rank, col(Item.id) > item_id)))
    rows = session.exec(statement.order_by(standing.desc(), col(Item.id)).limit(limit + 1)).all()
    found = [Shared(item.public_id, item.text, *rest) for item, *rest in rows[:limit]]
    cursor = f"{rows[limit - 1][3]}~{rows[limit - 1][0].id}" if len(rows) > limit else ""
    return SharedPage(found, cursor)


def _read(after: str) -> tuple[int, str]:
    rank, _, item_id = after.partition("~")
    if rank not in {str(each) for each in (DIFFER, ALIKE, UNSAID)} or not item_id:
        raise InputError("is no place in this list.", where="after", mend="Begin from the first page.")
    return int(rank), item_id
