"""Queries of the re-check: which quarantined items wait for people, and what people have decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from annotator.domain.items import ItemState
from annotator.domain.recheck import Decision, Vote
from annotator.storage.tables import FlagReport, Item
from annotator.storage.tables_recheck import Recheck, RecheckVote


@dataclass(frozen=True, slots=True)
class Waiting:
    """A quarantined item, what the gate said of it if it was asked, and how many people have decided."""

    item: Item
    recheck: Recheck | None
    flags: int
    votes: int


def waiting(session: Session, project_id: str, limit: int) -> list[Waiting]:
    """Return quarantined items, those that somebody has decided on first, then the oldest."""
    votes = select(func.count()).where(RecheckVote.item_id == Item.id).correlate(Item).scalar_subquery()
    flags = select(func.count()).where(FlagReport.item_id == Item.id).correlate(Item).scalar_subquery()
    statement = (
        select(Item, Recheck, flags, votes)
        .join(Recheck, col(Recheck.item_id) == Item.id, isouter=True)
        .where(Item.project_id == project_id, Item.state == ItemState.QUARANTINED)
        .order_by(votes.desc(), col(Item.id))
        .limit(limit)
    )
    return [Waiting(item, recheck, int(count), int(voted)) for item, recheck, count, voted in session.exec(statement)]


def open_recheck(session: Session, item_id: str, now: datetime) -> Recheck:
    """Return the re-check of an item, opening one for an item that people flagged."""
    found = session.get(Recheck, item_id, with_for_update=True, populate_existing=True)
    if found is None:
        found = Recheck(item_id=item_id, reasons=["flagged by a volunteer"], spans=[], gate_version="", opened_at=now)
        session.add(found)
        session.flush()
    elif found.closed_at is not None:
        found.closed_at, found.version, found.opened_at = None, found.version + 1, now
        session.add(found)
        session.flush()
    return found


def by_raw_ref(session: Session, raw_ref: str) -> Recheck | None:
    """Return the re-check whose text lies under that name in the vault."""
    return session.exec(select(Recheck).where(Recheck.raw_ref == raw_ref)).first()


def raw_refs(session: Session) -> set[str]:
    """Return the name of every text in the vault that a re-check knows, of all projects."""
    return set(session.exec(select(Recheck.raw_ref).where(col(Recheck.raw_ref).is_not(None))))  # type: ignore[arg-type]


def votes_of(session: Session, item_id: str) -> dict[str, Vote]:
    """Return the latest decision of each person on an item."""
    rows = session.exec(select(RecheckVote).where(RecheckVote.item_id == item_id).order_by(RecheckVote.id))
    return {row.person_id: Vote(Decision(row.decision), row.version) for row in rows}


def vote(session: Session, item_id: str, person_id: str, given: Vote, now: datetime) -> None:
    """Keep a person's decision in place of the one they made before."""
    row = session.exec(
        select(RecheckVote).where(RecheckVote.item_id == item_id, RecheckVote.person_id == person_id)
    ).first()
    if row is None:
        row = RecheckVote(item_id=item_id, person_id=person_id, decision="", version=0, at=now)
    row.decision, row.version, row.at = given.decision.value, given.version, now
    session.add(row)
    session.flush()


def same_text_elsewhere(session: Session, item: Item, digest: str) -> bool:
    """Say whether another item of the project has that text already."""
    statement = select(Item.id).where(
        Item.project_id == item.project_id, Item.text_sha256 == digest, Item.id != item.id
    )
    return session.exec(statement).first() is not None
