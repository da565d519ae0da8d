"""How a lease begins, or begins again: one person before the dispenser, in one transaction, with what they may be shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from sqlmodel import Session

from annotator.dispensing import controls, gates, wellbeing
from annotator.domain.exposure import Go, high_ratings
from annotator.domain.leases import EmptyReason, LeaseState
from annotator.domain.limits import Limits
from annotator.domain.schema import Schema
from annotator.storage import (
    audit,
    candidates,
    exposure,
    item_state,
    known,
    leases,
    projects,
    quality,
    wellbeing as wellbeing_settings,
)
from annotator.storage.known import Condition
from annotator.storage.people import Asking
from annotator.storage.prepared import store
from annotator.storage.tables import Lease, Project


@dataclass(frozen=True)
class Opening:
    """One person who is to get an item, in one transaction that has their row locked."""

    session: Session
    project: Project
    schema: Schema
    person_id: str
    now: datetime

    @cached_property
    def settings(self) -> Project:
        """The project with the settings in force in this transaction."""
        return projects.current(self.session, self.project)

    @cached_property
    def limits(self) -> Limits:
        return wellbeing_settings.limits_of(self.session, self.project.id)

    def refusal(self, person: Asking) -> EmptyReason | None:
        """Return why this person gets nothing, whatever there is; None where nothing stands in the way."""
        refusal = gates.refusal(self.session, self.settings, self.person_id, person.role)
        if refusal is not None:
            return refusal
        if person.qualified_at is None and not quality.in_qualification(self.session, self.person_id):
            return EmptyReason.NOT_QUALIFIED
        return EmptyReason.PAUSED if person.paused_at is not None else None

    def wanted(self) -> list[Condition]:
        """Return what every item for this person must meet."""
        wanted = wellbeing.wanted(self.session, self.schema, self.person_id)
        return wanted + gates.allowed(self.session, self.settings, self.person_id)

    def open(self, lease: Lease, conditions: candidates.Conditions, decided: Go) -> bool:
        """Open a new lease, or one that has ended; False where its item has no slot or does not meet the conditions any more, and
        then the transaction is to be given up.
        """
        session, now = self.session, self.now
        begun = not lease.state  # else it is one that they let go before
        taken = item_state.take_slot(session, lease.item_id)
        if not taken or not candidates.meets(session, lease.item_id, conditions):
            return False
        lease.slot = leases.free_slot(session, lease.item_id)
        lease.state = LeaseState.LIVE.value
        lease.expires_at = min(
            now + timedelta(seconds=self.settings.lease_seconds),
            now + timedelta(minutes=self.limits.item_minutes),
            decided.until,
        )
        lease.ended_at = None
        if begun:
            store(session, lease)
        else:
            session.add(lease)
        audit.record(session, now, lease.person_id, "lease.opened", lease.item_id, lease=lease.id, slot=lease.slot)
        exposure.begin(session, lease.person_id, now, lease.expires_at, high=self.concern(lease.item_id))
        return True

    def concern(self, item_id: str) -> bool | None:
        """Say whether an item is of high concern, as far as that is known: what others said, or what is planted in a control."""
        said = known.concern(self.session, item_id, high_ratings(self.schema))
        planted = controls.concern(self.session, self.schema, item_id)
        return said if planted is None else planted
