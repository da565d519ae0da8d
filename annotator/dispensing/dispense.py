"""`next_item`: the one way to get an item. Asking twice gives the same lease; a slot is taken by one conditional update.

What a person may never be given is kept from them by constraints of the database (see `storage.tables`); this module chooses
among the rest. The exposure ledger is read in the transaction that opens the lease, with the person's row locked, so that no
two tabs or processes can pass it together; the lease never outlasts what is left.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import numpy as np
from sqlalchemy.exc import IntegrityError

from annotator.dispensing import controls, wellbeing
from annotator.dispensing.opening import Opened, Opening
from annotator.dispensing.returns import end, expire_overdue
from annotator.dispensing.routing import Pick, Picked, Router
from annotator.domain.exposure import Go, Rest
from annotator.domain.leases import EmptyReason, LeaseState
from annotator.domain.schema import Schema
from annotator.storage import audit, candidates, leases, people
from annotator.storage.database import Database
from annotator.storage.known import Condition
from annotator.storage.tables import Lease, Project

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
    for attempt in range(_ATTEMPTS):
        try:
            with database.writing() as session:
                asking = _Asking(session, project, schema, person_id, now, rng)
                given = asking.answer(pass_over_locked=attempt == 0)
        except (IntegrityError, _ContendedError):
            continue  # another tab of the same person, or another person, was quicker
        if given is None or (isinstance(given, Nothing) and expire_overdue(database, now)):
            continue  # what was in the way is gone; the worker gives back what others have let lie, or we do before we say no
        return given
    return Nothing(EmptyReason.HELD, retry_after=1)


@dataclass(frozen=True)
class _Asking(Opening):
    """One person asking once, in one transaction. One item is locked a transaction, never two."""

    rng: np.random.Generator

    @cached_property
    def router(self) -> Router:
        return Router.draw(self.session, self.rules, self.schema.rating, self.person_id, self.rng)

    def answer(self, *, pass_over_locked: bool) -> Dispensed | Nothing | None:
        """Return what they get; None when a lease was in the way that is ended now."""
        person = people.asking(self.session, self.person_id)
        refusal = self.refusal(person)
        if refusal is not None:
            return Nothing(refusal)
        lease = self.asker.holding  # read before the ledger: what has ended by now is in it
        decided = wellbeing.decision(self.session, self.project.id, self.person_id, self.now, self.rules.limits)
        if lease is not None and (isinstance(decided, Rest) or lease.expires_at <= self.now):
            self._take_back(lease)
            return self._rest(decided) if isinstance(decided, Rest) else None
        if isinstance(decided, Rest):
            return self._rest(decided)
        wanted = self.wanted()
        if lease is not None:
            return self._again(lease, wanted)
        qualified = person.qualified_at is not None
        given = self._lease_next(wanted, decided, qualified=qualified, pass_over_locked=pass_over_locked)
        if given is None:
            return self._why_nothing(wanted, decided) if qualified else Nothing(EmptyReason.NOT_QUALIFIED)
        return Dispensed(given.id, given.expires_at, given.item_id, *given.shown)

    def _again(self, lease: leases.Holding, wanted: list[Condition]) -> Dispensed | None:
        """Show once more what they hold, unless it has become something that they may or would not be shown."""
        shown = candidates.shown(self.session, lease.item_id, wanted)
        if shown is not None:
            return Dispensed(lease.id, lease.expires_at, lease.item_id, *shown)
        self._take_back(lease)
        return None

    def _take_back(self, lease: leases.Holding) -> None:
        held = leases.locked(self.session, lease.id)
        if held is not None and held.state == LeaseState.LIVE:
            overdue = held.expires_at <= self.now
            end(self.session, held, LeaseState.EXPIRED if overdue else LeaseState.RELEASED, audit.SERVICE, self.now)

    def _rest(self, rest: Rest) -> Nothing:
        return Nothing(rest.reason, max(1, math.ceil((rest.until - self.now).total_seconds())))

    def _lease_next(
        self, wanted: list[Condition], decided: Go, *, qualified: bool, pass_over_locked: bool
    ) -> Opened | None:
        """Take a control item where one is due; else a fresh item, or failing that one the person let go before, of the kind
        that suits them best now. The queries are the same for both.
        """
        where = (self.session, self.rules.policy, self.schema, self.person_id, wanted, self.asker.opt_outs)
        control = controls.drawn(*where, mild=decided.mild, only=not qualified)
        if control is None and not qualified:
            return None
        for preferred in wellbeing.preferred(self.schema, mild=decided.mild):
            conditions = [*wanted, *preferred]
            chosen = self._choose(conditions, control, pass_over_locked=pass_over_locked)
            if chosen is not None:
                opened = self.open(chosen, wanted if control else conditions, decided)
                if opened is None:
                    raise _ContendedError
                return opened
        return None

    def _choose(
        self, conditions: candidates.Conditions, control: str | None, *, pass_over_locked: bool
    ) -> Picked | Lease | None:
        where = (self.session, self.project.id, self.person_id, conditions)
        found = self.router.choose(conditions, pass_over_locked=pass_over_locked and control is None)
        if control is not None:
            found = Picked(control, Pick.CONTROL)
        if found is not None:
            return found
        if candidates.any_candidate(*where):
            raise _ContendedError
        return candidates.returnable(*where)

    def _why_nothing(self, wanted: list[Condition], decided: Go) -> Nothing:
        where = (self.session, self.project.id, self.person_id)
        if decided.mild and candidates.any_candidate(*where, wanted):
            return self._rest(wellbeing.session_over(*where, self.now))
        if candidates.unfinished_for(*where, wanted):
            expiry = leases.next_expiry(self.session, self.project.id)
            wait = max(1, int((expiry - self.now).total_seconds()) + 1) if expiry else None
            return Nothing(EmptyReason.HELD, wait)
        return Nothing(EmptyReason.DONE if leases.any_items(self.session, self.project.id) else EmptyReason.NONE)
