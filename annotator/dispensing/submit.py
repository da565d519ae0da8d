"""`submit`: an answer and everything that follows from it, in one transaction.

The result has been checked against the schema before it comes here (`studio.results`). The same key gives the same answer
again, whatever became of the lease since.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from annotator.dispensing.finishing import finish
from annotator.dispensing.posterior import posterior_of
from annotator.dispensing.returns import held_lease, require_live
from annotator.domain.answers import Answer, cannot_tell, flat_labels
from annotator.domain.errors import ConflictError
from annotator.domain.exposure import high_ratings
from annotator.domain.ids import new_id
from annotator.domain.leases import LeaseState
from annotator.domain.schema import Schema
from annotator.storage import annotation_log, audit, consensus, exposure, item_state, leases, outbox
from annotator.storage.annotation_log import Known
from annotator.storage.database import Database
from annotator.storage.leases import Holding
from annotator.storage.outbox import OutboxKind
from annotator.storage.prepared import At, store
from annotator.storage.tables import Annotation, Project


@dataclass(frozen=True, slots=True)
class Submission:
    """What a volunteer sends: `lead_time` in seconds, `key` chosen by the page and kept over retries."""

    lease_id: str
    key: str
    lead_time: float
    result: list[dict[str, Any]]
    answer: Answer


@dataclass(frozen=True, slots=True)
class Stored:
    annotation_id: str
    created: bool  # False when the same key had stored it before


def stored_before(session: Session, person_id: str, lease_id: str, key: str) -> Stored | None:
    """Return what the person stored under this key for this lease, if they did.

    Raises:
        ConflictError: the key was used for another item.
    """
    known, _ = annotation_log.before_storing(session, person_id, lease_id, key)
    return None if known is None else _stored(known, lease_id)


def text_or_stored(session: At, person_id: str, lease_id: str, key: str) -> str | Stored:
    """Return the text that an answer under this lease is about, or what the person has stored under this key before.

    Raises:
        ConflictError: the key was used for another item.
        NotFoundError: the lease is not the person's.
    """
    known, text = annotation_log.before_storing(session, person_id, lease_id, key)
    if known is not None:
        return _stored(known, lease_id)
    if text is None:
        raise leases.no_such_lease()
    return text


def submit(
    database: Database, project: Project, schema: Schema, person_id: str, submission: Submission, now: datetime
) -> Stored:
    """Store an answer once.

    Raises:
        LeaseExpiredError: the lease ended before.
        NotFoundError: the lease is not the person's.
        ConflictError: the key was used for another item.
    """
    try:
        with database.writing() as session:
            return _submit(session, project, schema, person_id, submission, now)
    except IntegrityError:
        with database.reading() as session:
            known = stored_before(session, person_id, submission.lease_id, submission.key)
        if known is None:
            raise
        return known


def _stored(known: Known, lease_id: str) -> Stored:
    if known.lease_id != lease_id:
        raise ConflictError("This key was used for another item.", mend="Send each answer with a key of its own.")
    return Stored(known.annotation_id, created=False)


def _submit(
    session: Session, project: Project, schema: Schema, person_id: str, submission: Submission, now: datetime
) -> Stored:
    lease = held_lease(session, person_id, submission.lease_id)
    if (
        lease.state != LeaseState.LIVE
    ):  # of one that is held nothing can be stored yet, and a key of another item breaks a constraint
        known = stored_before(session, person_id, submission.lease_id, submission.key)
        if known is not None:
            return known
    require_live(lease, now)
    annotation = _annotation(lease, schema, project.guideline_version_id, submission, now)
    annotation_id, rating = annotation["id"], annotation["rating"]
    store(session, Annotation, **annotation)
    leases.settle(session, lease.id, LeaseState.ANSWERED, now)
    high = None if rating is None else rating in high_ratings(schema)
    exposure.end(session, person_id, now, high=high)
    audit.record(session, now, person_id, "annotation.created", lease.item_id, annotation=annotation_id)
    outbox.add(session, now, OutboxKind.ANNOTATION, annotation_id)
    found = posterior_of(session, project.id, schema.rating, lease.item_id) if rating is not None else None
    told = consensus.posterior_values(*found) if found is not None else None
    if item_state.record_answer(session, lease.item_id, told):
        finish(session, project, schema, lease.item_id, now)
    return Stored(annotation_id, created=True)


def _annotation(
    lease: Holding, schema: Schema, guideline_version_id: str, submission: Submission, now: datetime
) -> dict[str, Any]:
    labels = flat_labels(schema, submission.answer)
    return {
        "id": new_id(),
        "lease_id": lease.id,
        "item_id": lease.item_id,
        "person_id": lease.person_id,
        "guideline_version_id": guideline_version_id,
        "key": submission.key,
        "result": submission.result,
        "answer": submission.answer.to_json(),
        "labels": labels,
        "rating": labels[schema.rating.name],
        "cannot_tell": cannot_tell(schema, submission.answer),
        "lead_time": submission.lead_time,
        "created_at": now,
    }
