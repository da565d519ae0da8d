"""Answers that came from another tool become annotations: a lease that is answered, counters, posterior, audit line, outbox row.

An answer to a quarantined item waits (`storage.moving`) and comes in when two people have released the text; until then it
holds offsets and no words. What is stored of a person is a pseudonym that nobody can sign in with.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session

from annotator.dispensing.finishing import finish
from annotator.dispensing.posterior import update_posterior
from annotator.domain.ids import new_id
from annotator.domain.items import SHUT, ItemState
from annotator.domain.leases import LeaseState
from annotator.domain.moved_spans import worded_answer, worded_result
from annotator.domain.schema import Schema
from annotator.storage import audit, consensus, item_state, leases, moving, outbox
from annotator.storage.outbox import OutboxKind
from annotator.storage.tables import Annotation, Item, Lease, Project
from annotator.storage.tables_moving import ImportedAnswer

PICK = "imported"
"""What is said to have picked the item of an answer that came from another tool."""


def take(
    session: Session, project: Project, schema: Schema, item: Item, given: Iterable[ImportedAnswer], now: datetime
) -> int:
    """Store answers to a locked item, or let them wait where it is in quarantine; return how many were new.

    An answer whose giver has one to the item already changes nothing.
    """
    fresh = [one for one in given if not moving.has_answered(session, item.id, one.person_id)]
    for one in fresh:
        one.item_id = item.id
        if item.state == ItemState.QUARANTINED:
            session.add(one)
        else:
            _store(session, item, one, now)
    session.flush()
    if fresh and item.state != ItemState.QUARANTINED:
        _settle(session, project, schema, item, now)
    return len(fresh)


def release(session: Session, schema: Schema, item: Item, now: datetime) -> None:
    """Store the answers that waited with an item whose text two people have let in. Its state is the caller's to change."""
    waited = moving.take_waiting(session, item.id)
    for one in waited:
        _store(session, item, one, now)
    if waited:
        update_posterior(session, item.project_id, schema.rating, item.id)
        consensus.ask_refit(session, item.project_id)
        session.refresh(item)


def _store(session: Session, item: Item, given: ImportedAnswer, now: datetime) -> None:
    at = min(given.given_at, now)
    lease = Lease(
        item_id=item.id,
        person_id=given.person_id,
        slot=leases.free_slot(session, item.id),
        state=LeaseState.ANSWERED.value,
        created_at=at,
        expires_at=at,
        ended_at=at,
        pick=PICK,
    )
    item_state.record_import(session, item.id)
    session.add(lease)
    session.flush()
    annotation = Annotation(
        lease_id=lease.id,
        item_id=item.id,
        person_id=given.person_id,
        guideline_version_id=given.guideline_version_id,
        key=new_id(),
        result=worded_result(given.result, item.text),
        answer=worded_answer(given.answer, item.text),
        labels=given.labels,
        rating=given.rating,
        cannot_tell=given.cannot_tell,
        lead_time=given.lead_time,
        created_at=at,
        origin=given.origin,
    )
    session.add(annotation)
    session.flush()
    audit.record(
        session, now, audit.SERVICE, "annotation.imported", item.id, annotation=annotation.id, origin=given.origin
    )
    if item.state not in SHUT:
        outbox.add(session, now, OutboxKind.ANNOTATION, annotation.id)


def _settle(session: Session, project: Project, schema: Schema, item: Item, now: datetime) -> None:
    """Bring the posterior up to date, and settle an item whose slots are all answered by now."""
    update_posterior(session, project.id, schema.rating, item.id)
    consensus.ask_refit(session, project.id)
    session.refresh(item)
    if item.state == ItemState.READY and item.answered >= item.overlap:
        finish(session, project, schema, item.id, now)
