"""Queries of what a project has set for the wellbeing of its people, and of what people have chosen for themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import pairwise
from zoneinfo import available_timezones

from sqlmodel import Session, col, select

from annotator.domain.errors import InputError
from annotator.domain.exposure import ZONE_HOLD, Zone
from annotator.domain.limits import PRECAUTIONARY, Limits, looser
from annotator.storage import audit
from annotator.storage.tables_exposure import Preference, Wellbeing, ZoneChoice

DEFAULT_ZONE = "UTC"


@dataclass(frozen=True, slots=True)
class Preferences:
    """Indicator codes a person would rather not see, and the region of their support card; empty is the general one."""

    opt_outs: tuple[str, ...] = ()
    region: str = ""


def limits_of(session: Session, project_id: str) -> Limits:
    row = session.get(Wellbeing, project_id)
    return Limits(**row.limits) if row is not None else PRECAUTIONARY


def welfare_contact(session: Session, project_id: str) -> str:
    """Return whom people of the project may turn to; empty where nobody has been named."""
    row = session.get(Wellbeing, project_id)
    return row.welfare_contact if row is not None else ""


def set_limits(
    session: Session, at: datetime, actor: str, project_id: str, limits: Limits, *, may_be_looser: bool = False
) -> None:
    """Set a project's limits.

    Raises:
        InputError: some limit would allow more than the precautionary one, and more than it does already.
    """
    wide = sorted(set(looser(limits)) & set(looser(limits, limits_of(session, project_id))))
    if wide and not may_be_looser:
        names = ", ".join(name.replace("_", " ") for name in wide)
        raise InputError(
            f"That would allow more than the precautionary limits do: {names}.",
            where=wide[0],
            mend="Limits can be made stricter here, never looser.",
        )
    row = _row(session, project_id)
    if row.limits == asdict(limits):
        return
    row.limits = asdict(limits)
    session.add(row)
    audit.record(session, at, actor, "limits.changed", project_id, **row.limits)


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
    own = _choices(session, person_id)
    project = [choice for choice in _choices(session, project_id) if not own or choice.since < own[0].since]
    chain = [(DEFAULT_ZONE, now - 2 * ZONE_HOLD), *((choice.zone, choice.since) for choice in [*project, *own])]
    left = [Zone(zone, since + ZONE_HOLD) for (zone, _), (_, since) in pairwise(chain) if since + ZONE_HOLD > now]
    return (Zone(chain[-1][0]), *reversed(left))


def zone_of(session: Session, subject: str) -> str:
    """Return the time zone that a person or project has chosen; empty where none."""
    chosen = _choices(session, subject)
    return chosen[-1].zone if chosen else ""


def preferences_of(session: Session, person_id: str) -> Preferences:
    row = session.get(Preference, person_id)
    return Preferences(tuple(row.opt_outs), row.region) if row is not None else Preferences()


def set_preferences(session: Session, person_id: str, preferences: Preferences) -> None:
    session.merge(Preference(person_id=person_id, opt_outs=list(preferences.opt_outs), region=preferences.region))


def _row(session: Session, project_id: str) -> Wellbeing:
    return session.get(Wellbeing, project_id) or Wellbeing(
        project_id=project_id, limits=asdict(PRECAUTIONARY), welfare_contact=""
    )


def _choices(session: Session, subject: str) -> Sequence[ZoneChoice]:
    return session.exec(select(ZoneChoice).where(ZoneChoice.subject == subject).order_by(col(ZoneChoice.id))).all()
