"""Pages for signing in and out, and for accepting an invitation. They work without JavaScript."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from annotator.dispensing import returns
from annotator.domain.errors import AnnotatorError
from annotator.domain.roles import HOME
from annotator.people import accounts, sign_in
from annotator.web.errors import status_of
from annotator.web.pages import render
from annotator.web.security import (
    PUBLIC,
    SESSION_COOKIE,
    AnyoneSignedInDep,
    MaybeCallerDep,
    clear_cookies,
    place,
    set_cookies,
)
from annotator.web.service import Service, ServiceDep

router = APIRouter(include_in_schema=False)

_Email = Annotated[str, Form(max_length=254)]
_Password = Annotated[str, Form(max_length=256)]


@router.get("/", dependencies=[PUBLIC])
def start(caller: MaybeCallerDep) -> RedirectResponse:
    """Send everybody to where they start from."""
    return RedirectResponse(HOME[caller.role] if caller is not None else "/sign-in", 303)


@router.get("/sign-in", dependencies=[PUBLIC])
def sign_in_page(request: Request, next: str = "") -> Response:  # noqa: A002  the usual name in an address
    return render(request, "sign_in.html", problem="", email="", next=_inside(next))


@router.post("/sign-in", dependencies=[PUBLIC])
def sign_in_form(
    request: Request,
    service: ServiceDep,
    email: _Email,
    password: _Password,
    next: Annotated[str, Form()] = "",  # noqa: A002
) -> Response:
    try:
        signed_in = sign_in.sign_in(
            service.database,
            email,
            password,
            place(request),
            service.now(),
            attempts=service.settings.sign_in_attempts,
            lasts=_lasts(service),
            old_token=request.cookies.get(SESSION_COOKIE),
        )
    except AnnotatorError as error:
        return render(
            request, "sign_in.html", status=status_of(error), problem=str(error), email=email, next=_inside(next)
        )
    response = RedirectResponse(_inside(next) or HOME[sign_in.role_of(signed_in)], 303)
    set_cookies(response, service, signed_in)
    return response


@router.post("/sign-out")
def sign_out_form(request: Request, service: ServiceDep, caller: AnyoneSignedInDep) -> Response:
    returns.release(service.database, caller.id, service.now())
    sign_in.sign_out(service.database, request.cookies[SESSION_COOKIE])
    response = RedirectResponse("/sign-in", 303)
    clear_cookies(response)
    return response


@router.get("/invitation", dependencies=[PUBLIC])
def invitation_page(request: Request, token: str = "") -> Response:
    return render(request, "invitation.html", token=token, problem="", email="")


@router.post("/invitation", dependencies=[PUBLIC])
def invitation_form(
    request: Request,
    service: ServiceDep,
    token: Annotated[str, Form(max_length=100)],
    email: _Email,
    password: _Password,
) -> Response:
    try:
        person = accounts.accept(service.database, token, accounts.Credentials(email, password), service.now())
    except AnnotatorError as error:
        return render(request, "invitation.html", status=status_of(error), token=token, problem=str(error), email=email)
    signed_in = sign_in.open_session(service.database, person, service.now(), _lasts(service))
    response = RedirectResponse(HOME[sign_in.role_of(signed_in)], 303)
    set_cookies(response, service, signed_in)
    return response


def _lasts(service: Service) -> timedelta:
    return timedelta(hours=service.settings.session_hours)


def _inside(path: str) -> str:
    """Return the path if it stays on this site, so that a crafted link can't send people elsewhere."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else ""
