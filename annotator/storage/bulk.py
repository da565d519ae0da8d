"""Queries of bulk actions: which items, what is known of each, what became of it, and what is still to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, exists, func, literal
from sqlmodel import Session, col, select

from annotator.domain.bulk import Progress, Result, Subject
from annotator.domain.items import ItemState
from annotator.storage import item_search
from annotator.storage.item_search import Search
from annotator.storage.tables import Item, Lease
from annotator.storage.tables_adjudication import Adjudication, AdjudicationHold
from annotator.storage.tables_bulk import BulkAction, BulkItem
from annotator.storage.tables_quality import Control

_BATCH = 2000


@dataclass(frozen=True, slots=True)
class Selection:
    """Items chosen one by one, by public id, or else all that a search finds."""

    items: tuple[str, ...] = ()
    search: Search | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    item_id: str
    public_id: str
    subject: Subject


@dataclass(frozen=True, slots=True)
class Tally:
    """How many items came to what, and for what reason, with the public ids of a few."""

    result: Result
    reason: str
    count: int
    examples: tuple[str, ...] = ()


def candidates(session: Session, project_id: str, selection: Selection, now: datetime) -> Iterator[Candidate]:
    """Yield the chosen items in id order with what is to be known of each."""
    after = ""
    while True:
        statement = _known(now).where(*_chosen(project_id, selection), col(Item.id) > after).order_by(col(Item.id))
        rows = session.connection().execute(statement.limit(_BATCH)).all()
        yield from (Candidate(row.id, row.public_id, _subject(row)) for row in rows)
        if len(rows) < _BATCH:
            return
        after = rows[-1].id


def subjects(session: Session, item_ids: Sequence[str], now: datetime) -> dict[str, Subject]:
    """Return what is to be known of items, by id."""
    statement = _known(now).where(col(Item.id).in_(item_ids)).order_by(col(Item.id))
    return {row.id: _subject(row) for row in session.connection().execute(statement)}


def subject_of(session: Session, item_id: str, now: datetime) -> Subject:
    """Return what is to be known of one item."""
    return subjects(session, [item_id], now)[item_id]


def count(session: Session, project_id: str, selection: Selection) -> int:
    """Count the chosen items, all of them."""
    chosen = select(func.count()).select_from(Item).where(*_chosen(project_id, selection))
    return session.exec(chosen).one()


def add_items(session: Session, bulk: BulkAction, selection: Selection) -> None:
    """Write down which items an action is about, in one statement."""
    rows = sa.select(literal(bulk.id), col(Item.id), literal(Result.WAITING.value), literal(""))
    chosen = rows.where(*_chosen(bulk.project_id, selection))
    columns = ["bulk_id", "item_id", "result", "reason"]
    session.connection().execute(sa.insert(BulkItem).from_select(columns, chosen))


def by_key(session: Session, person_id: str, key: str) -> BulkAction | None:
    statement = select(BulkAction).where(BulkAction.person_id == person_id, BulkAction.key == key)
    return session.exec(statement).first()


def of_project(session: Session, project_id: str, bulk_id: str) -> BulkAction | None:
    found = session.get(BulkAction, bulk_id)
    return found if found is not None and found.project_id == project_id else None


def locked(session: Session, bulk_id: str) -> BulkAction:
    """Return an action that nobody else carries on until the transaction ends."""
    return session.get_one(BulkAction, bulk_id, with_for_update=True, populate_existing=True)


def unfinished(session: Session, project_id: str) -> list[str]:
    """Return ids of actions that are being done or taken back, the oldest first."""
    going = [Progress.RUNNING.value, Progress.UNDOING.value]
    statement = select(BulkAction.id).where(BulkAction.project_id == project_id, col(BulkAction.progress).in_(going))
    return list(session.exec(statement.order_by(BulkAction.id)))


def latest(session: Session, project_id: str, limit: int, before: str = "") -> list[BulkAction]:
    """Return actions, the newest first; with `before`, those older than that one."""
    statement = select(BulkAction).where(BulkAction.project_id == project_id)
    if before:
        statement = statement.where(BulkAction.id < before)
    return list(session.exec(statement.order_by(col(BulkAction.id).desc()).limit(limit)))


def next_rows(session: Session, bulk_id: str, result: Result, limit: int) -> list[BulkItem]:
    """Return rows that have come to `result`, in item order, each item locked: the order in which everybody locks them."""
    statement = select(BulkItem).where(BulkItem.bulk_id == bulk_id, BulkItem.result == result.value)
    rows = list(session.exec(statement.order_by(col(BulkItem.item_id)).limit(limit)))
    items = select(Item).where(col(Item.id).in_([row.item_id for row in rows])).order_by(col(Item.id))
    session.exec(items.with_for_update().execution_options(populate_existing=True)).all()
    return rows


def tally(session: Session, bulk_id: str, examples: int) -> list[Tally]:
    """Count what became of an action's items, with a few of each kind."""
    counts = (
        select(BulkItem.result, BulkItem.reason, func.count())
        .where(BulkItem.bulk_id == bulk_id)
        .group_by(BulkItem.result, BulkItem.reason)
        .order_by(BulkItem.result, BulkItem.reason)
    )
    return [
        Tally(Result(result), reason, int(number), tuple(_some(session, bulk_id, result, reason, examples)))
        for result, reason, number in session.exec(counts).all()
    ]


def touching(session: Session, item_id: str) -> list[BulkAction]:
    """Return the actions that changed an item, the oldest first."""
    statement = (
        select(BulkAction)
        .join(BulkItem, col(BulkItem.bulk_id) == BulkAction.id)
        .where(BulkItem.item_id == item_id, col(BulkItem.result) != Result.REFUSED.value)
    )
    return list(session.exec(statement.order_by(col(BulkAction.id))))


def _some(session: Session, bulk_id: str, result: str, reason: str, limit: int) -> list[str]:
    statement = (
        select(Item.public_id)
        .join(BulkItem, col(BulkItem.item_id) == Item.id)
        .where(BulkItem.bulk_id == bulk_id, BulkItem.result == result, BulkItem.reason == reason)
        .order_by(col(BulkItem.item_id))
    )
    return list(session.exec(statement.limit(limit)))


def _chosen(project_id: str, selection: Selection) -> list[ColumnElement[bool]]:
    if selection.search is not None:
        return item_search.conditions(project_id, selection.search)
    return [col(Item.project_id) == project_id, col(Item.public_id).in_(selection.items)]


def _known(now: datetime) -> sa.Select[Any]:
    bench = exists().where(col(AdjudicationHold.item_id) == Item.id, col(AdjudicationHold.expires_at) > now)
    decided = (
        sa.select(col(Adjudication.rating))
        .where(
            col(Adjudication.item_id) == Item.id,
            col(Adjudication.settles).is_(True),
            col(Adjudication.superseded_at).is_(None),
        )
        .limit(1)
        .scalar_subquery()
    )
    met = exists().where(col(Lease.item_id) == Control.item_id)
    control = exists().where(col(Control.origin_item_id) == Item.id, col(Control.retired_at).is_(None) | met)
    columns: list[Any] = [
        Item.id,
        Item.public_id,
        Item.state,
        Item.overlap,
        Item.leased,
        Item.answered,
        Item.on_hold,
        Item.precedence,
        bench.label("on_bench"),
        decided.label("gold_rating"),
        control.label("is_control"),
    ]
    return sa.select(*columns)


def _subject(row: Any) -> Subject:
    return Subject(
        state=ItemState(row.state),
        overlap=row.overlap,
        leased=row.leased,
        answered=row.answered,
        on_hold=bool(row.on_hold),
        precedence=row.precedence,
        on_bench=bool(row.on_bench),
        gold_rating=row.gold_rating,
        is_control=bool(row.is_control),
    )
