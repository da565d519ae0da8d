"""How a lease ends other than by an answer: it expires, is skipped, is released, or its item is taken away."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from sqlmodel import Session

from annotator.domain.errors import LeaseExpiredError
from annotator.domain.items import ItemState
from annotator.domain.leases import LeaseState
from annotator.domain.schema import Flag
from annotator.storage import audit, exposure, item_state, leases, outbox
from annotator.storage.database import Database
from annotator.storage.leases import Holding
from annotator.storage.outbox import OutboxKind
from annotator.storage.tables import FlagReport

_BATCH = 100


def expire_overdue(database: Database, now: datetime) -> int:
    """End the leases whose time is up and give their slots back, one transaction each; return how many."""
    with database.glance() as session:
        overdue = leases.overdue(session, now, _BATCH)
    return _expire(database, overdue, lambda lease: lease.expires_at <= now, now)


def expire_from_the_future(database: Database, now: datetime) -> int:
    """End the leases that a clock which ran ahead has opened, so that their items do not wait for that moment; return how many."""
    with database.reading() as session:
        ahead = leases.from_the_future(session, now, _BATCH)
    return _expire(database, ahead, lambda lease: lease.created_at > now + leases.AHEAD, now)


def _expire(database: Database, lease_ids: Iterable[str], due: Callable[[Holding], bool], now: datetime) -> int:
    """End each lease that is still live and due once its row is locked; return how many."""
    ended = 0
    for lease_id in lease_ids:
        with database.writing() as session:
            lease = leases.locked(session, lease_id)
            if lease is not None and lease.state == LeaseState.LIVE and due(lease):
                end(session, lease, LeaseState.EXPIRED, audit.SERVICE, now)
                ended += 1
    return ended


def skip(database: Database, person_id: str, lease_id: str, now: datetime) -> None:
    """Give the item back for good, without a reason. Doing it twice changes nothing."""
    with database.writing() as session:
        lease = held_lease(session, person_id, lease_id)
        if lease.state != LeaseState.SKIPPED:
            require_live(lease, now)
            end(session, lease, LeaseState.SKIPPED, person_id, now)


def release(database: Database, person_id: str, now: datetime) -> None:
    """Give back whatever the person holds, as when they take a break."""
    with database.writing() as session:
        give_back(session, person_id, now)


def give_back(session: Session, person_id: str, now: datetime) -> None:
    """End what the person holds, if they hold anything, in the transaction of something else."""
    live = leases.live_lease(session, person_id)
    lease = leases.locked(session, live.id) if live is not None else None
    if lease is not None and lease.state == LeaseState.LIVE:
        end(session, lease, LeaseState.RELEASED, person_id, now)


def flag(database: Database, person_id: str, lease_id: str, kind: Flag, note: str | None, now: datetime) -> None:
    """Report an item instead of labelling it. A flag that quarantines takes it from everybody at once."""
    with database.writing() as session:
        lease = held_lease(session, person_id, lease_id)
        session.add(FlagReport(item_id=lease.item_id, person_id=person_id, kind=kind.value, note=note, at=now))
        audit.record(session, now, person_id, f"flag.{kind.value}", lease.item_id, lease=lease.id)
        if lease.state == LeaseState.LIVE:
            end(session, lease, LeaseState.SKIPPED, person_id, now)
        if kind.quarantines:
            quarantine(session, person_id, lease.item_id, f"flag {kind.value}", now)


def quarantine(session: Session, actor: str, item_id: str, reason: str, now: datetime) -> None:
    """Take an item out of everybody's hands until people have looked at it."""
    shut(session, actor, item_id, ItemState.QUARANTINED, now, reason=reason)


def shut(session: Session, actor: str, item_id: str, to: ItemState, now: datetime, **detail: str) -> None:
    """Take an item out of everybody's hands, and out of Label Studio."""
    for held in leases.live_on_item(session, item_id):
        end(session, held, LeaseState.RELEASED, actor, now)
    if item_state.move(session, now, actor, item_id, to, **detail):
        outbox.add(session, now, OutboxKind.ITEM_WITHDRAWN, item_id)


def end(session: Session, lease: Holding, state: LeaseState, actor: str, now: datetime) -> None:
    """End a lease, its item locked already: the slot goes back, and the person's active time ends with it."""
    leases.settle(session, lease.id, state, now)
    exposure.end(session, lease.person_id, now)
    item_state.return_slot(session, lease.item_id)
    audit.record(session, now, actor, f"lease.{state.value}", lease.item_id, lease=lease.id)


def held_lease(session: Session, person_id: str, lease_id: str) -> Holding:
    """Return the person's own lease, locked.

    Raises:
        NotFoundError: there is no such lease, or it is another's.
    """
    lease = leases.locked(session, lease_id)
    if lease is None or lease.person_id != person_id:
        raise leases.no_such_lease()
    return lease


def require_live(lease: Holding, now: datetime) -> None:
    """Raise `LeaseExpiredError` unless the lease is live and its time is not up."""
    if lease.state == LeaseState.LIVE and lease.expires_at > now:
        return
    raise LeaseExpiredError(
        "Your hold on this item has ended.", mend="Nothing else was changed. Ask for the next item to go on."
    )
