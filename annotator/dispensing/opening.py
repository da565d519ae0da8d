"""How a lease begins, or begins again: one person before the dispenser, in one transaction, with what they may be shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from sqlmodel import Session

from annotator.dispensing import gates, wellbeing
from annotator.dispensing.routing import Picked
from annotator.domain.exposure import Go, high_ratings
from annotator.domain.ids import new_id
from annotator.domain.leases import EmptyReason, LeaseState
from annotator.domain.schema import Schema
from annotator.storage import asker, audit, candidates, exposure, item_state, known, quality, rules
from annotator.storage.asker import Asker
from annotator.storage.known import Condition
from annotator.storage.people import Asking
from annotator.storage.prepared import store
from annotator.storage.rules import Rules
from annotator.storage.tables import Lease, Project


@dataclass(frozen=True, slots=True)
class Opened:
    """A lease that was opened, with what it shows."""

    id: str
    item_id: str
    expires_at: datetime
    shown: candidates.Shown


@dataclass(frozen=True)
class Opening:
    """One person who is to get an item, in one transaction that has their row locked."""

    session: Session
    project: Project
    schema: Schema
    person_id: str
    now: datetime

    @cached_property
    def rules(self) -> Rules:
        """What is in force in this transaction."""
        return rules.of(self.session, self.project)

    @cached_property
    def asker(self) -> Asker:
        return asker.of(self.session, self.rules.project, self.person_id)

    def refusal(self, person: Asking) -> EmptyReason | None:
        """Return why this person gets nothing, whatever there is; None where nothing stands in the way."""
        refusal = gates.refusal(self.session, self.rules.project, self.asker, person.role)
        if refusal is not None:
            return refusal
        if person.qualified_at is None and not quality.in_qualification(self.session, self.person_id):
            return EmptyReason.NOT_QUALIFIED
        return EmptyReason.PAUSED if person.paused_at is not None else None

    def wanted(self) -> list[Condition]:
        """Return what every item for this person must meet."""
        wanted = wellbeing.wanted(self.schema, self.asker.opt_outs)
        return wanted + gates.allowed(self.rules.project, self.asker)

    def open(self, chosen: Picked | Lease, conditions: candidates.Conditions, decided: Go) -> Opened | None:
        """Open a new lease of what was picked, or one that has ended; None where the item has no slot or does not meet the
        conditions any more, and then the transaction is to be given up.
        """
        session, now, item_id = self.session, self.now, chosen.item_id
        shown = candidates.shown(session, item_id, conditions) if item_state.take_slot(session, item_id) else None
        if shown is None:
            return None
        slot, high = known.slot_and_concern(session, item_id, self.schema.rating.name, high_ratings(self.schema))
        expires_at = self._expiry(decided)
        if isinstance(chosen, Picked):
            lease_id = self._begin(chosen, slot, expires_at)
        else:
            lease_id = self._begin_again(chosen, slot, expires_at)
        audit.record(session, now, self.person_id, "lease.opened", item_id, lease=lease_id, slot=slot)
        exposure.begin(session, self.person_id, now, expires_at, high=high)
        return Opened(lease_id, item_id, expires_at, shown)

    def _expiry(self, decided: Go) -> datetime:
        return min(
            self.now + timedelta(seconds=self.rules.project.lease_seconds),
            self.now + timedelta(minutes=self.rules.limits.item_minutes),
            decided.until,
        )

    def _begin(self, picked: Picked, slot: int, expires_at: datetime) -> str:
        """Store a new lease; return its id."""
        lease_id = new_id()
        store(
            self.session,
            Lease,
            id=lease_id,
            item_id=picked.item_id,
            person_id=self.person_id,
            slot=slot,
            state=LeaseState.LIVE.value,
            created_at=self.now,
            expires_at=expires_at,
            pick=picked.pick.value,
            propensity=picked.propensity,
        )
        return lease_id

    def _begin_again(self, lease: Lease, slot: int, expires_at: datetime) -> str:
        """Store that a lease which had ended is live; return its id."""
        lease.slot, lease.state = slot, LeaseState.LIVE.value
        lease.expires_at, lease.ended_at = expires_at, None
        self.session.add(lease)
        return lease.id

    def concern(self, item_id: str) -> bool | None:
        """Say whether an item is of high concern, as far as that is known: what others said, or what is planted in a control."""
        return known.concern(self.session, item_id, self.schema.rating.name, high_ratings(self.schema))
