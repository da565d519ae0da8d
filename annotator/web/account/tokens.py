"""`/me/tokens`: one's own tokens for programs that call the API. A token is shown once, when it is made."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from annotator.domain.errors import AnnotatorError
from annotator.domain.roles import Role
from annotator.domain.scopes import MOST_DAYS, TITLES, held_by
from annotator.people import api_tokens
from annotator.storage import api_tokens as stored
from annotator.web.frame.errors import status_of
from annotator.web.frame.language import told
from annotator.web.frame.numbers import FormNumber
from annotator.web.frame.pages import render
from annotator.web.frame.security import Caller, admit
from annotator.web.frame.service import Service, ServiceDep

router = APIRouter(prefix="/me/tokens", include_in_schema=False)

HoldersDep = Annotated[Caller, admit(*(role for role in Role if held_by(role)))]


@router.get("")
def tokens_page(request: Request, service: ServiceDep, caller: HoldersDep) -> Response:
    return _page(request, service, caller)


@router.post("")
def make_token(
    request: Request,
    service: ServiceDep,
    caller: HoldersDep,
    name: Annotated[str, Form(max_length=200)] = "",
    days: FormNumber = api_tokens.DAYS,
    scope: Annotated[list[str] | None, Form()] = None,
) -> Response:
    try:
        made = api_tokens.make(service.database, caller.person, name, scope or (), service.now(), days=days)
    except AnnotatorError as error:
        return _page(request, service, caller, problem=told(error), status=status_of(error))
    return _page(request, service, caller, secret=made.secret)


@router.post("/{token}/revocation")
def revoke_token(token: str, service: ServiceDep, caller: HoldersDep) -> Response:
    api_tokens.revoke(service.database, caller.id, token, service.now())
    return RedirectResponse("/me/tokens", 303)


def _page(
    request: Request, service: Service, caller: Caller, *, secret: str = "", problem: str = "", status: int = 200
) -> Response:
    with service.database.reading() as session:
        mine = stored.of_person(session, caller.id)
    return render(
        request,
        "tokens.html",
        status=status,
        caller=caller,
        tokens=mine,
        now=service.now(),
        scopes=[(scope.value, TITLES[scope]) for scope in held_by(caller.role)],
        days=api_tokens.DAYS,
        most_days=MOST_DAYS,
        secret=secret,
        problem=problem,
    )
