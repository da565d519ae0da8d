"""The coordinator's page of wellbeing: the project's limits, its clock and its welfare contact. Nobody's own time is shown."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import available_timezones

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from annotator.domain.errors import InputError
from annotator.domain.limits import PRECAUTIONARY, Limits, looser
from annotator.domain.project_settings import SETTINGS, SettingsError
from annotator.domain.words import marked
from annotator.storage import project_settings, wellbeing
from annotator.web.frame.language import say, told, told_text
from annotator.web.frame.numbers import FormNumber
from annotator.web.frame.pages import render
from annotator.web.frame.security import Caller, CoordinatorDep
from annotator.web.frame.service import Service, ServiceDep

router = APIRouter(prefix="/coordinator/wellbeing", include_in_schema=False)

FIELDS = (
    ("active_minutes", marked("Minutes of labelling before a break")),
    ("break_minutes", marked("Minutes of a break, at least")),
    ("session_minutes", marked("Minutes of labelling in a session")),
    ("session_gap_minutes", marked("Minutes without labelling before a new session")),
    ("day_minutes", marked("Minutes of labelling in a day")),
    ("week_days", marked("Days with labelling in any seven")),
    ("quiet_from", marked("Nothing is handed out from this hour")),
    ("quiet_until", marked("… until this hour, on the volunteer's own clock")),
    ("concern_run", marked("Postings of high concern in a row")),
    ("item_minutes", marked("Minutes that one posting can be held")),
)


@router.get("")
def wellbeing_page(request: Request, service: ServiceDep, caller: CoordinatorDep, saved: str = "") -> Response:
    return _page(request, service, caller, saved=bool(saved))


@router.post("")
def wellbeing_form(
    request: Request,
    service: ServiceDep,
    caller: CoordinatorDep,
    active_minutes: FormNumber,
    break_minutes: FormNumber,
    session_minutes: FormNumber,
    session_gap_minutes: FormNumber,
    day_minutes: FormNumber,
    week_days: FormNumber,
    quiet_from: FormNumber,
    quiet_until: FormNumber,
    concern_run: FormNumber,
    item_minutes: FormNumber,
    welfare_contact: Annotated[str, Form(max_length=300)] = "",
    zone: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Store limits that are as strict as the precautionary ones or stricter; the operator alone can allow others."""
    now, project = service.now(), service.opened.id
    try:
        limits = Limits(
            active_minutes=active_minutes,
            break_minutes=break_minutes,
            session_minutes=session_minutes,
            session_gap_minutes=session_gap_minutes,
            day_minutes=day_minutes,
            week_days=week_days,
            quiet_from=quiet_from,
            quiet_until=quiet_until,
            concern_run=concern_run,
            item_minutes=item_minutes,
        )
        with service.database.writing() as session:
            may = service.settings.looser_limits
            project_settings.set_limits(session, now, caller.id, project, limits, may_be_looser=may)
            wellbeing.set_welfare_contact(session, now, caller.id, project, welfare_contact.strip())
            if zone.strip():
                wellbeing.choose_zone(session, now, project, zone.strip())
    except SettingsError as error:
        problem = " ".join(f"{say(SETTINGS[name].title)}: {told_text(said)}" for name, said in error.problems.items())
        return _page(request, service, caller, problem=problem, status=422)
    except InputError as error:
        return _page(request, service, caller, problem=told(error), status=422)
    return RedirectResponse("/coordinator/wellbeing?saved=yes", 303)


def _page(
    request: Request, service: Service, caller: Caller, *, saved: bool = False, problem: str = "", status: int = 200
) -> Response:
    with service.database.reading() as session:
        limits = wellbeing.limits_of(session, service.opened.id)
        contact = wellbeing.welfare_contact(session, service.opened.id)
        zone = wellbeing.zone_of(session, service.opened.id) or wellbeing.DEFAULT_ZONE
    return render(
        request,
        "wellbeing.html",
        status=status,
        caller=caller,
        fields=[(name, title, getattr(limits, name), getattr(PRECAUTIONARY, name)) for name, title in FIELDS],
        looser=tuple(SETTINGS[name].title for name in looser(limits)),
        may_be_looser=service.settings.looser_limits,
        contact=contact,
        zone=zone,
        zones=sorted(available_timezones()),
        saved=saved,
        problem=problem,
    )
