"""The coordinator's page of wellbeing: the project's limits, its clock and its welfare contact. Nobody's own time is shown."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import available_timezones

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from annotator.domain.errors import InputError
from annotator.domain.limits import PRECAUTIONARY, Limits, looser
from annotator.storage import wellbeing
from annotator.web.pages import render
from annotator.web.security import Caller, CoordinatorDep
from annotator.web.service import Service, ServiceDep

router = APIRouter(prefix="/coordinator/wellbeing", include_in_schema=False)

FIELDS = (
    ("active_minutes", "Minutes of labelling before a break"),
    ("break_minutes", "Minutes of a break, at least"),
    ("session_minutes", "Minutes of labelling in a session"),
    ("session_gap_minutes", "Minutes without labelling before a new session"),
    ("day_minutes", "Minutes of labelling in a day"),
    ("week_days", "Days with labelling in any seven"),
    ("quiet_from", "Nothing is handed out from this hour"),
    ("quiet_until", "… until this hour, on the volunteer's own clock"),
    ("concern_run", "Postings of high concern in a row"),
    ("item_minutes", "Minutes that one posting can be held"),
)
_Number = Annotated[int, Form()]


@router.get("")
def wellbeing_page(request: Request, service: ServiceDep, caller: CoordinatorDep, saved: str = "") -> Response:
    return _page(request, service, caller, saved=bool(saved))


@router.post("")
def wellbeing_form(
    request: Request,
    service: ServiceDep,
    caller: CoordinatorDep,
    active_minutes: _Number,
    break_minutes: _Number,
    session_minutes: _Number,
    session_gap_minutes: _Number,
    day_minutes: _Number,
    week_days: _Number,
    quiet_from: _Number,
    quiet_until: _Number,
    concern_run: _Number,
    item_minutes: _Number,
    welfare_contact: Annotated[str, Form(max_length=300)] = "",
    zone: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Store limits that are as strict as the precautionary ones or stricter; the operator alone can allow others."""
    now, project = service.now(), service.project.id
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
            wellbeing.set_limits(session, now, caller.id, project, limits, may_be_looser=may)
            wellbeing.set_welfare_contact(session, now, caller.id, project, welfare_contact.strip())
            if zone.strip():
                wellbeing.choose_zone(session, now, project, zone.strip())
    except InputError as error:
        return _page(request, service, caller, problem=str(error), status=422)
    return RedirectResponse("/coordinator/wellbeing?saved=yes", 303)


def _page(
    request: Request, service: Service, caller: Caller, *, saved: bool = False, problem: str = "", status: int = 200
) -> Response:
    with service.database.reading() as session:
        limits = wellbeing.limits_of(session, service.project.id)
        contact = wellbeing.welfare_contact(session, service.project.id)
        zone = wellbeing.zone_of(session, service.project.id) or wellbeing.DEFAULT_ZONE
    return render(
        request,
        "wellbeing.html",
        status=status,
        caller=caller,
        fields=[(name, title, getattr(limits, name), getattr(PRECAUTIONARY, name)) for name, title in FIELDS],
        looser=looser(limits),
        may_be_looser=service.settings.looser_limits,
        contact=contact,
        zone=zone,
        zones=sorted(available_timezones()),
        saved=saved,
        problem=problem,
    )
