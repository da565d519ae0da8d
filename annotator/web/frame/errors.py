"""The one place that turns our errors into HTTP: problem details (RFC 9457) for the API, a page for people."""

from __future__ import annotations

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from sqlalchemy import exc
from sqlalchemy.exc import DataError, InterfaceError, OperationalError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from annotator.domain import errors
from annotator.domain.words import marked
from annotator.web.frame.language import told_text
from annotator.web.frame.pages import back_to, render
from annotator.web.frame.problems import problem
from annotator.web.frame.security import leading_to

log = structlog.get_logger(__name__)

_AWAY = (OperationalError, InterfaceError, exc.TimeoutError)
_RETRY_SECONDS = 3

_STATUS: tuple[tuple[type[errors.AnnotatorError], int], ...] = (
    (errors.InputError, 422),
    (errors.NotFoundError, 404),
    (errors.ConflictError, 409),
    (errors.UnauthenticatedError, 401),
    (errors.ForbiddenError, 403),
    (errors.RateLimitedError, 429),
    (errors.StudioUnavailableError, 503),
)

_OF_HTTP = {
    404: (marked("There is no such page."), marked("Look at the address again, or begin at your start page.")),
    405: (
        marked("This address takes what a form sends."),
        marked("Go back to the page with the form, and send it again."),
    ),
}


def install(app: FastAPI) -> None:
    """Register the handlers."""
    app.add_exception_handler(errors.AnnotatorError, _ours)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(DataError, _unstorable)
    for kind in _AWAY:
        app.add_exception_handler(kind, _away)


def status_of(error: errors.AnnotatorError) -> int:
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


async def _ours(request: Request, error: Exception) -> Response:
    assert isinstance(error, errors.AnnotatorError)
    status = status_of(error)
    if isinstance(error, errors.UnauthenticatedError) and not _is_api(request) and request.url.path != "/sign-in":
        return RedirectResponse(leading_to("/sign-in", back_to(request)), status_code=303)
    if isinstance(error, errors.SecondFactorMissingError) and not _is_api(request):
        return RedirectResponse("/me/second-factor", status_code=303)
    where = error.where if isinstance(error, errors.InputError) else ""
    response = await _answer(request, status, error.what, where, error.mend)
    if isinstance(error, errors.RateLimitedError):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


async def _validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"] if part != "body")
    if _is_api(request):
        return await _answer(request, 422, str(first["msg"]), where, marked("See /docs for the form of this call."))
    what = marked("The address or the form holds a value that is not taken.")
    return await _answer(request, 422, what, where, marked("Go back, and choose from what is there."))


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    what, mend = _OF_HTTP.get(error.status_code, (str(error.detail), ""))
    if _is_api(request):  # whoever calls it has no page to go back to
        what, mend = what if error.status_code == 404 else str(error.detail), ""
    response = await _answer(request, error.status_code, what, "", mend)
    response.headers.update(error.headers or {})
    return response


async def _unstorable(request: Request, error: Exception) -> Response:
    """A value that the database cannot hold, such as a null character, is a slip of the caller's."""
    del error
    return await _answer(
        request,
        422,
        marked("A value holds characters that can't be stored."),
        "",
        marked("Take out control characters."),
    )


async def _away(request: Request, error: Exception) -> Response:
    """The database is down, out of reach or out of room: nothing is lost, and the same request works once it is back."""
    log.error("database away", kind=type(error).__name__, reason=str(getattr(error, "orig", "")).partition("\n")[0])
    what = marked("The database can't be reached or written to just now.")
    response = await _answer(
        request, 503, what, "", marked("Try again in a moment. An answer that is sent again is stored once.")
    )
    response.headers["Retry-After"] = str(_RETRY_SECONDS)
    return response


async def _answer(request: Request, status: int, what: str, where: str, mend: str) -> Response:
    what, mend = told_text(what), told_text(mend)
    if _is_api(request):
        return problem(status, what, where, mend)
    # a page asks the database, which may be away
    return await run_in_threadpool(render, request, "error.html", status=status, what=what, where=where, mend=mend)


def _is_api(request: Request) -> bool:
    return request.url.path.startswith(("/api/", "/healthz"))
