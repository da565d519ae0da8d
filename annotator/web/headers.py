"""What every response carries, and how large a request may be. Plain ASGI, so that nothing is buffered."""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

STRICT_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
MAX_BODY = 2_000_000
MAX_UPLOAD = 512_000_000
_UPLOAD_PATHS = ("/coordinator/postings",)
_UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class SecurityHeaders:
    """Adds the strict content security policy, where the route has set none of its own, and its companions."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Content-Security-Policy", STRICT_CSP)
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "no-referrer"
                headers["Cross-Origin-Opener-Policy"] = "same-origin"
                headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, send_with_headers)


class RequestGuard:
    """Refuses requests that another site started, and bodies that are too large, before anything reads them."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in _UNSAFE:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        limit = MAX_UPLOAD if scope["path"] in _UPLOAD_PATHS else MAX_BODY
        if headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
            await _refuse(403, "The request came from another site.")(scope, receive, send)
        elif int(headers.get("content-length", "0") or 0) > limit:
            await _refuse(413, f"The body is larger than {limit:,} bytes.")(scope, receive, send)
        else:
            await self._app(scope, _counted(receive, limit), send)


class BodyTooLargeError(HTTPException):
    """A body without a declared length went over the limit."""

    def __init__(self, limit: int) -> None:
        super().__init__(413, f"The body is larger than {limit:,} bytes.")


def _counted(receive: Receive, limit: int) -> Receive:
    seen = 0

    async def counting() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise BodyTooLargeError(limit)
        return message

    return counting


def _refuse(status: int, what: str) -> JSONResponse:
    return JSONResponse({"error": {"what": what, "where": "", "mend": ""}}, status)
