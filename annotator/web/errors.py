"""The one place that turns our errors into HTTP: JSON for the API, a page for people."""

from __future__ import annotations

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from sqlalchemy.exc import DataError
from starlette.exceptions import HTTPException

from annotator.domain import errors
from annotator.web.pages import render

_STATUS: tuple[tuple[type[errors.AnnotatorError], int], ...] = (
    (errors.InputError, 422),
    (errors.NotFoundError, 404),
    (errors.ConflictError, 409),
    (errors.UnauthenticatedError, 401),
    (errors.ForbiddenError, 403),
    (errors.RateLimitedError, 429),
    (errors.StudioUnavailableError, 503),
)


def install(app: FastAPI) -> None:
    """Register the handlers."""
    app.add_exception_handler(errors.AnnotatorError, _ours)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(DataError, _unstorable)


def status_of(error: errors.AnnotatorError) -> int:
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


async def _ours(request: Request, error: Exception) -> Response:
    assert isinstance(error, errors.AnnotatorError)
    status = status_of(error)
    if isinstance(error, errors.UnauthenticatedError) and not _is_api(request) and request.url.path != "/sign-in":
        return RedirectResponse(f"/sign-in?next={request.url.path}", status_code=303)
    where = error.where if isinstance(error, errors.InputError) else ""
    response = _answer(request, status, error.what, where, error.mend)
    if isinstance(error, errors.RateLimitedError):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


async def _validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"] if part != "body")
    return _answer(request, 422, str(first["msg"]), where, "See /docs for the form of this call.")


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    what = "There is no such page." if error.status_code == 404 else str(error.detail)
    response = _answer(request, error.status_code, what, "", "")
    response.headers.update(error.headers or {})
    return response


async def _unstorable(request: Request, error: Exception) -> Response:
    """A value that the database cannot hold, such as a null character, is a slip of the caller's."""
    del error
    return _answer(request, 422, "A value holds characters that can't be stored.", "", "Take out control characters.")


def _answer(request: Request, status: int, what: str, where: str, mend: str) -> Response:
    if _is_api(request):
        return JSONResponse({"error": {"what": what, "where": where, "mend": mend}}, status)
    return render(request, "error.html", status=status, what=what, where=where, mend=mend)


def _is_api(request: Request) -> bool:
    return request.url.path.startswith(("/api/", "/healthz"))
