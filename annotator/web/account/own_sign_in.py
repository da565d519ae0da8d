"""`/me/sign-in`: one's password, and the sessions that are open in one's name."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from annotator.domain.errors import AnnotatorError
from annotator.people import own_sign_in, second_factor, sign_in
from annotator.people.tokens import token_hash
from annotator.storage import people
from annotator.web.frame.errors import status_of
from annotator.web.frame.language import told
from annotator.web.frame.pages import render
from annotator.web.frame.security import Caller, LeavingDep, session_token, set_cookies
from annotator.web.frame.service import Service, ServiceDep

router = APIRouter(include_in_schema=False)
_Password = Annotated[str, Form(max_length=256)]


@router.get("/me/sign-in")
def page(request: Request, service: ServiceDep, caller: LeavingDep, changed: str = "") -> Response:
    return _page(request, service, caller, changed=bool(changed))


@router.post("/me/sign-in/password")
def change_password(
    request: Request,
    service: ServiceDep,
    caller: LeavingDep,
    current: _Password,
    new: _Password,
    code: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Change the password; this browser goes on in a new session, every other one has to sign in again."""
    try:
        own_sign_in.change_password(service.database, service.factor_key, caller.id, current, new, code, service.now())
    except AnnotatorError as error:
        return _page(request, service, caller, problem=error)
    lasts = timedelta(hours=service.settings.session_hours)
    response = RedirectResponse("/me/sign-in?changed=yes", 303)
    set_cookies(response, service, sign_in.open_session(service.database, caller.person, service.now(), lasts))
    return response


@router.post("/me/sign-in/other-sessions")
def end_others(request: Request, service: ServiceDep, caller: LeavingDep) -> Response:
    own_sign_in.end_others(service.database, caller.id, session_token(request, service), service.now())
    return RedirectResponse("/me/sign-in", 303)


def _page(
    request: Request,
    service: Service,
    caller: Caller,
    *,
    problem: AnnotatorError | None = None,
    changed: bool = False,
) -> Response:
    with service.database.reading() as session:
        has_password = people.identity_of(session, caller.id) is not None
    return render(
        request,
        "own_sign_in.html",
        status=status_of(problem) if problem is not None else 200,
        caller=caller,
        has_password=has_password,
        enrolled=second_factor.enrolled(service.database, caller.id),
        sessions=own_sign_in.sessions(service.database, caller.id, service.now()),
        mine=token_hash(session_token(request, service)),
        provider=service.settings.oidc_name_if_any,
        problem=told(problem) if problem is not None else "",
        changed=changed,
    )
