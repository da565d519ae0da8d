"""What every response carries, and how large a request may be. Plain ASGI, so that nothing is buffered."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from annotator.settings import Settings
from annotator.web.frame.problems import problem

STRICT_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
MAX_BODY = 2_000_000
MAX_UPLOAD = 512_000_000
_UPLOAD_PATHS = ("/coordinator/postings", "/api/v1/postings")
_UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class SecurityHeaders:
    """Adds the strict content security policy, where the route has set none of its own, and its companions."""

    def __init__(self, app: ASGIApp, *, secure: bool = False) -> None:
        self._app, self._secure = app, secure

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
                if self._secure:
                    headers["Strict-Transport-Security"] = "max-age=31536000"
            await send(message)

        await self._app(scope, receive, send_with_headers)


class RequestGuard:
    """Refuses, before anything reads them: requests to a host that is not ours, requests that another site started, bodies that
    are too large. `hosts` are the hosts that are ours; none means any.
    """

    def __init__(self, app: ASGIApp, hosts: frozenset[str] = frozenset()) -> None:
        self._app, self._hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers, unsafe = Headers(scope=scope), scope["method"] in _UNSAFE
        limit = MAX_UPLOAD if scope["path"] in _UPLOAD_PATHS else MAX_BODY
        length = headers.get("content-length", "0")
        if "transfer-encoding" in headers and "content-length" in headers:
            refused = problem(400, "The length of the body is told in two ways.")
            refused.headers["Connection"] = "close"  # what follows may be a request that a proxy has not seen
            await refused(scope, receive, send)
        elif self._hosts and headers.get("host", "") not in self._hosts:
            await problem(400, "That is not the address of this service.")(scope, receive, send)
        elif unsafe and not _same_site(headers):
            await problem(403, "The request came from another site.")(scope, receive, send)
        elif not (length.isascii() and length.isdecimal()):
            await problem(400, "The length of the body is no number.")(scope, receive, send)
        elif int(length) > limit:
            await problem(413, f"The body is larger than {limit:,} bytes.")(scope, receive, send)
        else:
            await self._app(scope, _counted(receive, limit), send)


def hosts_of(settings: Settings) -> frozenset[str]:
    """Return the values of `Host` that are ours: the public one, and the machine itself for health checks and a proxy beside us."""
    if not settings.public_url:
        return frozenset()
    here = {f"{name}:{settings.port}" for name in ("127.0.0.1", "localhost", "[::1]", settings.host)}
    return frozenset({urlsplit(settings.public_url).netloc, *here})


def _same_site(headers: Headers) -> bool:
    """Say whether our own page, or nobody's, started a request. Our pages send no referrer, so their forms' origin is `null`."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin", "null")
    if site is not None:
        return site in {"same-origin", "none"}
    return origin == "null" or urlsplit(origin).netloc == headers.get("host", "")


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
