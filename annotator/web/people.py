"""The coordinator's page of people: invitations, vetting, pauses. Pseudonyms only, in no order of merit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from annotator.domain.errors import AnnotatorError, NotFoundError
from annotator.domain.onboarding import Step
from annotator.domain.roles import MAY_INVITE, Role
from annotator.domain.vetting import REQUIRED, TITLES, VettingStep
from annotator.insight.agreement import MINIMUM_ITEMS
from annotator.people import accounts
from annotator.storage import consensus, onboarding, people, vetting, withdrawal
from annotator.storage.tables import Person
from annotator.storage.tables_people import CoordinatorPause, Departure, Vetting
from annotator.web.errors import status_of
from annotator.web.pages import render
from annotator.web.security import Caller, CoordinatorDep
from annotator.web.service import Service, ServiceDep

router = APIRouter(prefix="/coordinator/people", include_in_schema=False)

_Reason = Annotated[str, Form(max_length=500)]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a person stands: where they are on their way in, what was checked, whether they are paused or have left."""

    person: Person
    next_step: Step | None
    checks: dict[VettingStep, Vetting]
    pause: CoordinatorPause | None
    departure: Departure | None

    @property
    def state(self) -> str:
        """One or two words; the first that holds."""
        person, volunteer = self.person, self.person.role == Role.VOLUNTEER
        words = (
            (self.departure is not None and self.departure.erased, "erased"),
            (volunteer and self.next_step is not None and self.departure is not None, "has left"),
            (self.pause is not None or person.paused_at is not None, "paused"),
            (volunteer and self.next_step is not None, f"coming in: {self.next_step.value if self.next_step else ''}"),
            (volunteer and person.qualified_at is None, "not qualified yet"),
            (volunteer, "qualified"),
        )
        return next((word for holds, word in words if holds), "active")


@router.get("")
def people_page(request: Request, service: ServiceDep, caller: CoordinatorDep) -> Response:
    return _page(request, service, caller)


@router.post("/invitations")
def make_invitation(
    request: Request,
    service: ServiceDep,
    caller: CoordinatorDep,
    role: Annotated[Role, Form()],
    qualified: Annotated[str, Form()] = "",
) -> Response:
    lasts = timedelta(hours=service.settings.invitation_hours)
    token = accounts.invite(service.database, caller.person, role, service.now(), lasts, qualified=qualified == "yes")
    link = f"{str(request.base_url).rstrip('/')}/invitation?token={token}"
    return _page(request, service, caller, link=link, link_role=role.value)


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
    try:
        with service.database.writing() as session:
            person = _volunteer(people.by_pseudonym(session, pseudonym))
            vetting.pause(session, service.now(), caller.id, person.id, reason)
    except AnnotatorError as error:
        return _one(request, service, caller, pseudonym, error)
    return RedirectResponse(f"/coordinator/people/{pseudonym}", 303)


@router.post("/{pseudonym}/resume")
def resume(
    pseudonym: str, request: Request, service: ServiceDep, caller: CoordinatorDep, reason: _Reason = ""
) -> Response:
    """End a pause that a coordinator set."""
    try:
        with service.database.writing() as session:
            person = _volunteer(people.by_pseudonym(session, pseudonym))
            vetting.resume(session, service.now(), caller.id, person.id, reason)
    except AnnotatorError as error:
        return _one(request, service, caller, pseudonym, error)
    return RedirectResponse(f"/coordinator/people/{pseudonym}", 303)


def _volunteer(person: Person | None) -> Person:
    if person is None or person.role != Role.VOLUNTEER:
        raise NotFoundError("There is no such volunteer.")
    return person


def _page(request: Request, service: Service, caller: Caller, *, link: str = "", link_role: str = "") -> Response:
    with service.database.reading() as session:
        checks, pauses, departures = (
            vetting.passed_by_all(session),
            vetting.pauses(session),
            withdrawal.departures(session),
        )
        everyone = people.everyone(session)
        steps = onboarding.next_steps(session, [one.id for one in everyone if one.role == Role.VOLUNTEER])
        everybody = [
            Standing(
                person,
                steps.get(person.id),
                dict(checks.get(person.id, {})),
                pauses.get(person.id),
                departures.get(person.id),
            )
            for person in everyone
        ]
        skills = consensus.skills_of(session, service.schema.rating.name)
    return render(
        request,
        "people.html",
        caller=caller,
        people=everybody,
        checks=TITLES,
        skills=skills,
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
        passed = dict(vetting.passed_by_all(session).get(person.id, {}))
        standing = Standing(
            person, due, passed, vetting.pause_of(session, person.id), withdrawal.departure_of(session, person.id)
        )
        history = vetting.pause_history(session, person.id)
        names = {each.id: each.pseudonym for each in people.everyone(session)}
    return render(
        request,
        "person.html",
        status=status_of(error) if error is not None else 200,
        caller=caller,
        standing=standing,
        steps=steps,
        checks=TITLES,
        required=[(source.value, [TITLES[step] for step in sorted(needed)]) for source, needed in REQUIRED.items()],
        history=history,
        names=names,
        problem=str(error) if error is not None else "",
    )
