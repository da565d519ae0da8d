"""Who is there: volunteers at work now and this week, and who may be given which postings. Days and counts, never hours of a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from annotator.domain.items import Source
from annotator.domain.roles import Role
from annotator.domain.vetting import allowed_sources
from annotator.storage import desk, guideline_life, onboarding, people, vetting

NOW = timedelta(minutes=15)
WEEK = timedelta(days=7)
PRESENT = timedelta(days=14)
"""Who has neither answered nor come in for this long is not counted on."""


@dataclass(frozen=True, slots=True)
class Presence:
    """Volunteers by id. `now`: hold a posting, or answered within the quarter hour. `week`: answered within seven days.

    `able` has, by source, who is present and may be given postings of it: qualified, come in, not paused, with the checks.
    """

    now: frozenset[str]
    week: frozenset[str]
    able: dict[Source, tuple[str, ...]]


def read_presence(session: Session, project_id: str, now: datetime) -> Presence:
    """Read who is there."""
    volunteers = [person for person in people.everyone(session) if person.role == Role.VOLUNTEER]
    ids = {person.id for person in volunteers}
    last = {person: moment for person, moment in desk.last_answers(session).items() if person in ids}
    paused, checks = vetting.pauses(session), vetting.passed_by_all(session)
    steps = onboarding.next_steps(session, sorted(ids))
    synthetic_only = guideline_life.is_demonstration(session, project_id)
    able: dict[Source, list[str]] = {source: [] for source in Source}
    for person in volunteers:
        recent = max(last.get(person.id, person.created_at), person.created_at) > now - PRESENT
        ready = person.qualified_at is not None and person.paused_at is None and person.id not in paused
        if recent and ready and steps[person.id] is None:
            for source in allowed_sources(frozenset(checks.get(person.id, {}))):
                if source is Source.SYNTHETIC or not synthetic_only:
                    able[source].append(person.id)
    return Presence(
        now=frozenset(desk.holding(session, now) | _since(last, now - NOW)),
        week=frozenset(_since(last, now - WEEK)),
        able={source: tuple(found) for source, found in able.items()},
    )


def _since(last: dict[str, datetime], moment: datetime) -> set[str]:
    return {person for person, at in last.items() if at > moment}
