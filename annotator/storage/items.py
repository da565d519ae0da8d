"""Queries of items: adding them in batches, counting and listing them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, exists, func
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from annotator.domain.ids import new_id
from annotator.domain.items import SHUT, ItemState
from annotator.domain.overlap import Bounds
from annotator.storage.consensus import ANSWERED
from annotator.storage.prepared import Prepared
from annotator.storage.tables import FlagReport, Item, Project
from annotator.storage.tables_adjudication import Adjudication
from annotator.storage.upsert import inserting

_OPEN = (ItemState.READY.value, ItemState.LEASED.value, ItemState.QUARANTINED.value)


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
    """Add rows; return those that clash with what is stored. Rows must not clash among themselves.

    The project's row is shared until the end of the transaction, so that a change of the settings comes before or after.
    """
    if not rows:
        return []
    overlap = session.exec(select(Project.overlap).where(Project.id == project.id).with_for_update(read=True)).one()
    values = [
        {
            "project_id": project.id,
            "overlap": overlap,
            "leased": 0,
            "answered": 0,
            "order_key": order_key(project.order_seed, row.public_id),
            "audit_key": audit_key(row.id),
            "created_at": now,
            **{name: getattr(row, name) for name in NewItem.__slots__},
        }
        for row in rows
    ]
    insert = inserting(session, Item).on_conflict_do_nothing().returning(col(Item.public_id))
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


def posterior_of(session: Session, item_id: str) -> list[float] | None:
    """Return the probability of each rating, as the consensus has it; None where nothing is known."""
    found: list[float] | None = _POSTERIOR.first(session, item=item_id)[0]
    return found


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


def audited(project: Project) -> list[ColumnElement[bool]]:
    """Conditions: it is of the project's audit slice, has as many answers as every item gets, and may leave the house."""
    return [
        col(Item.project_id) == project.id,
        col(Item.audit_key) < slice_end(project.audit_share),
        col(Item.answered) >= project.overlap,
        col(Item.risk).is_not(None),
        col(Item.state).not_in(SHUT),
    ]


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
        Item.answered >= Item.at_least,  # those whom a person has asked for are waited for
    )
    return list(session.exec(statement.order_by(Item.id).limit(limit)))


def open_after(session: Session, project_id: str, after: str, limit: int) -> list[Item]:
    """Return items that are not finished, in id order behind one, locked until the transaction ends."""
    statement = select(Item).where(Item.project_id == project_id, Item.id > after, col(Item.state).in_(_OPEN))
    statement = statement.order_by(Item.id).limit(limit).with_for_update()
    return list(session.exec(statement.execution_options(populate_existing=True)))


def agreed_and_doubtful(session: Session, project_id: str, risk: float, limit: int) -> list[str]:
    """Return agreed items whose risk is above `risk` and that nobody has adjudicated, the riskiest first."""
    statement = select(Item.id).where(
        Item.project_id == project_id,
        Item.state == ItemState.AGREED.value,
        col(Item.risk) > risk,
        ~exists().where(col(Adjudication.item_id) == Item.id, col(Adjudication.superseded_at).is_(None)),
    )
    return list(session.exec(statement.order_by(col(Item.risk).desc(), col(Item.id)).limit(limit)))


def with_posterior(session: Session, project_id: str, after: str, limit: int) -> list[Item]:
    """Return answered items that have a posterior and may leave the house, in id order after a cursor; empty is the start."""
    statement = select(Item).where(Item.project_id == project_id, *ANSWERED, col(Item.state).not_in(SHUT))
    return list(session.exec(statement.where(Item.id > after).order_by(Item.id).limit(limit)))


def by_public_id(session: Session, project_id: str, public_id: str) -> Item | None:
    return session.exec(_of_public_id(project_id, public_id)).first()


def locked_by_public_id(session: Session, project_id: str, public_id: str) -> Item | None:
    """Return an item that no other transaction changes until this one ends."""
    return session.exec(_of_public_id(project_id, public_id).with_for_update()).first()


def by_text(session: Session, project_id: str, digest: str) -> Item | None:
    """Return the item whose text has that SHA-256."""
    return session.exec(select(Item).where(Item.project_id == project_id, Item.text_sha256 == digest)).first()


def flags_of(session: Session, item_id: str) -> list[FlagReport]:
    """Return what people have said about an item instead of labelling it, oldest first."""
    return list(session.exec(select(FlagReport).where(FlagReport.item_id == item_id).order_by(FlagReport.id)))


def own_flags(session: Session, item_id: str, person_id: str, since: datetime) -> list[FlagReport]:
    """Return what one person has said of an item instead of labelling it, from a moment on."""
    theirs = select(FlagReport).where(FlagReport.item_id == item_id, FlagReport.person_id == person_id)
    return list(session.exec(theirs.where(FlagReport.at >= since).order_by(FlagReport.id)))


def _of_public_id(project_id: str, public_id: str) -> SelectOfScalar[Item]:
    return select(Item).where(Item.project_id == project_id, Item.public_id == public_id)


_SHOWN = Prepared(select(Item.public_id, Item.text).where(Item.id == bindparam("item")))
_POSTERIOR = Prepared(select(Item.posterior).where(Item.id == bindparam("item")))
