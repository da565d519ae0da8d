"""Queries of the books: rows of different tables that have to agree with one another, and do not. Nothing is changed.

What the constraints hold is asked as well: a file that was mended by hand or restored in part has passed none of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import ColumnElement, and_, case, exists, func, or_
from sqlmodel import Session, col, select

from annotator.domain.items import SHUT, ItemState
from annotator.domain.leases import LeaseState
from annotator.storage.leases import AHEAD
from annotator.storage.tables import Annotation, Audit, GuidelineVersion, Item, Lease, Outbox
from annotator.storage.tables_exposure import Exposure

_TELLS_OF_ANSWERS = ("annotation.created", "annotation.imported")
LATE = timedelta(minutes=10)
"""A lease that is overdue for longer was not returned by anybody: the worker does it within seconds."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing that does not agree: whose it is, and how it is."""

    subject: str
    what: str


@dataclass(frozen=True, slots=True)
class Tally:
    """What an item says of itself, and what its leases come to."""

    item: str
    leased: int
    answered: int
    overlap: int
    held: int
    given: int

    @property
    def miscounted(self) -> bool:
        return (self.leased, self.answered) != (self.held, self.given)

    @property
    def over_dispensed(self) -> bool:
        return self.held + self.given > self.overlap


def tallies(session: Session) -> Iterator[Tally]:
    """Items whose counters are not what their leases say, or that are held or answered by more people than they may be."""
    live, answered = _counted(LeaseState.LIVE), _counted(LeaseState.ANSWERED)
    wrong = or_(live != Item.leased, answered != Item.answered, live + answered > Item.overlap)
    statement = (
        sa.select(*(col(one) for one in (Item.id, Item.leased, Item.answered, Item.overlap)), live, answered)
        .join(Lease, col(Lease.item_id) == Item.id, isouter=True)
        .group_by(col(Item.id))
        .having(wrong)
        .order_by(col(Item.id))
    )
    for row in session.execute(statement):
        yield Tally(*row)


def counters(session: Session) -> Iterator[Wrong]:
    """Say of each of `tallies` how it is wrong."""
    for one in tallies(session):
        if one.miscounted:
            says = f"says {one.leased} held and {one.answered} answered; its leases say {one.held} and {one.given}"
            yield Wrong(one.item, says)
        if one.over_dispensed:
            yield Wrong(one.item, f"is with {one.held + one.given} people and may be with {one.overlap}")


def states(session: Session) -> Iterator[Wrong]:
    """Items whose state is not what their leases say."""
    held = exists().where(col(Lease.item_id) == Item.id, col(Lease.state) == LeaseState.LIVE)
    open_and_held = (col(Item.state) == ItemState.READY) & held
    out_of_hand = (col(Item.state) == ItemState.LEASED) & ~held
    statement = select(Item.id, Item.state).where(or_(open_and_held, out_of_hand)).order_by(Item.id)
    for item, state in session.execute(statement):
        yield Wrong(item, f"is {state}, and somebody holds it" if state == ItemState.READY else f"is {state} by nobody")


def answers(session: Session) -> Iterator[Wrong]:
    """Answered leases without their one answer, and answers without their lease."""
    statement = (
        select(Lease.id, func.count(col(Annotation.id)))
        .join(Annotation, col(Annotation.lease_id) == Lease.id, isouter=True)
        .where(Lease.state == LeaseState.ANSWERED)
        .group_by(Lease.id)
        .having(func.count(col(Annotation.id)) != 1)
        .order_by(Lease.id)
    )
    for lease, count in session.execute(statement):
        yield Wrong(lease, f"is answered, and has {count} answers")
    its_lease = exists().where(
        col(Lease.id) == Annotation.lease_id,
        col(Lease.item_id) == Annotation.item_id,
        col(Lease.person_id) == Annotation.person_id,
        col(Lease.state) == LeaseState.ANSWERED,
    )
    for annotation in session.exec(select(Annotation.id).where(~its_lease).order_by(Annotation.id)):
        yield Wrong(annotation, "has no answered lease of its giver's for its item")
    for item in answered_twice(session):
        yield Wrong(item, "has two answers of one person")


def answered_twice(session: Session) -> Iterator[str]:
    """Items by id, once for each person who has two answers to it."""
    twice = select(Annotation.item_id).group_by(Annotation.item_id, Annotation.person_id).having(func.count() > 1)
    yield from session.exec(twice.order_by(Annotation.item_id, Annotation.person_id))


def leases(session: Session, now: datetime) -> Iterator[Wrong]:
    """Leases that leak: overdue and not returned, or opened by a clock that was ahead; and two of one person."""
    statement = select(Lease.id, Lease.expires_at, Lease.created_at).where(Lease.state == LeaseState.LIVE)
    leaked = or_(col(Lease.expires_at) <= now - LATE, col(Lease.created_at) > now + AHEAD)
    for lease, expires, created in session.execute(statement.where(leaked).order_by(Lease.id)):
        ahead = created > now
        yield Wrong(
            lease, f"was opened in the future, {created}" if ahead else f"was to end {expires}, and is held yet"
        )
    held = select(Lease.person_id).where(Lease.state == LeaseState.LIVE).group_by(Lease.person_id)
    for person in session.exec(held.having(func.count() > 1).order_by(Lease.person_id)):
        yield Wrong(person, "holds two items at once")


def ledger(session: Session, now: datetime) -> Iterator[Wrong]:
    """Active time that is still open although its person holds nothing; it ends by itself at the latest moment of its lease."""
    held = exists().where(col(Lease.person_id) == Exposure.person_id, col(Lease.state) == LeaseState.LIVE)
    late = and_(col(Exposure.open).is_(True), ~held, col(Exposure.started_at) <= now)
    for person in session.exec(select(Exposure.person_id).where(late).order_by(Exposure.person_id)):
        yield Wrong(person, "has active time that is open, and holds nothing")


def unrecorded(session: Session) -> Iterator[Wrong]:
    """Answers that the audit log does not tell of."""
    told = exists().where(
        col(Audit.subject) == Annotation.item_id,
        col(Audit.action).in_(_TELLS_OF_ANSWERS),
        col(Audit.detail)["annotation"].as_string() == col(Annotation.id),
    )
    for annotation in session.exec(select(Annotation.id).where(~told).order_by(Annotation.id)):
        yield Wrong(annotation, "is not in the audit log")


def unmirrored(session: Session) -> Iterator[Wrong]:
    """Answers that are neither in Label Studio nor on their way there."""
    waits = exists().where(col(Outbox.subject) == Annotation.id)
    statement = (
        select(Annotation.id)
        .join(Item, col(Item.id) == Annotation.item_id)
        .join(GuidelineVersion, col(GuidelineVersion.id) == Annotation.guideline_version_id)
        .where(
            col(Annotation.ls_annotation_id).is_(None),
            col(GuidelineVersion.ls_project_id).is_not(None),
            col(Item.state).not_in(SHUT),
            ~waits,
        )
    )
    for annotation in session.exec(statement.order_by(Annotation.id)):
        yield Wrong(annotation, "is neither in Label Studio nor on its way there")


def rated(session: Session, project_id: str) -> Iterator[tuple[str, list[float] | None, str, str]]:
    """Yield item, stored posterior, person and rating of every rating of items that are not shut away, item by item."""
    statement = (
        select(Item.id, Item.posterior, Annotation.person_id, Annotation.rating)
        .join(Annotation, col(Annotation.item_id) == Item.id)
        .where(Item.project_id == project_id, col(Item.state).not_in(SHUT), col(Annotation.rating).is_not(None))
        .order_by(Item.id, Annotation.id)
    )
    for item, posterior, person, rating in session.execute(statement):
        yield item, posterior, person, str(rating)


def _counted(state: LeaseState) -> ColumnElement[int]:
    return func.count(case((col(Lease.state) == state.value, 1)))
