"""Leaving, in two steps: choose and read what will happen, then confirm. No reason is asked."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from annotator.dispensing.withdrawal import leave
from annotator.people.erasure import erase_account
from annotator.storage import annotation_log, releases, withdrawal
from annotator.web.frame.language import say
from annotator.web.frame.pages import render
from annotator.web.frame.security import Caller, VolunteerDep, clear_cookies
from annotator.web.frame.service import Service, ServiceDep

router = APIRouter(prefix="/me/leave", include_in_schema=False)


class Answers(StrEnum):
    KEEP = "keep"
    WITHDRAW = "withdraw"


class Account(StrEnum):
    KEEP = "keep"
    ERASE = "erase"


_Answers = Annotated[Answers, Form()]
_Account = Annotated[Account, Form()]


@router.get("")
def choose(request: Request, service: ServiceDep, caller: VolunteerDep) -> Response:
    return _page(request, service, caller)


@router.post("")
def confirm(
    request: Request, service: ServiceDep, caller: VolunteerDep, answers: _Answers, account: _Account
) -> Response:
    """Say what will happen. Nothing has happened yet."""
    return _page(request, service, caller, (answers, account))


@router.post("/now")
def go(
    request: Request,
    service: ServiceDep,
    caller: VolunteerDep,
    answers: _Answers,
    account: _Account,
    sure: Annotated[str, Form(max_length=8)] = "",
) -> Response:
    """Do what was chosen, once it was confirmed."""
    if sure != "yes":
        problem = say("Tick the box if you are sure. Nothing has happened yet.")
        return _page(request, service, caller, (answers, account), problem)
    now = service.now()
    gone = leave(service.database, service.schema, caller.id, now, withdraw_answers=answers is Answers.WITHDRAW)
    if account is Account.KEEP:
        return RedirectResponse(f"/me/leave?left={answers.value}", 303)
    erase_account(service.database, caller.id, now)
    page = render(request, "left.html", gone=gone, answers=answers.value)
    clear_cookies(page, service)
    return page


def _page(
    request: Request,
    service: Service,
    caller: Caller,
    chosen: tuple[Answers, Account] | None = None,
    problem: str = "",
) -> Response:
    with service.database.reading() as session:
        count = annotation_log.count_since(session, caller.person.created_at, caller.id)
        departure = withdrawal.departure_of(session, caller.id)
        frozen = [release.version for release in releases.all_of(session, service.opened.id)]
    return render(
        request,
        "leave.html",
        status=422 if problem else 200,
        caller=caller,
        count=count,
        chosen=chosen,
        frozen=frozen,
        left=request.query_params.get("left", "") if departure is not None else "",
        problem=problem,
    )
