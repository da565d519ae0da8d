"""Leaving: the consent is taken back, and the answers go with it where their giver wants that.

Each answer goes in a transaction of its own, since one locks one item at most. What a stopped process leaves undone the worker
finishes, so it is safe to say "withdrawn" as soon as the departure is stored.
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from annotator.dispensing.posterior import update_posterior
from annotator.dispensing.returns import give_back
from annotator.domain.items import ItemState
from annotator.domain.leases import LeaseState
from annotator.domain.schema import Schema
from annotator.storage import audit, consensus, item_state, leases, onboarding, outbox, withdrawal
from annotator.storage.database import Database
from annotator.storage.outbox import OutboxKind
from annotator.storage.tables import Item

_BATCH = 100
_REOPENED = (ItemState.AGREED, ItemState.ADJUDICATING)


def leave(database: Database, schema: Schema, person_id: str, now: datetime, *, withdraw_answers: bool) -> int:
    """Take the consent back, and with it the answers where asked to; return how many answers went."""
    with database.writing() as session:
        give_back(session, person_id, now)
        onboarding.revoke_consent(session, now, person_id)
        withdrawal.depart(session, now, person_id, withdraws=withdraw_answers)
        if withdraw_answers:
            consensus.forget_skills(session, person_id)
    return finish_withdrawals(database, schema, now, person_id) if withdraw_answers else 0


def finish_withdrawals(database: Database, schema: Schema, now: datetime, person_id: str | None = None) -> int:
    """Withdraw what is still outstanding, of one person or of all; return how many answers went."""
    gone = 0
    while True:
        with database.reading() as session:
            found = withdrawal.outstanding(session, _BATCH, person_id)
        if not found:
            return gone
        for lease_id in found:
            with database.writing() as session:
                gone += _withdraw(session, schema, lease_id, now)


def _withdraw(session: Session, schema: Schema, lease_id: str, now: datetime) -> bool:
    """Put a stone in the place of one answer; its slot opens again, for anybody but its giver."""
    lease = leases.locked(session, lease_id)
    annotation = withdrawal.of_lease(session, lease_id)
    if lease is None or annotation is None:
        return False
    item = session.get_one(Item, lease.item_id, populate_existing=True)
    withdrawal.bury(session, annotation, now)
    # frees the slot; the item is never offered to its giver again
    leases.settle(session, lease.id, LeaseState.SKIPPED, lease.ended_at)
    item_state.take_back_answer(session, item.id)
    consensus.forget_posterior(session, item.id)
    update_posterior(session, item.project_id, schema.rating, item.id)
    consensus.ask_refit(session, item.project_id)
    outbox.add(session, now, OutboxKind.ANNOTATION_WITHDRAWN, annotation.id)
    audit.record(session, now, lease.person_id, "annotation.withdrawn", item.id, annotation=annotation.id)
    if item.state in _REOPENED:
        item_state.move(session, now, audit.SERVICE, item.id, ItemState.READY, reason="an answer was withdrawn")
    return True
