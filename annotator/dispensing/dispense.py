"""`next_item`: the one way to get an item. Asking twice gives the same lease; a slot is taken by one conditional update.

What a person may never be given is kept from them by constraints of the database (see `storage.tables`); this module chooses
among the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from annotator.dispensing.returns import expire_overdue
from annotator.domain.leases import EmptyReason, LeaseState
from annotator.domain.roles import Role
from annotator.storage import audit, item_state, leases
from annotator.storage.database import Database
from annotator.storage.tables import Item, Lease, Person, Project

_ATTEMPTS = 6


@dataclass(frozen=True, slots=True)
class Dispensed:
    lease_id: str
    expires_at: datetime
    item_id: str
    public_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Nothing:
    """There is nothing for this person now; `retry_after` in seconds, where waiting helps."""

    reason: EmptyReason
    retry_after: int | None = None


class _ContendedError(Exception):
    """Others took this person's candidate while we looked; a new transaction sees what is left."""


def next_item(database: Database, project: Project, person_id: str, now: datetime) -> Dispensed | Nothing:
    """Lease the next item to a person, or give the lease they hold, or say why there is nothing."""
    expire_overdue(database, now)
    for attempt in range(_ATTEMPTS):
        try:
            with database.writing() as session:
                return _next_in(session, project, person_id, now, pass_over_locked=attempt == 0)
        except (IntegrityError, _ContendedError):
            continue  # another tab of the same person, or another person, was quicker
    return Nothing(EmptyReason.HELD, retry_after=1)


def _next_in(
    session: Session, project: Project, person_id: str, now: datetime, *, pass_over_locked: bool
) -> Dispensed | Nothing:
    person = session.get_one(Person, person_id)
    refusal = _ineligible(person)
    if refusal is not None:
        return Nothing(refusal)
    lease = leases.live_lease(session, person_id) or _lease_next(
        session, project, person_id, now, pass_over_locked=pass_over_locked
    )
    if lease is None:
        return _why_nothing(session, project.id, person_id, now)
    item = session.get_one(Item, lease.item_id)
    return Dispensed(lease.id, lease.expires_at, item.id, item.public_id, item.text)


def _ineligible(person: Person) -> EmptyReason | None:
    if person.role != Role.VOLUNTEER or person.qualified_at is None:
        return EmptyReason.NOT_QUALIFIED
    return EmptyReason.PAUSED if person.paused_at is not None else None


def _lease_next(
    session: Session, project: Project, person_id: str, now: datetime, *, pass_over_locked: bool
) -> Lease | None:
    """Take a fresh item, or failing that one the person let go before. One item is locked a transaction, never two."""
    item_id = leases.candidate(session, project.id, person_id, pass_over_locked=pass_over_locked)
    if item_id is not None:
        lease = Lease(item_id=item_id, person_id=person_id, slot=0, state="", created_at=now, expires_at=now)
        return _open(session, project, lease, now)
    if leases.any_candidate(session, project.id, person_id):
        raise _ContendedError
    returned = leases.returnable(session, project.id, person_id)
    return _open(session, project, returned, now) if returned is not None else None


def _open(session: Session, project: Project, lease: Lease, now: datetime) -> Lease:
    if not item_state.take_slot(session, lease.item_id):
        raise _ContendedError
    lease.slot = leases.free_slot(session, lease.item_id)
    lease.state = LeaseState.LIVE.value
    lease.expires_at = now + timedelta(seconds=project.lease_seconds)
    lease.ended_at = None
    session.add(lease)
    audit.record(session, now, lease.person_id, "lease.opened", lease.item_id, lease=lease.id, slot=lease.slot)
    session.flush()
    return lease


def _why_nothing(session: Session, project_id: str, person_id: str, now: datetime) -> Nothing:
    if leases.unfinished_for(session, project_id, person_id):
        expiry = leases.next_expiry(session, project_id)
        return Nothing(EmptyReason.HELD, max(1, int((expiry - now).total_seconds()) + 1) if expiry else None)
    return Nothing(EmptyReason.DONE if leases.any_items(session, project_id) else EmptyReason.NONE)
