"""`/me/second-factor`: setting a second factor up, new recovery codes, taking it away; and the reset by another coordinator."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from markupsafe import Markup

from annotator.domain.errors import AnnotatorError, NotFoundError
from annotator.people import second_factor, sign_in
from annotator.storage import people, second_factor as stored
from annotator.web.frame.errors import status_of
from annotator.web.frame.language import told
from annotator.web.frame.pages import render
from annotator.web.frame.security import Caller, CoordinatorDep, LeavingDep, set_cookies
from annotator.web.frame.service import Service, ServiceDep

router = APIRouter(include_in_schema=False)
_Code = Annotated[str, Form(max_length=40)]


@router.get("/me/second-factor")
def second_factor_page(request: Request, service: ServiceDep, caller: LeavingDep) -> Response:
    return _page(request, service, caller)


@router.post("/me/second-factor")
def begin(request: Request, service: ServiceDep, caller: LeavingDep) -> Response:
    """Make a secret and show it; nothing counts until a code of it comes back."""
    try:
        second_factor.begin(service.database, service.factor_key, caller.id, service.now())
    except AnnotatorError as error:
        return _page(request, service, caller, problem=error)
    return RedirectResponse("/me/second-factor", 303)


@router.post("/me/second-factor/confirmation")
def confirm(request: Request, service: ServiceDep, caller: LeavingDep, code: _Code) -> Response:
    """Finish; this browser goes on in a new session, every other one has to sign in again."""
    try:
        codes = second_factor.finish(service.database, service.factor_key, caller.id, code, service.now())
    except AnnotatorError as error:
        return _page(request, service, caller, problem=error)
    lasts = timedelta(hours=service.settings.session_hours)
    signed_in = sign_in.open_session(service.database, caller.person, service.now(), lasts)
    response = _page(request, service, Caller(caller.person, signed_in.csrf), codes=codes)
    set_cookies(response, service, signed_in)
    return response


@router.post("/me/second-factor/recovery-codes")
def renew(request: Request, service: ServiceDep, caller: LeavingDep, code: _Code) -> Response:
    try:
        codes = second_factor.renew_codes(service.database, service.factor_key, caller.id, code, service.now())
    except AnnotatorError as error:
        return _page(request, service, caller, problem=error)
    return _page(request, service, caller, codes=codes)


@router.post("/me/second-factor/removal")
def remove(request: Request, service: ServiceDep, caller: LeavingDep, code: _Code) -> Response:
    try:
        second_factor.remove(service.database, service.factor_key, caller.id, code, service.now())
    except AnnotatorError as error:
        return _page(request, service, caller, problem=error)
    return RedirectResponse("/me/second-factor", 303)


@router.post("/coordinator/people/{pseudonym}/second-factor-reset")
def reset(pseudonym: str, service: ServiceDep, caller: CoordinatorDep) -> Response:
    """Take away the second factor of somebody who has lost it."""
    with service.database.reading() as session:
        person = people.by_pseudonym(session, pseudonym)
    if person is None:
        raise NotFoundError("There is nobody of that pseudonym.")
    second_factor.reset(service.database, caller.person, person, service.now())
    return RedirectResponse("/coordinator/people", 303)


def _page(
    request: Request,
    service: Service,
    caller: Caller,
    *,
    problem: AnnotatorError | None = None,
    codes: list[str] | None = None,
) -> Response:
    with service.database.reading() as session:
        row = stored.of(session, caller.id)
        left = stored.recovery_left(session, caller.id)
    secret = second_factor.pending_secret(service.database, service.factor_key, caller.id) or ""
    picture = second_factor.picture(secret, caller.person.pseudonym) if secret else ""
    return render(
        request,
        "second_factor.html",
        status=status_of(problem) if problem is not None else 200,
        caller=caller,
        enrolled=row.confirmed_at if row is not None else None,
        duty=service.settings.second_factor_duty and caller.role in second_factor.BOUND,
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        picture=Markup(picture),  # noqa: S704  made by the QR library from our own address, which it encodes as squares
        codes=codes or [],
        left=left,
        problem=told(problem) if problem is not None else "",
    )
