"""The coordinator's page of people: invitations, vetting, pauses. Pseudonyms only, in no order of merit unless one is asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session

from annotator.domain import onboarding as onboarding_steps
from annotator.domain.errors import AnnotatorError, InputError, NotFoundError
from annotator.domain.roles import MAY_INVITE, Role
from annotator.domain.vetting import REQUIRED, TITLES, VettingStep
from annotator.insight.agreement import MINIMUM_ITEMS
from annotator.insight.people import Order, Standing, State, ordered
from annotator.people import accounts
from annotator.storage import consensus, onboarding, pauses, people, second_factor, vetting, withdrawal
from annotator.storage.tables import Person
from annotator.web.frame.csv_files import csv_file
from annotator.web.frame.errors import status_of
from annotator.web.frame.language import told
from annotator.web.frame.pages import render
from annotator.web.frame.security import Caller, CoordinatorDep
from annotator.web.frame.service import Service, ServiceDep

router = APIRouter(prefix="/coordinator/people", include_in_schema=False)

COLUMNS = (
    "pseudonym",
    "role",
    "state",
    "answers",
    "controls_right",
    "controls_answered",
    "controls_low",
    "controls_high",
    "median_seconds",
    "last_active",
)

_Reason = Annotated[str, Form(max_length=500)]


class Active(StrEnum):
    """Whom to list by when they were last there."""

    ANY = ""
    NOW = "now"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which people to list, and in which order."""

    active: Active
    state: State | None
    order: Order

    def query(self, **changes: str) -> str:
        """Return the address's query of this list, with changes; nothing where nothing is asked for."""
        given = {
            "active": self.active.value,
            "state": self.state.value if self.state else "",
            "order": self.order.value,
        }
        fields = {name: value for name, value in (given | changes).items() if value}
        return f"?{urlencode(fields)}" if fields else ""


def wanted_people(
    active: Active = Active.ANY, state: Annotated[str, Query(max_length=40)] = "", order: Order = Order.PSEUDONYM
) -> Wanted:
    """Read from an address which people to list; a form sends what was left open as an empty word."""
    if state not in {"", *State}:
        raise InputError(f"{state} is no state of a person.", where="state", mend="Choose one of the list.")
    return Wanted(active, State(state) if state else None, order)


WantedDep = Annotated[Wanted, Depends(wanted_people)]
EVERYBODY = Wanted(Active.ANY, None, Order.PSEUDONYM)


@router.get("")
def people_page(request: Request, service: ServiceDep, caller: CoordinatorDep, wanted: WantedDep) -> Response:
    return _page(request, service, caller, wanted)


@router.get(".csv")
def people_csv(service: ServiceDep, _: CoordinatorDep, wanted: WantedDep) -> Response:
    """Send the list as a table: pseudonyms and what is on the page."""
    return csv_file("people", COLUMNS, [_row(one) for one in _listed(service, wanted)])


@router.post("/invitations")
def make_invitation(
    request: Request,
    service: ServiceDep,
    caller: CoordinatorDep,
    role: Annotated[Role, Form()],
    qualified: Annotated[str, Form(max_length=8)] = "",
) -> Response:
    lasts = timedelta(hours=service.settings.invitation_hours)
    token = accounts.invite(service.database, caller.person, role, service.now(), lasts, qualified=qualified == "yes")
    link = f"{service.settings.public_url or str(request.base_url).rstrip('/')}/invitation?token={token}"
    return _page(request, service, caller, EVERYBODY, link=link, link_role=role.value)


@router.get("/{pseudonym}")
def person_page(pseudonym: str, request: Request, service: ServiceDep, caller: CoordinatorDep) -> Response:
    return _one(request, service, caller, pseudonym)


@router.post("/{pseudonym}/vetting")
def record_vetting(
    pseudonym: str,
    service: ServiceDep,
    caller: CoordinatorDep,
    step: Annotated[VettingStep, Form()],
    passed: Annotated[str, Form(max_length=8)],
) -> Response:
    """Record that a check was passed elsewhere, or set it aside."""
    with service.database.writing() as session:
        person = _volunteer(people.by_pseudonym(session, pseudonym))
        change = vetting.record if passed == "yes" else vetting.undo
        change(session, service.now(), caller.id, person.id, step)
    return RedirectResponse(f"/coordinator/people/{pseudonym}", 303)


@router.post("/{pseudonym}/pause")
def pause(
    pseudonym: str, request: Request, service: ServiceDep, caller: CoordinatorDep, reason: _Reason = ""
) -> Response:
    """Pause somebody, for a reason that they are told."""
    return _with_reason(vetting.pause, request, service, caller, pseudonym, reason)


@router.post("/{pseudonym}/resume")
def resume(
    pseudonym: str, request: Request, service: ServiceDep, caller: CoordinatorDep, reason: _Reason = ""
) -> Response:
    """End a pause that a coordinator set."""
    return _with_reason(vetting.resume, request, service, caller, pseudonym, reason)


def _with_reason(
    change: Callable[[Session, datetime, str, str, str], None],
    request: Request,
    service: Service,
    caller: Caller,
    pseudonym: str,
    reason: str,
) -> Response:
    try:
        with service.database.writing() as session:
            person = _volunteer(people.by_pseudonym(session, pseudonym))
            change(session, service.now(), caller.id, person.id, reason)
    except AnnotatorError as error:
        return _one(request, service, caller, pseudonym, error)
    return RedirectResponse(f"/coordinator/people/{pseudonym}", 303)


def _volunteer(person: Person | None) -> Person:
    if person is None or person.role != Role.VOLUNTEER:
        raise NotFoundError("There is no such volunteer.")
    return person


def _listed(service: Service, wanted: Wanted) -> list[Standing]:
    """Return the people of a list."""
    presence = service.board.strip().presence
    found = service.board.people()
    if wanted.active is not Active.ANY:
        there = presence.now if wanted.active is Active.NOW else presence.week
        found = [one for one in found if one.person.id in there]
    if wanted.state is not None:
        found = [one for one in found if one.place is wanted.state]
    return ordered(found, wanted.order)


def _row(one: Standing) -> list[str | int | float | None]:
    controls, work = one.controls, one.work
    return [
        one.person.pseudonym,
        one.person.role,
        one.state,
        work.answers if work else None,
        controls.right if controls else None,
        controls.answered if controls else None,
        controls.low if controls else None,
        controls.high if controls else None,
        work.seconds if work else None,
        work.last.isoformat() if work else None,
    ]


def _page(
    request: Request, service: Service, caller: Caller, wanted: Wanted, *, link: str = "", link_role: str = ""
) -> Response:
    with service.database.reading() as session:
        with_second_factor = second_factor.everyone_with(session) - {caller.id}
        skills = consensus.skills_of(session, service.project.id, service.schema.rating.name)
    return render(
        request,
        "people.html",
        caller=caller,
        people=_listed(service, wanted),
        wanted=wanted,
        states=[state.value for state in State],
        checks=TITLES,
        skills=skills,
        with_second_factor=with_second_factor,
        minimum=MINIMUM_ITEMS,
        roles=sorted(MAY_INVITE[caller.role]),
        link=link,
        link_role=link_role,
        hours=service.settings.invitation_hours,
    )


def _one(
    request: Request, service: Service, caller: Caller, pseudonym: str, error: AnnotatorError | None = None
) -> Response:
    with service.database.reading() as session:
        person = _volunteer(people.by_pseudonym(session, pseudonym))
        steps = onboarding.standing(session, person.id)
        due = next((each.step for each in steps if each.signed is None), None)
        passed, paused = vetting.passed_by(session, person.id), vetting.pause_of(session, person.id)
        standing = Standing(person, due, passed, paused, withdrawal.departure_of(session, person.id))
        history = pauses.of_person(session, person.id)
        names = people.pseudonyms(session)
    return render(
        request,
        "person.html",
        status=status_of(error) if error is not None else 200,
        caller=caller,
        standing=standing,
        steps=steps,
        step_titles=onboarding_steps.TITLES,
        checks=TITLES,
        required=[(source.value, [TITLES[step] for step in sorted(needed)]) for source, needed in REQUIRED.items()],
        history=history,
        names=names,
        problem=told(error) if error is not None else "",
    )
