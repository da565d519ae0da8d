"""A problem as the API sends it: the details of RFC 9457, with our three parts (what, where, mend) as `error`."""

from __future__ import annotations

from http import HTTPStatus

from fastapi.responses import JSONResponse

MEDIA_TYPE = "application/problem+json"


def problem(status: int, what: str, where: str = "", mend: str = "") -> JSONResponse:
    """Return the response for something that went wrong."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": f"{where}: {what} {mend}".strip() if where else f"{what} {mend}".strip(),
        "error": {"what": what, "where": where, "mend": mend},
    }
    return JSONResponse(body, status, media_type=MEDIA_TYPE)
