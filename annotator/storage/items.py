"""Queries of items: adding them in batches, counting and listing them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import exists, func
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from annotator.domain.ids import new_id
from annotator.domain.items import SHUT, ItemState
from annotator.domain.overlap import Bounds
from annotator.storage.consensus import ANSWERED
from annotator.storage.tables import FlagReport, Item, Project
from annotator.storage.tables_people import Requeue


@dataclass(frozen=True, slots=True)
class NewItem:
    """One row to add; metadata may be None. `state` is where its life starts, `id` the id it will have."""

    public_id: str
    text: str
    text_sha256: str
    source: str
    state: ItemState
    id: str = field(default_factory=new_id)
    language: str | None = None
    campaign: str | None = None
    epoch: str | None = None
    region: str | None = None
    quarter: str | None = None


@dataclass(frozen=True, slots=True)
class Clash:
    """Why a row was not added: its text or its id is already there."""

    public_id: str
    same_text: bool


def add(session: Session, project: Project, rows: Sequence[NewItem], now: datetime) -> list[Clash]:
    """Add rows; return those that clash with what is stored. Rows must not clash among themselves."""
    if not rows:
        return []
    values = [
        {
            "project_id": project.id,
            "overlap": project.overlap,
            "leased": 0,
            "answered": 0,
            "order_key": order_key(project.order_seed, row.public_id),
            "audit_key": audit_key(row.id),
            "created_at": now,
            **{name: getattr(row, name) for name in NewItem.__slots__},
        }
        for row in rows
    ]
    dialect = session.get_bind().dialect.name
    insert = (
        (sqlite if dialect == "sqlite" else postgresql)
        .insert(Item)
        .on_conflict_do_nothing()
        .returning(col(Item.public_id))
    )
    added = set(session.execute(insert, values, execution_options={"render_nulls": True}).scalars())
    left = [row for row in rows if row.public_id not in added]
    return _explain(session, project.id, left)


def _explain(session: Session, project_id: str, left: Sequence[NewItem]) -> list[Clash]:
    if not left:
        return []
    hashes = [row.text_sha256 for row in left]
    known = set(
        session.exec(select(Item.text_sha256).where(Item.project_id == project_id, col(Item.text_sha256).in_(hashes)))
    )
    return [Clash(row.public_id, same_text=row.text_sha256 in known) for row in left]


def order_key(seed: int, public_id: str) -> int:
    """Return the item's place in the project's seeded random order, uniform over 63 bits."""
    digest = hashlib.blake2b(public_id.encode(), digest_size=8, key=seed.to_bytes(8, "big", signed=True)).digest()
    return int.from_bytes(digest, "big") >> 1


def audit_key(item_id: str) -> int:
    """Return the item's permanent random number, uniform over 63 bits: the audit slice is what lies below a share of them.

    It hangs on our own id, of which 80 bits are drawn at random, so that nobody can choose items into the slice.
    """
    return int.from_bytes(hashlib.blake2b(item_id.encode(), digest_size=8, key=b"audit").digest(), "big") >> 1


def slice_end(share: float) -> int:
    """Return the number below which the audit keys of a share of all items lie."""
    return min(int(share * 2**63), 2**63 - 1)


def text_hash(text: str) -> str:
    """Return the SHA-256 of a posting's text, as hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def count_by_state(session: Session, project_id: str) -> dict[ItemState, int]:
    """Count the project's items; every state is there, with 0 where none."""
    statement = select(Item.state, func.count()).where(Item.project_id == project_id).group_by(Item.state)
    counts = {state: int(count) for state, count in session.exec(statement)}
    return {state: counts.get(state.value, 0) for state in ItemState}


def certain_and_waiting(session: Session, project_id: str, bounds: Bounds, limit: int) -> list[str]:
    """Return items that wait for another opinion, held by nobody, though their risk is low enough by now."""
    statement = select(Item.id).where(
        Item.project_id == project_id,
        col(Item.risk) <= bounds.risk,
        Item.state == ItemState.READY.value,
        Item.answered >= bounds.least,
        ~exists().where(
            col(Requeue.item_id) == Item.id
        ),  # others are asked because the guideline changed, not for want of certainty
    )
    return list(session.exec(statement.order_by(Item.id).limit(limit)))


def with_posterior(session: Session, project_id: str, after: str | None, limit: int) -> list[Item]:
    """Return answered items that have a posterior and may leave the house, in id order after a cursor."""
    statement = select(Item).where(Item.project_id == project_id, *ANSWERED, col(Item.state).not_in(SHUT))
    if after is not None:
        statement = statement.where(Item.id > after)
    return list(session.exec(statement.order_by(Item.id).limit(limit)))


def by_public_id(session: Session, project_id: str, public_id: str) -> Item | None:
    return session.exec(select(Item).where(Item.project_id == project_id, Item.public_id == public_id)).first()


def flags_of(session: Session, item_id: str) -> list[FlagReport]:
    """Return what people have said about an item instead of labelling it, oldest first."""
    return list(session.exec(select(FlagReport).where(FlagReport.item_id == item_id).order_by(FlagReport.id)))
