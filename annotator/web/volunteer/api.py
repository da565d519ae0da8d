"""The volunteer's half of the HTTP contract: sign in, get an item, answer, skip, flag, undo, pause. Our own page uses the same."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request, Response

from annotator.dispensing import returns
from annotator.dispensing.dispense import Nothing, next_item
from annotator.dispensing.submit import Stored, Submission, submit, text_or_stored
from annotator.dispensing.undo import undo
from annotator.domain.errors import InputError
from annotator.domain.roles import HOME, Role
from annotator.people import sign_in
from annotator.people.tokens import token_hash
from annotator.quality.decisions import assess
from annotator.storage import annotation_log, people
from annotator.studio.results import parse_result
from annotator.web.frame import contract
from annotator.web.frame.lane import in_lane
from annotator.web.frame.security import (
    PUBLIC,
    Caller,
    LeavingDep,
    VolunteerDep,
    clear_cookies,
    place,
    session_token,
    set_cookies,
)
from annotator.web.frame.service import Service, ServiceDep
from annotator.web.items import pictures

_ERRORS: dict[int | str, dict[str, Any]] = {
    code: {"model": contract.ErrorOut, "description": why}
    for code, why in {
        400: "The body is not JSON.",
        401: "Nobody is signed in.",
        403: "Not open to this role, or the token is missing.",
        404: "There is no such thing, or not for you.",
        409: "The lease has ended, or it is not as it was.",
        413: "The body is too large.",
        422: "The body is not of the form asked for.",
        429: "Too many attempts.",
    }.items()
}


def _errors(*codes: int) -> dict[int | str, dict[str, Any]]:
    return {code: _ERRORS[code] for code in codes}


router = APIRouter(prefix="/api/v1", tags=["labelling"])


@router.post("/session", dependencies=[PUBLIC], responses=_errors(400, 401, 403, 413, 422, 429))
def open_session(body: contract.SignIn, request: Request, response: Response, service: ServiceDep) -> contract.Session:
    """Sign in. Gives the cookies `session` and `csrf`; state-changing calls carry the latter's value in `X-CSRF-Token`."""
    signed_in = sign_in.sign_in(
        service.database,
        body.email,
        body.password,
        place(request),
        service.now(),
        key=service.factor_key,
        attempts=service.settings.sign_in_attempts,
        lasts=timedelta(hours=service.settings.session_hours),
        old_token=session_token(request, service),
        code=body.code,
    )
    set_cookies(response, service, signed_in)
    person = signed_in.person
    return contract.Session(pseudonym=person.pseudonym, role=person.role, home=HOME[Role(person.role)])


@router.delete("/session", responses=_errors(401, 403))
def close_session(request: Request, response: Response, service: ServiceDep, caller: LeavingDep) -> contract.Done:
    """Sign out. What is held goes back to the pool."""
    returns.release(service.database, caller.id, service.now())
    sign_in.sign_out(service.database, session_token(request, service))
    clear_cookies(response, service)
    return contract.Done()


@router.post(
    "/next",
    response_model=contract.Next,
    responses={
        204: {
            "description": "Nothing to label now; the header `reason` says why: "
            "`onboarding`, `not_approved`, `quiz`, `not_qualified`, `paused`, `none`, `held` (with `retry-after` in seconds) or `done`; or, always with "
            "`retry-after`, a limit of exposure: `break`, `session_over`, `day_over`, `week_over` or `quiet_hours`."
        },
        **_errors(401, 403),
    },
)
@in_lane
def get_next(service: ServiceDep, caller: VolunteerDep) -> Response | contract.Next:
    """Get the next item. Asking again before answering gives the same lease, which never outlasts the limits of exposure."""
    given = _next(service, caller)
    if isinstance(given, contract.Next):
        return given
    headers = {"reason": given.reason.value}
    if given.retry_after is not None:
        headers["retry-after"] = str(given.retry_after)
    return Response(status_code=204, headers=headers)


def _next(service: Service, caller: Caller) -> contract.Next | contract.Nothing:
    if caller.person.qualified_at is None:
        assess(service.database, service.opened, service.schema, caller.id, service.now())
    given = next_item(service.database, service.opened, service.schema, caller.id, service.now())
    if isinstance(given, Nothing):
        return contract.Nothing(reason=given.reason, retry_after=given.retry_after)
    schema = service.schema
    return contract.Next(
        lease=given.lease_id,
        expires_at=given.expires_at,
        item=contract.ItemOut(
            id=name_of(given.item_id), text=given.text, image=pictures.of_lease(schema, given.lease_id)
        ),
        guideline=contract.GuidelineOut(name=schema.name, version=schema.version, sha256=schema.sha256),
        label_config=service.label_config,
    )


@router.post("/answers", status_code=201, responses=_errors(400, 401, 403, 404, 409, 413, 422))
@in_lane
def post_answer(body: contract.AnswerIn, service: ServiceDep, caller: VolunteerDep) -> contract.AnswerOut:
    """Store an answer once. The same `key` gives the same reply again, whatever became of the lease since. With `then_next` the
    reply brings the next item, or says why there is none, as `POST /next` would; the answer is stored by then, whatever comes of that.
    """
    stored = _store(body, service, caller)
    given = _next(service, caller) if body.then_next else None
    return contract.AnswerOut(
        annotation=stored.annotation_id,
        created=stored.created,
        next=given if isinstance(given, contract.Next) else None,
        nothing=given if isinstance(given, contract.Nothing) else None,
    )


def _store(body: contract.AnswerIn, service: Service, caller: Caller) -> Stored:
    with service.database.glance() as line:
        found = text_or_stored(line, caller.id, body.lease, body.key)
    if isinstance(found, Stored):
        return found
    submission = Submission(
        lease_id=body.lease,
        key=body.key,
        lead_time=body.lead_time,
        result=body.result,
        answer=parse_result(service.schema, found, body.result),
    )
    return submit(service.database, service.opened, service.schema, caller.id, submission, service.now())


@router.post("/skip", responses=_errors(400, 401, 403, 404, 409, 413, 422))
def post_skip(body: contract.LeaseIn, service: ServiceDep, caller: VolunteerDep) -> contract.Done:
    """Give the item back for good, without a reason. It never touches anybody's quality scores."""
    returns.skip(service.database, caller.id, body.lease, service.now())
    return contract.Done()


@router.post("/flag", responses=_errors(400, 401, 403, 404, 413, 422))
def post_flag(body: contract.FlagIn, service: ServiceDep, caller: VolunteerDep) -> contract.Done:
    """Report the item instead of labelling it. Visible personal data and a possible minor quarantine it at once."""
    kind = next((flag for flag in service.schema.flags if flag.value == body.kind), None)
    if kind is None:
        known = ", ".join(flag.value for flag in service.schema.flags)
        raise InputError("There is no such flag.", where="kind", mend=f"Use one of {known}.")
    returns.flag(service.database, caller.id, body.lease, kind, body.note, service.now())
    return contract.Done()


@router.post("/undo", responses=_errors(400, 401, 403, 404, 409, 413, 422))
def post_undo(body: contract.LeaseIn, service: ServiceDep, caller: VolunteerDep) -> contract.Done:
    """Take back a skip, or a flag that did not quarantine, within five minutes and before the next answer: `next` gives the item
    again. What is held meanwhile goes back to the pool. 409 says why it cannot be.
    """
    undo(service.database, service.opened, service.schema, caller.id, body.lease, service.now())
    return contract.Done()


@router.post("/pause", responses=_errors(401, 403))
def post_pause(service: ServiceDep, caller: VolunteerDep) -> contract.Done:
    """Take a break: what is held goes back to the pool."""
    returns.release(service.database, caller.id, service.now())
    return contract.Done()


@router.get("/progress", responses=_errors(401, 403))
def get_progress(request: Request, service: ServiceDep, caller: VolunteerDep) -> contract.Progress:
    """Count the caller's own answers, for their own eyes."""
    now = service.now()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    with service.database.reading() as session:
        opened = people.opened_at(session, token_hash(session_token(request, service)))
        return contract.Progress(
            session=annotation_log.count_since(session, opened, caller.id),
            today=annotation_log.count_since(session, midnight, caller.id),
        )


def name_of(item_id: str) -> str:
    """Return a name for an item, or for a card that must look like one, that says nothing of where it comes from; our own ids are known to nobody outside."""
    return hashlib.blake2b(item_id.encode(), digest_size=10).hexdigest()
