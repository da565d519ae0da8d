"""The exposure ledger at the moment of handing out: may this person be shown anything, and which items may it be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from annotator.domain.exposure import Go, Rest, decide, high_ratings, next_session
from annotator.domain.schema import Kind, Schema
from annotator.storage import exposure, known, wellbeing
from annotator.storage.known import Condition


def decision(session: Session, project_id: str, person_id: str, now: datetime) -> Go | Rest:
    """Decide by the person's whole ledger, whichever project and tab it came from, under this project's limits."""
    limits = wellbeing.limits_of(session, project_id)
    zones = wellbeing.zones_of(session, person_id, project_id, now)
    return decide(now, exposure.ledger(session, person_id, now), limits, zones)


def session_returns(session: Session, project_id: str, person_id: str, now: datetime) -> datetime:
    """Return when a new session may begin."""
    limits = wellbeing.limits_of(session, project_id)
    return next_session(now, exposure.ledger(session, person_id, now), limits)


def wanted(session: Session, schema: Schema, person_id: str) -> list[Condition]:
    """Return what every item for this person must meet: nobody has found in it what they would rather not see."""
    codes = set(wellbeing.preferences_of(session, person_id).opt_outs)
    return [
        known.without(chosen, question.states[0].value)
        for question in schema.questions
        if question.kind is Kind.SPANS
        and (chosen := [choice.value for choice in question.choices if choice.value in codes])
    ]


def preferred(schema: Schema, *, mild: bool) -> Sequence[list[Condition]]:
    """Return conditions in the order in which to try them: mild ones, then those of which nothing is known; else any."""
    high = high_ratings(schema)
    return ([known.mild(high)], [known.not_high(high)]) if mild else ([],)
