"""`next_item`: the one way to get an item. Asking twice gives the same lease; a slot is taken by one conditional update.

What a person may never be given is kept from them by constraints of the database (see `storage.tables`); this module chooses
among the rest. The exposure ledger is read in the transaction that opens the lease, with the person's row locked, so that no
two tabs or processes can pass it together; the lease never outlasts what is left.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

import numpy as np
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from annotator.dispensing import controls, gates, wellbeing
from annotator.dispensing.returns import end, expire_overdue
from annotator.dispensing.routing import Pick, Picked, Router
from annotator.domain.exposure import Go, Rest, high_ratings
from annotator.domain.leases import EmptyReason, LeaseState
from annotator.domain.roles import Role
from annotator.domain.schema import Schema
from annotator.storage import audit, exposure, item_state, known, leases, people, quality
from annotator.storage import wellbeing as settings
from annotator.storage.database import Database
from annotator.storage.known import Condition
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


def next_item(
    database: Database,
    project: Project,
    schema: Schema,
    person_id: str,
    now: datetime,
    rng: np.random.Generator | None = None,
) -> Dispensed | Nothing:
    """Lease the next item to a person, or give the lease they hold, or say why there is nothing.

    `rng` says what picks (`dispensing.routing`); without one, the system's own chance does.
    """
    rng = np.random.default_rng() if rng is None else rng
    expire_overdue(database, now)
    for attempt in range(_ATTEMPTS):
        try:
            with database.writing() as session:
                asking = _Asking(session, project, schema, person_id, now, rng)
                given = asking.answer(pass_over_locked=attempt == 0)
        except (IntegrityError, _ContendedError):
            continue  # another tab of the same person, or another person, was quicker
        if given is not None:
            return given
    return Nothing(EmptyReason.HELD, retry_after=1)


@dataclass(frozen=True)
class _Asking:
    """One person asking once, in one transaction. One item is locked a transaction, never two."""

    session: Session
    project: Project
    schema: Schema
    person_id: str
    now: datetime
    rng: np.random.Generator

    @cached_property
    def router(self) -> Router:
        return Router.draw(self.session, self.project, self.schema.rating, self.person_id, self.rng)

    def answer(self, *, pass_over_locked: bool) -> Dispensed | Nothing | None:
        """Return what they get; None when a lease was in the way that is ended now."""
        person = people.locked(self.session, self.person_id)
        refusal = gates.refusal(self.session, self.project, person) or _ineligible(self.session, person)
        if refusal is not None:
            return Nothing(refusal)
        lease = leases.live_lease(self.session, self.person_id)  # before the ledger: what has ended by now is in it
        decided = wellbeing.decision(self.session, self.project.id, self.person_id, self.now)
        if lease is not None and (isinstance(decided, Rest) or lease.expires_at <= self.now):
            self._take_back(lease)
            return self._rest(decided) if isinstance(decided, Rest) else None
        if isinstance(decided, Rest):
            return self._rest(decided)
        wanted = wellbeing.wanted(self.session, self.schema, self.person_id)
        wanted += gates.allowed(self.session, self.project.id, self.person_id)
        if lease is not None and not leases.meets(self.session, lease.item_id, wanted):
            self._take_back(lease)
            return None
        qualified = person.qualified_at is not None
        lease = lease or self._lease_next(wanted, decided, qualified=qualified, pass_over_locked=pass_over_locked)
        if lease is None:
            return self._why_nothing(wanted, decided) if qualified else Nothing(EmptyReason.NOT_QUALIFIED)
        item = self.session.get_one(Item, lease.item_id)
        return Dispensed(lease.id, lease.expires_at, item.id, item.public_id, item.text)

    def _take_back(self, lease: Lease) -> None:
        held = leases.locked(self.session, lease.id)
        if held is not None and held.state == LeaseState.LIVE:
            overdue = held.expires_at <= self.now
            end(self.session, held, LeaseState.EXPIRED if overdue else LeaseState.RELEASED, audit.SERVICE, self.now)

    def _rest(self, rest: Rest) -> Nothing:
        return Nothing(rest.reason, max(1, math.ceil((rest.until - self.now).total_seconds())))

    def _lease_next(
        self, wanted: list[Condition], decided: Go, *, qualified: bool, pass_over_locked: bool
    ) -> Lease | None:
        """Take a control item where one is due; else a fresh item, or failing that one the person let go before, of the kind
        that suits them best now. The queries are the same for both.
        """
        where = (self.session, self.project.id, self.schema, self.person_id, wanted)
        control = controls.drawn(*where, mild=decided.mild, only=not qualified)
        if control is None and not qualified:
            return None
        for preferred in wellbeing.preferred(self.schema, mild=decided.mild):
            conditions = [*wanted, *preferred]
            lease = self._choose(conditions, control, pass_over_locked=pass_over_locked)
            if lease is not None:
                return self._open(lease, wanted if control else conditions, decided)
        return None

    def _choose(self, conditions: leases.Conditions, control: str | None, *, pass_over_locked: bool) -> Lease | None:
        where = (self.session, self.project.id, self.person_id, conditions)
        found = self.router.choose(conditions, pass_over_locked=pass_over_locked and control is None)
        if control is not None:
            found = Picked(control, Pick.CONTROL)
        if found is not None:
            return Lease(
                item_id=found.item_id,
                person_id=self.person_id,
                slot=0,
                state="",
                created_at=self.now,
                expires_at=self.now,
                pick=found.pick.value,
                propensity=found.propensity,
            )
        if leases.any_candidate(*where):
            raise _ContendedError
        return leases.returnable(*where)

    def _open(self, lease: Lease, conditions: leases.Conditions, decided: Go) -> Lease:
        session, now = self.session, self.now
        taken = item_state.take_slot(session, lease.item_id)
        if not taken or not leases.meets(session, lease.item_id, conditions):
            raise _ContendedError
        limits = settings.limits_of(session, self.project.id)
        lease.slot = leases.free_slot(session, lease.item_id)
        lease.state = LeaseState.LIVE.value
        lease.expires_at = min(
            now + timedelta(seconds=self.project.lease_seconds),
            now + timedelta(minutes=limits.item_minutes),
            decided.until,
        )
        lease.ended_at = None
        session.add(lease)
        audit.record(session, now, lease.person_id, "lease.opened", lease.item_id, lease=lease.id, slot=lease.slot)
        said = known.concern(session, lease.item_id, high_ratings(self.schema))
        planted = controls.concern(session, self.schema, lease.item_id)
        high = said if planted is None else planted
        exposure.begin(session, lease.person_id, now, lease.expires_at, high=high)
        session.flush()
        return lease

    def _why_nothing(self, wanted: list[Condition], decided: Go) -> Nothing:
        where = (self.session, self.project.id, self.person_id)
        if decided.mild and leases.any_candidate(*where, wanted):
            return self._rest(wellbeing.session_over(*where, self.now))
        if leases.unfinished_for(*where, wanted):
            expiry = leases.next_expiry(self.session, self.project.id)
            wait = max(1, int((expiry - self.now).total_seconds()) + 1) if expiry else None
            return Nothing(EmptyReason.HELD, wait)
        return Nothing(EmptyReason.DONE if leases.any_items(self.session, self.project.id) else EmptyReason.NONE)


def _ineligible(session: Session, person: Person) -> EmptyReason | None:
    if person.role != Role.VOLUNTEER:
        return EmptyReason.NOT_QUALIFIED
    if person.qualified_at is None and not quality.in_qualification(session, person.id):
        return EmptyReason.NOT_QUALIFIED
    return EmptyReason.PAUSED if person.paused_at is not None else None
