"""Queries of what a project has set for the wellbeing of its people, and of what people have chosen for themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any
from zoneinfo import available_timezones

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from annotator.domain.errors import InputError
from annotator.domain.exposure import ZONE_HOLD, Zone
from annotator.domain.limits import PRECAUTIONARY, Limits
from annotator.storage import audit
from annotator.storage.prepared import Prepared
from annotator.storage.tables_exposure import Preference, Wellbeing, ZoneChoice

DEFAULT_ZONE = "UTC"


@dataclass(frozen=True, slots=True)
class Preferences:
    """Indicator codes a person would rather not see, and the region of their support card; empty is the general one."""

    opt_outs: tuple[str, ...] = ()
    region: str = ""


def limits_of(session: Session, project_id: str) -> Limits:
    row = _LIMITS.first(session, project=project_id)
    return limits_from(row[0] if row is not None else None)


def limits_from(stored: dict[str, Any] | None) -> Limits:
    """Return limits as their column holds them; where nobody has set any, the precautionary ones."""
    return Limits(**stored) if stored is not None else PRECAUTIONARY


def welfare_contact(session: Session, project_id: str) -> str:
    """Return whom people of the project may turn to; empty where nobody has been named."""
    row = session.get(Wellbeing, project_id)
    return row.welfare_contact if row is not None else ""


def set_welfare_contact(session: Session, at: datetime, actor: str, project_id: str, contact: str) -> None:
    row = _row(session, project_id)
    if row.welfare_contact != contact:
        row.welfare_contact = contact
        session.add(row)
        audit.record(session, at, actor, "welfare_contact.changed", project_id)


def choose_zone(session: Session, now: datetime, subject: str, zone: str) -> None:
    """Set the clock of a person, or of a project's people who have not chosen.

    Raises:
        InputError: there is no such time zone.
    """
    if zone not in available_timezones():
        raise InputError(
            "There is no such time zone.", where="zone", mend="Choose one of the list, such as Europe/Paris."
        )
    chosen = _choices(session, subject)
    if not chosen or chosen[-1].zone != zone:
        session.add(ZoneChoice(subject=subject, zone=zone, since=now))
        session.flush()


def zones_of(session: Session, person_id: str, project_id: str, now: datetime) -> tuple[Zone, ...]:
    """Return the time zones that count for a person now: the one in force first, then those left less than a day ago."""
    both = _ZONES.rows(session, person=person_id, project=project_id)
    own = [(zone, since) for subject, zone, since in both if subject == person_id]
    project = [(zone, since) for subject, zone, since in both if subject == project_id]
    before = [(zone, since) for zone, since in project if not own or since < own[0][1]]
    chain = [(DEFAULT_ZONE, now - 2 * ZONE_HOLD), *before, *own]
    left = [Zone(zone, since + ZONE_HOLD) for (zone, _), (_, since) in pairwise(chain) if since + ZONE_HOLD > now]
    return (Zone(chain[-1][0]), *reversed(left))


def zone_of(session: Session, subject: str) -> str:
    """Return the time zone that a person or project has chosen; empty where none."""
    chosen = _choices(session, subject)
    return chosen[-1].zone if chosen else ""


def preferences_of(session: Session, person_id: str) -> Preferences:
    row = _PREFERENCES.first(session, person=person_id)
    return Preferences(tuple(row[0]), row[1]) if row is not None else Preferences()


def set_preferences(session: Session, person_id: str, preferences: Preferences) -> None:
    session.merge(Preference(person_id=person_id, opt_outs=list(preferences.opt_outs), region=preferences.region))


def _row(session: Session, project_id: str) -> Wellbeing:
    return session.get(Wellbeing, project_id) or Wellbeing(
        project_id=project_id, limits=asdict(PRECAUTIONARY), welfare_contact=""
    )


def _choices(session: Session, *subjects: str) -> Sequence[ZoneChoice]:
    statement = select(ZoneChoice).where(col(ZoneChoice.subject).in_(subjects))
    return session.exec(statement.order_by(col(ZoneChoice.id))).all()


_LIMITS = Prepared(select(Wellbeing.limits).where(Wellbeing.project_id == bindparam("project")))
_PREFERENCES = Prepared(
    select(Preference.opt_outs, Preference.region).where(Preference.person_id == bindparam("person"))
)
_ZONES = Prepared(
    select(ZoneChoice.subject, ZoneChoice.zone, ZoneChoice.since)
    .where((col(ZoneChoice.subject) == bindparam("person")) | (col(ZoneChoice.subject) == bindparam("project")))
    .order_by(col(ZoneChoice.id))
)
