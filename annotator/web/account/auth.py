"""Pages for signing in and out, with a second step for those who have a second factor, and for accepting an invitation.

They work without JavaScript.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from annotator.dispensing import returns
from annotator.domain.errors import AnnotatorError, SecondFactorNeededError
from annotator.domain.roles import HOME
from annotator.people import accounts, second_factor, sign_in
from annotator.people.sign_in import SignedIn
from annotator.storage.tables import Person
from annotator.web.account.look import speak_as_chosen
from annotator.web.frame.errors import status_of
from annotator.web.frame.language import told
from annotator.web.frame.pages import render
from annotator.web.frame.security import (
    LONGEST_PATH,
    PUBLIC,
    LeavingDep,
    MaybeCallerDep,
    clear_cookies,
    inside,
    leading_to,
    place,
    session_token,
    set_cookies,
)
from annotator.web.frame.service import Service, ServiceDep

router = APIRouter(include_in_schema=False)

HALF_WAY_COOKIE = "half_way"
_CODE_PATH = "/sign-in/code"
_Email = Annotated[str, Form(max_length=254)]
_Password = Annotated[str, Form(max_length=256)]
_Next = Annotated[str, Form(max_length=LONGEST_PATH)]


@router.get("/", dependencies=[PUBLIC])
def start(caller: MaybeCallerDep) -> RedirectResponse:
    """Send everybody to where they start from."""
    return RedirectResponse(HOME[caller.role] if caller is not None else "/sign-in", 303)


@router.get("/sign-in", dependencies=[PUBLIC])
def sign_in_page(request: Request, service: ServiceDep, next: str = "") -> Response:  # noqa: A002  the usual name in an address
    return _page(request, service, next_path=next)


@router.post("/sign-in", dependencies=[PUBLIC])
def sign_in_form(
    request: Request,
    service: ServiceDep,
    email: _Email,
    password: _Password,
    next: _Next = "",  # noqa: A002
) -> Response:
    try:
        signed_in = sign_in.sign_in(
            service.database,
            email,
            password,
            place(request),
            service.now(),
            key=service.factor_key,
            attempts=service.settings.sign_in_attempts,
            lasts=_lasts(service),
            old_token=session_token(request, service),
        )
    except SecondFactorNeededError as needed:
        return _half_way(service, needed.person_id, next)
    except AnnotatorError as error:
        return _page(request, service, next_path=next, problem=error, email=email)
    return _inside_with(service, signed_in, next)


@router.get("/sign-in/code", dependencies=[PUBLIC])
def code_page(request: Request, next: str = "") -> Response:  # noqa: A002
    return render(request, "sign_in_code.html", problem="", next=inside(next))


@router.post("/sign-in/code", dependencies=[PUBLIC])
def code_form(
    request: Request,
    service: ServiceDep,
    code: Annotated[str, Form(max_length=40)],
    next: _Next = "",  # noqa: A002
) -> Response:
    half_way, old = request.cookies.get(HALF_WAY_COOKIE, ""), session_token(request, service)
    try:
        signed_in = sign_in.with_code(
            service.database, service.factor_key, half_way, code, service.now(), _lasts(service), old
        )
    except AnnotatorError as error:
        return render(request, "sign_in_code.html", status=status_of(error), problem=told(error), next=inside(next))
    response = _inside_with(service, signed_in, next)
    response.delete_cookie(HALF_WAY_COOKIE, path=_CODE_PATH)
    return response


@router.post("/sign-out")
def sign_out_form(request: Request, service: ServiceDep, caller: LeavingDep) -> Response:
    returns.release(service.database, caller.id, service.now())
    sign_in.sign_out(service.database, session_token(request, service))
    response = RedirectResponse("/sign-in", 303)
    clear_cookies(response, service)
    return response


@router.get("/invitation", dependencies=[PUBLIC])
def invitation_page(request: Request, service: ServiceDep, token: str = "") -> Response:
    return render(
        request, "invitation.html", token=token, problem="", email="", provider=service.settings.oidc_name_if_any
    )


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
        shown = {"token": token, "problem": told(error), "email": email, "provider": service.settings.oidc_name_if_any}
        return render(request, "invitation.html", status=status_of(error), **shown)
    return entered(request, service, person, "")


def entered(request: Request, service: Service, person: Person, next_path: str) -> Response:
    """Let in somebody who has shown who they are: at once, or after a code where they have a second factor."""
    if second_factor.enrolled(service.database, person.id):
        return _half_way(service, person.id, next_path)
    old = session_token(request, service)
    signed_in = sign_in.open_session(service.database, person, service.now(), _lasts(service), old)
    return _inside_with(service, signed_in, next_path)


def _half_way(service: Service, person_id: str, next_path: str) -> Response:
    token = sign_in.wait_for_code(service.database, person_id, service.now())
    response = RedirectResponse(leading_to(_CODE_PATH, next_path), 303)
    age, secure = int(sign_in.HALF_WAY.total_seconds()), service.settings.secure_cookies
    response.set_cookie(
        HALF_WAY_COOKIE, token, max_age=age, path=_CODE_PATH, httponly=True, samesite="strict", secure=secure
    )
    return response


def _inside_with(service: Service, signed_in: SignedIn, next_path: str) -> Response:
    response = RedirectResponse(inside(next_path) or HOME[sign_in.role_of(signed_in)], 303)
    set_cookies(response, service, signed_in)
    speak_as_chosen(response, service, signed_in.person.id)
    return response


def _page(
    request: Request, service: Service, *, next_path: str, problem: AnnotatorError | None = None, email: str = ""
) -> Response:
    return render(
        request,
        "sign_in.html",
        status=status_of(problem) if problem is not None else 200,
        problem=told(problem) if problem is not None else "",
        email=email,
        next=inside(next_path),
        provider=service.settings.oidc_name_if_any,
    )


def _lasts(service: Service) -> timedelta:
    return timedelta(hours=service.settings.session_hours)
