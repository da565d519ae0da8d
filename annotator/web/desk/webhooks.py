"""`/coordinator/webhooks`: where events go, and the dead letters."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from annotator.domain.errors import AnnotatorError
from annotator.domain.webhooks import TITLES
from annotator.storage import webhooks
from annotator.web.frame.errors import status_of
from annotator.web.frame.language import told
from annotator.web.frame.pages import render
from annotator.web.frame.security import Caller, CoordinatorDep
from annotator.web.frame.service import Service, ServiceDep
from annotator.webhooks.endpoints import Endpoints

router = APIRouter(prefix="/coordinator/webhooks", include_in_schema=False)

_SHOWN = 100


@router.get("")
def webhooks_page(request: Request, service: ServiceDep, caller: CoordinatorDep) -> Response:
    return _page(request, service, caller)


@router.post("")
def add_endpoint(
    request: Request,
    service: ServiceDep,
    caller: CoordinatorDep,
    url: Annotated[str, Form(max_length=2000)] = "",
    event: Annotated[list[str] | None, Form()] = None,
) -> Response:
    try:
        private = service.settings.webhooks_private
        secret = _endpoints(service, caller).add(url, event or (), service.now(), private=private)
    except AnnotatorError as error:
        return _page(request, service, caller, problem=told(error), status=status_of(error))
    return _page(request, service, caller, secret=secret)


@router.post("/{endpoint}/secret")
def rotate_secret(request: Request, endpoint: str, service: ServiceDep, caller: CoordinatorDep) -> Response:
    return _page(request, service, caller, secret=_endpoints(service, caller).rotate(endpoint, service.now()))


@router.post("/{endpoint}/pause")
def pause_endpoint(endpoint: str, service: ServiceDep, caller: CoordinatorDep) -> Response:
    _endpoints(service, caller).pause(endpoint, service.now())
    return _back()


@router.post("/{endpoint}/resume")
def resume_endpoint(endpoint: str, service: ServiceDep, caller: CoordinatorDep) -> Response:
    _endpoints(service, caller).resume(endpoint, service.now())
    return _back()


@router.post("/{endpoint}/removal")
def remove_endpoint(endpoint: str, service: ServiceDep, caller: CoordinatorDep) -> Response:
    _endpoints(service, caller).remove(endpoint, service.now())
    return _back()


@router.post("/letters/{letter}")
def decide_letter(
    letter: str,
    service: ServiceDep,
    caller: CoordinatorDep,
    decision: Annotated[str, Form(pattern="^(redeliver|discard)$")],
) -> Response:
    """Try a dead letter anew, or throw it away."""
    mine = _endpoints(service, caller)
    (mine.redeliver if decision == "redeliver" else mine.discard)(letter, service.now())
    return _back()


def _endpoints(service: Service, caller: Caller) -> Endpoints:
    return Endpoints(service.database, service.opened.id, caller.id)


def _back() -> Response:
    return RedirectResponse("/coordinator/webhooks", 303)


def _page(
    request: Request, service: Service, caller: Caller, *, secret: str = "", problem: str = "", status: int = 200
) -> Response:
    with service.database.reading() as session:
        found = webhooks.endpoints(session, service.opened.id)
        counts = webhooks.counts(session)
        letters = webhooks.dead_letters(session, service.opened.id, _SHOWN)
    return render(
        request,
        "webhooks.html",
        status=status,
        caller=caller,
        endpoints=[(one, *counts.get(one.id, (0, 0))) for one in found],
        letters=letters,
        events=[(event.value, title) for event, title in TITLES.items()],
        secret=secret,
        problem=problem,
    )
