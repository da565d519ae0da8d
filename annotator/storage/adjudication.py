"""Queries of adjudication: what waits, who holds it, what was decided, and what the decisions say of the guideline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import CompoundSelect, delete, func, or_, union, update
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from annotator.domain.items import ItemState
from annotator.storage.tables import Annotation, GuidelineVersion, Item
from annotator.storage.tables_adjudication import Adjudication, AdjudicationHold, AdjudicationPolicy


def waiting(session: Session, project_id: str, limit: int) -> list[Item]:
    """Return items to adjudicate, the least certain first.

    Items that nobody could rate have no risk yet, and come before all others.
    """
    return list(session.exec(_least_certain_first(_adjudicating(project_id)).limit(limit)))


def waiting_for(session: Session, project_id: str, person_id: str, now: datetime, limit: int) -> list[Item]:
    """Return of `waiting` those that a person may decide on and nobody else holds."""
    held = select(AdjudicationHold.item_id).where(
        AdjudicationHold.person_id != person_id, col(AdjudicationHold.expires_at) > now
    )
    theirs = _adjudicating(project_id).where(col(Item.id).not_in(held), col(Item.id).not_in(_seen_by(person_id)))
    return list(session.exec(_least_certain_first(theirs).limit(limit)))


def count_waiting(session: Session, project_id: str) -> int:
    return session.exec(select(func.count()).select_from(_adjudicating(project_id).subquery())).one()


def has_seen(session: Session, item_id: str, person_id: str) -> bool:
    """Say whether the person answered the item, or has decided on it already."""
    statement = select(Item.id).where(Item.id == item_id, col(Item.id).in_(_seen_by(person_id)))
    return session.exec(statement).first() is not None


def hold_of(session: Session, person_id: str, now: datetime) -> AdjudicationHold | None:
    """Return what the person has on the bench, if its time has not run out."""
    held = session.get(AdjudicationHold, person_id)
    return held if held is not None and held.expires_at > now else None


def put_on_bench(session: Session, hold: AdjudicationHold, now: datetime) -> None:
    """Hold an item for a person, in place of what they held; holds that have run out are forgotten.

    Raises:
        IntegrityError: somebody else holds it.
    """
    expired = or_(col(AdjudicationHold.expires_at) <= now, col(AdjudicationHold.person_id) == hold.person_id)
    session.exec(delete(AdjudicationHold).where(expired))
    session.add(hold)
    session.flush()


def clear_bench(session: Session, person_id: str) -> None:
    session.exec(delete(AdjudicationHold).where(col(AdjudicationHold.person_id) == person_id))


def held(session: Session, now: datetime) -> dict[str, str]:
    """Return who holds which item: person by item id."""
    statement = select(AdjudicationHold.item_id, AdjudicationHold.person_id)
    return dict(session.exec(statement.where(col(AdjudicationHold.expires_at) > now)).all())


def by_key(session: Session, person_id: str, key: str) -> Adjudication | None:
    return session.exec(
        select(Adjudication).where(Adjudication.person_id == person_id, Adjudication.key == key)
    ).first()


def decisions(session: Session, item_id: str, *, standing: bool = True) -> list[Adjudication]:
    """Return an item's decisions, oldest first: those that stand, or all."""
    statement = select(Adjudication).where(Adjudication.item_id == item_id).order_by(col(Adjudication.id))
    if standing:
        statement = statement.where(col(Adjudication.superseded_at).is_(None))
    return list(session.exec(statement))


def supersede(session: Session, item_id: str, now: datetime) -> None:
    """Set an item's decisions aside; they stay on record."""
    statement = update(Adjudication).where(
        col(Adjudication.item_id) == item_id, col(Adjudication.superseded_at).is_(None)
    )
    session.execute(statement.values(superseded_at=now))


def counts_of(session: Session, item_ids: Sequence[str]) -> dict[str, int]:
    """Return how many decisions stand, by item id, where there are any."""
    statement = (
        select(Adjudication.item_id, func.count())
        .where(col(Adjudication.item_id).in_(item_ids), col(Adjudication.superseded_at).is_(None))
        .group_by(Adjudication.item_id)
    )
    return {item: int(count) for item, count in session.exec(statement)}


def causes(session: Session, project_id: str) -> list[tuple[str, str, int]]:
    """Return (clause, cause, decisions) of all decisions that stand, the clause with most of them first."""
    statement = (
        select(Adjudication.clause, Adjudication.cause, func.count())
        .join(Item, col(Item.id) == Adjudication.item_id)
        .where(Item.project_id == project_id, col(Adjudication.superseded_at).is_(None))
        .group_by(Adjudication.clause, Adjudication.cause)
    )
    found = ((clause, cause, int(n)) for clause, cause, n in session.exec(statement))
    return sorted(found, key=lambda row: (-row[2], *row[:2]))


def of_cause(session: Session, project_id: str, clause: str, cause: str, limit: int) -> list[tuple[Item, str]]:
    """Return the decisions behind one number of `causes`, the newest first: each item, and what was noted of it."""
    statement = (
        select(Item, Adjudication.note)
        .join(Adjudication, col(Adjudication.item_id) == Item.id)
        .where(
            Item.project_id == project_id,
            Adjudication.clause == clause,
            Adjudication.cause == cause,
            col(Adjudication.superseded_at).is_(None),
        )
    )
    return list(session.exec(statement.order_by(col(Adjudication.id).desc()).limit(limit)))


@dataclass(frozen=True, slots=True)
class Met:
    """A decision that stands, as those who write the guideline want to know of it; nobody is named."""

    public_id: str
    clause: str
    cause: str
    note: str
    rating: str | None
    version: str
    at: datetime
    state: str


def met(session: Session, project_id: str, version: str = "", limit: int | None = None) -> list[Met]:
    """Return the decisions that stand, made under a guideline version or under any, the newest first."""
    statement = (
        select(Adjudication, Item.public_id, Item.state, GuidelineVersion.version)
        .join(Item, col(Item.id) == Adjudication.item_id)
        .join(GuidelineVersion, col(GuidelineVersion.id) == Adjudication.guideline_version_id)
        .where(Item.project_id == project_id, col(Adjudication.superseded_at).is_(None))
    )
    if version:
        statement = statement.where(GuidelineVersion.version == version)
    rows = session.exec(statement.order_by(col(Adjudication.id).desc()).limit(limit))
    return [
        Met(name, made.clause, made.cause, made.note, made.rating, under, made.created_at, state)
        for made, name, state, under in rows
    ]


def policy(session: Session, project_id: str) -> AdjudicationPolicy | None:
    return session.get(AdjudicationPolicy, project_id)


def _adjudicating(project_id: str) -> SelectOfScalar[Item]:
    return select(Item).where(Item.project_id == project_id, Item.state == ItemState.ADJUDICATING.value)


def _least_certain_first(statement: SelectOfScalar[Item]) -> SelectOfScalar[Item]:
    return statement.order_by(func.coalesce(col(Item.risk), 1.0).desc(), col(Item.id))


def _seen_by(person_id: str) -> CompoundSelect[str]:
    """Items that the person answered as a volunteer, or has decided on already."""
    answered = select(Annotation.item_id).where(Annotation.person_id == person_id)
    decided = select(Adjudication.item_id).where(
        Adjudication.person_id == person_id, col(Adjudication.superseded_at).is_(None)
    )
    return union(answered, decided)
