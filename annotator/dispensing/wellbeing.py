"""The exposure ledger at the moment of handing out: may this person be shown anything, and which items may it be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session

from annotator.domain.exposure import Go, Interval, Rest, Zone, decide, high_ratings, next_session
from annotator.domain.leases import EmptyReason
from annotator.domain.limits import Limits
from annotator.domain.schema import Kind, Schema
from annotator.storage import exposure, known, wellbeing
from annotator.storage.database import Database
from annotator.storage.known import Condition

_BATCH = 500  # intervals


def decision(
    session: Session, project_id: str, person_id: str, now: datetime, limits: Limits | None = None
) -> Go | Rest:
    """Decide by the person's whole ledger, whichever project and tab it came from, under this project's limits, which the caller
    may have read before.
    """
    return decide(now, *_standing(session, project_id, person_id, now, limits))


def forget_outlived(database: Database, now: datetime) -> int:
    """Forget active time that is older than any limit needs, of those who are gone as of those who come again, in short
    transactions; return how many intervals.
    """
    forgotten = 0
    while True:
        with database.writing() as session:
            forgotten += (found := exposure.forget(session, now, _BATCH))
        if found < _BATCH:
            return forgotten


def session_over(session: Session, project_id: str, person_id: str, now: datetime) -> Rest:
    """Return the rest until a new session, for when nothing is left that may be shown in this one."""
    standing = _standing(session, project_id, person_id, now)
    begins = next_session(now, standing.ledger, standing.limits)
    then = decide(begins, *standing)
    return Rest(EmptyReason.SESSION_OVER, then.until if isinstance(then, Rest) else begins)


def wanted(schema: Schema, opt_outs: frozenset[str]) -> list[Condition]:
    """Return what every item must meet for somebody with these opt-outs: nobody has found in it what they would rather not see."""
    return [known.without(tuple(codes), state) for codes, state in unwanted(schema, opt_outs)]


def unwanted(schema: Schema, opt_outs: frozenset[str]) -> list[tuple[list[str], str]]:
    """Return the indicators of each question that somebody opted out of, with the state in which they are there."""
    return [
        (chosen, question.states[0].value)
        for question in schema.questions
        if question.kind is Kind.SPANS
        and (chosen := [choice.value for choice in question.choices if choice.value in opt_outs])
    ]


def preferred(schema: Schema, *, mild: bool) -> Sequence[list[Condition]]:
    """Return conditions in the order in which to try them: mild ones, then those of which nothing is known; else any."""
    high = high_ratings(schema)
    return ([known.mild(high)], [known.not_high(high)]) if mild else ([],)


class _Standing(NamedTuple):
    """What a decision is made of, besides the moment."""

    ledger: Sequence[Interval]
    limits: Limits
    zones: Sequence[Zone]


def _standing(
    session: Session, project_id: str, person_id: str, now: datetime, limits: Limits | None = None
) -> _Standing:
    return _Standing(
        exposure.ledger(session, person_id, now),
        limits or wellbeing.limits_of(session, project_id),
        wellbeing.zones_of(session, person_id, project_id, now),
    )
