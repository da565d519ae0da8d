"""What answers say of their givers: weighed once, apart from any request, and stored beside them. Nothing is decided here.

An answer to a control item is weighed when it is there; one to an ordinary item when all its answers are, against what the others'
ratings make probable under the newest fit, the person's own left out.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Session

from annotator.dispensing.posterior import skills_of
from annotator.domain.controls import compare
from annotator.domain.quality import NOTHING, Weighed, is_fast, weigh_agreement, weigh_control
from annotator.domain.schema import Kind, Schema
from annotator.storage import consensus, controls, quality
from annotator.storage.database import Database
from annotator.storage.quality import Answered
from annotator.storage.tables import Project
from annotator.storage.tables_quality import Evidence

OTHERS = 2
"""Agreement is weighed where at least so many others rated the item."""
_BATCH = 500


def weigh_all(database: Database, project: Project, schema: Schema, now: datetime) -> set[str]:
    """Weigh what has not been weighed; return the people it is about."""
    people: set[str] = set()
    while found := _weigh(database, project, schema, now):
        people |= found
    return people


def weigh_controls_of(database: Database, project: Project, schema: Schema, person_id: str, now: datetime) -> None:
    """Weigh one person's answers to control items, as when their qualification is going on."""
    with database.writing() as session:
        policy = controls.policy(session, project.id)
        if policy is not None:
            found = quality.unweighed_controls(session, policy.bank_id, _BATCH, person_id)
            quality.keep_evidence(session, [_control_evidence(schema, answered, now) for answered in found])


def _weigh(database: Database, project: Project, schema: Schema, now: datetime) -> set[str]:
    with database.writing() as session:
        policy = controls.policy(session, project.id)
        found = quality.unweighed_controls(session, policy.bank_id, _BATCH) if policy is not None else []
        rows = [_control_evidence(schema, answered, now) for answered in found]
        if len(rows) < _BATCH:
            ordinary = quality.unweighed_answers(session, project.id, _BATCH - len(rows))
            rows += [_consensus_evidence(session, project, schema, answered, now) for answered in ordinary]
        quality.keep_evidence(session, rows)
        return {row.person_id for row in rows}


def _control_evidence(schema: Schema, answered: Answered, now: datetime) -> Evidence:
    annotation, text, control = answered
    assert control is not None
    outcome = compare(schema, control.expected, annotation.labels)
    planted = [name for name in _indicators(schema) if control.expected.get(name, "") not in ("", *_unmarked(schema))]
    weighed = weigh_control(outcome, planted, fast=is_fast(annotation.lead_time, len(text.split())))
    detail: dict[str, Any] = {
        "steps": outcome.steps,
        "slips": list(outcome.slips),
        "tags": list(outcome.tags),
        "fast": weighed.fast,
    }
    return _row(answered, "control", outcome.right, weighed, detail, now)


def _consensus_evidence(
    session: Session, project: Project, schema: Schema, answered: Answered, now: datetime
) -> Evidence:
    annotation, text, _ = answered
    values = schema.rating.values
    known = consensus.evidence(session, project.id, schema.rating.name, annotation.item_id)
    others = [(who, values.index(rating)) for who, rating in known.ratings if who != annotation.person_id]
    if annotation.rating is None or len(others) < OTHERS:
        return _row(answered, "consensus", None, NOTHING, {}, now)
    workers, codes = zip(*others, strict=True)
    posterior = skills_of(known, schema.rating).posterior(workers, codes).tolist()
    given = values.index(annotation.rating)
    fast = is_fast(annotation.lead_time, len(text.split()))
    weighed = weigh_agreement(given, posterior, fast=fast, apart=schema.rating.apart)
    likely = max(range(len(values)), key=posterior.__getitem__)
    detail: dict[str, Any] = {"steps": schema.rating.apart(likely, given), "fast": weighed.fast}
    return _row(answered, "consensus", None, weighed, detail, now)


def _row(
    answered: Answered, source: str, right: bool | None, weighed: Weighed, detail: dict[str, Any], now: datetime
) -> Evidence:
    annotation = answered.annotation
    return Evidence(
        annotation_id=annotation.id,
        person_id=annotation.person_id,
        source=source,
        right=right,
        llr=weighed.llr,
        detail=detail,
        at=now,
    )


def _indicators(schema: Schema) -> list[str]:
    return [choice.value for q in schema.questions if q.kind is Kind.SPANS for choice in q.choices]


def _unmarked(schema: Schema) -> set[str]:
    return {q.unmarked for q in schema.questions if q.kind is Kind.SPANS}
