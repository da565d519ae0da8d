"""`/sign-in/provider`: away to the OpenID provider of the settings, and back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from annotator.domain.errors import AnnotatorError, NotFoundError, UnauthenticatedError
from annotator.people import outside
from annotator.people.outside import Provider
from annotator.web.account.auth import entered
from annotator.web.frame.errors import status_of
from annotator.web.frame.language import told
from annotator.web.frame.pages import render
from annotator.web.frame.security import PUBLIC, inside
from annotator.web.frame.service import Service, ServiceDep

router = APIRouter(prefix="/sign-in/provider", include_in_schema=False)

COOKIE = "provider"
_PATH = "/sign-in/provider"
_Word = Annotated[str, Query(max_length=2000)]


@router.get("", dependencies=[PUBLIC])
def go(request: Request, service: ServiceDep, next: _Word = "", token: _Word = "") -> Response:  # noqa: A002
    """Send the browser to the provider."""
    departure = outside.depart(
        service.database, _provider(request, service), service.now(), invitation=token, next_path=inside(next)
    )
    response = RedirectResponse(departure.address, 303)
    age, secure = int(outside.AWAY.total_seconds()), service.settings.secure_cookies
    response.set_cookie(COOKIE, departure.cookie, max_age=age, path=_PATH, httponly=True, samesite="lax", secure=secure)
    return response


@router.get("/back", dependencies=[PUBLIC])
def back(request: Request, service: ServiceDep, state: _Word = "", code: _Word = "", error: _Word = "") -> Response:
    """Take the browser back and open a session, if all agrees."""
    provider, cookie = _provider(request, service), request.cookies.get(COOKIE, "")
    try:
        if error or not code:
            raise UnauthenticatedError("The provider did not sign you in.", mend="Try again.")
        found = outside.come_back(service.database, provider, state, code, cookie, service.now())
    except AnnotatorError as problem:
        shown = {"problem": told(problem), "email": "", "next": "", "provider": service.settings.oidc_name_if_any}
        response: Response = render(request, "sign_in.html", status=status_of(problem), **shown)
    else:
        response = entered(request, service, found.person, found.next)
    response.delete_cookie(COOKIE, path=_PATH)
    return response


def _provider(request: Request, service: Service) -> Provider:
    settings = service.settings
    if not settings.oidc_issuer:
        raise NotFoundError("There is no such page.")
    base = settings.public_url or str(request.base_url).rstrip("/")
    return Provider(
        settings.oidc_issuer,
        settings.oidc_client_id,
        settings.oidc_client_secret.get_secret_value(),
        base + outside.BACK,
    )
