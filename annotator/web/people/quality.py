"""The coordinator's page of quality: appeals and pauses, control answers a person, the bank; and gold made into control items."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import Field

from annotator.domain.controls import Placement
from annotator.domain.errors import InputError
from annotator.domain.quality import accuracy_interval
from annotator.domain.words import marked
from annotator.quality import bank, decisions
from annotator.quality.decisions import LONGEST
from annotator.storage import controls, people, project_settings, quality
from annotator.storage.tables import Person
from annotator.storage.tables_quality import QualityPolicy
from annotator.web.frame import contract
from annotator.web.frame.language import told
from annotator.web.frame.numbers import FormNumber
from annotator.web.frame.pages import render
from annotator.web.frame.security import Caller, CoordinatorDep
from annotator.web.frame.service import Service, ServiceDep

pages = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api/v1", tags=["quality"])
_PAUSES, _MOST = 50, 1000


class GoldIn(contract.Strict):
    item: str = Field(min_length=1, max_length=200, description="Public id of a gold item.")


class ControlOut(contract.Done):
    control: str


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Control answers of one person: for seeing who may need help, never for ranking."""

    pseudonym: str
    right: int
    answered: int
    low: float
    high: float


@pages.get("/coordinator/quality")
def quality_page(request: Request, service: ServiceDep, caller: CoordinatorDep, saved: str = "") -> Response:
    return _page(request, service, caller, saved=bool(saved))


@pages.post("/coordinator/quality")
def change_placement(
    request: Request,
    service: ServiceDep,
    caller: CoordinatorDep,
    first: FormNumber,
    rate: Annotated[float, Form()],
    items: FormNumber = 0,
) -> Response:
    """Place control items, and bring the bank to so many."""
    try:
        if not 0 <= items <= _MOST:
            raise InputError(f"{items} is out of bounds.", where="items", mend=f"Give 0 to {_MOST}.")
        placement, now = Placement(first, rate / 100), service.now()
        bank.fill(service.database, service.project, service.schema, items, caller.id, now)
        with service.database.writing() as session:
            bank.ensure_policy(session, service.project, now, placement)
            values = {"control_first": placement.first, "control_rate": placement.rate}
            project_settings.change(session, now, caller.id, service.opened.id, values)
    except InputError as error:
        return _page(request, service, caller, problem=told(error), status=422)
    return RedirectResponse("/coordinator/quality?saved=yes", 303)


@pages.post("/coordinator/quality/{pause}")
def decide_pause(
    request: Request,
    service: ServiceDep,
    caller: CoordinatorDep,
    pause: str,
    decision: Annotated[str, Form(pattern="^(resume|keep)$")],
    reason: Annotated[str, Form(max_length=4000)] = "",
) -> Response:
    resume = decision == "resume"
    try:
        decisions.decide_pause(service.database, caller.id, pause, reason, service.now(), resume=resume)
    except InputError as error:
        return _page(request, service, caller, problem=told(error), status=422)
    return RedirectResponse("/coordinator/quality?saved=yes", 303)


@api.post("/controls", status_code=201, responses=contract.NOT_HERE)
def gold_to_control(body: GoldIn, service: ServiceDep, caller: CoordinatorDep) -> ControlOut:
    """Make a control item of a gold one, with the adjudicated answer as what is expected."""
    made = bank.from_gold(service.database, service.project, body.item, caller.id, service.now())
    return ControlOut(control=made)


def _page(
    request: Request, service: Service, caller: Caller, *, saved: bool = False, problem: str = "", status: int = 200
) -> Response:
    with service.database.reading() as session:
        policy = controls.policy(session, service.opened.id)
        in_bank = controls.bank(session, policy.bank_id) if policy is not None else []
        counts = quality.control_counts(session)
        everyone = people.everyone(session)
        pauses = quality.pauses(session, _PAUSES)
    return render(
        request,
        "quality.html",
        status=status,
        caller=caller,
        policy=policy,
        places=_places(policy),
        bank={
            marked("in use"): sum(control.retired_at is None and item.state == "ready" for control, item in in_bank),
            marked("held now"): sum(control.retired_at is None and item.state == "leased" for control, item in in_bank),
            marked("retired"): sum(control.retired_at is not None for control, _ in in_bank),
            marked("flagged by somebody"): sum(item.state == "quarantined" for _, item in in_bank),
            marked("from gold"): sum(control.origin == "gold" for control, _ in in_bank),
        },
        accuracy=[_accuracy(person, *counts[person.id]) for person in everyone if person.id in counts],
        pauses=pauses,
        fits=bank.fits(service.schema),
        longest=LONGEST,
        saved=saved,
        problem=problem,
    )


def _places(policy: QualityPolicy | None) -> Placement:
    return Placement(policy.control_first, policy.control_rate) if policy is not None else Placement()


def _accuracy(person: Person, right: int, answered: int) -> Accuracy:
    return Accuracy(person.pseudonym, right, answered, *accuracy_interval(right, answered))


router = APIRouter()
router.include_router(api)
router.include_router(pages)
