"""How the pages look and what they speak: kept in this browser, and the language in the account of who is signed in as well."""

from __future__ import annotations

import hmac
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse, Response

from annotator.storage import people
from annotator.web.frame.language import COOKIE, LANGUAGES
from annotator.web.frame.pages import LOOK_COOKIE, LOOKS
from annotator.web.frame.security import LONGEST_PATH, PUBLIC, MaybeCallerDep, inside
from annotator.web.frame.service import Service, ServiceDep

router = APIRouter(include_in_schema=False)

_YEAR = 365 * 24 * 3600
_Word = Annotated[str, Form(max_length=16)]


@router.post("/look", dependencies=[PUBLIC])
def choose_look(
    service: ServiceDep,
    caller: MaybeCallerDep,
    language: _Word = "",
    look: _Word = "",
    csrf: Annotated[str, Form(max_length=100)] = "",
    back: Annotated[str, Form(max_length=LONGEST_PATH)] = "",
) -> Response:
    """Keep a choice and go back. What is not ours to offer is passed over."""
    response = RedirectResponse(inside(back) or "/", 303)
    if language in LANGUAGES:
        _keep(response, service, COOKIE, language)
        if caller is not None and hmac.compare_digest(csrf.encode(), caller.csrf.encode()):
            with service.database.writing() as session:
                people.choose_language(session, caller.id, language)
    if look in LOOKS:
        _keep(response, service, LOOK_COOKIE, look)
    elif look:
        response.delete_cookie(LOOK_COOKIE)
    return response


def speak_as_chosen(response: Response, service: Service, person_id: str) -> None:
    """Give the browser the language that somebody who signs in chose before, wherever that was."""
    with service.database.reading() as session:
        language = people.language_of(session, person_id)
    if language in LANGUAGES:
        _keep(response, service, COOKIE, language)


def _keep(response: Response, service: Service, name: str, value: str) -> None:
    secure = service.settings.secure_cookies
    response.set_cookie(name, value, max_age=_YEAR, httponly=True, samesite="lax", secure=secure)
