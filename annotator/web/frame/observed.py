"""What is seen of each request from outside: an id, one log line, two metrics. Paths go by their pattern, people not at all."""

from __future__ import annotations

import time

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from annotator.domain.ids import new_id

log = structlog.get_logger(__name__)

HEADER = "X-Request-ID"
_QUIET = frozenset({"/healthz", "/metrics"})
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_BUCKETS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)


class Seen:
    """The metrics of one process; each process of several is read for itself."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "annotator_requests", "Requests answered.", ("method", "route", "status"), registry=self.registry
        )
        self.seconds = Histogram(
            "annotator_request_seconds",
            "Seconds from a request's arrival to the end of its answer.",
            ("method", "route"),
            buckets=_BUCKETS,
            registry=self.registry,
        )

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        method = method if method in _METHODS else "other"
        self.requests.labels(method, route, str(status)).inc()
        self.seconds.labels(method, route).observe(seconds)


class Observed:
    """Gives each request an id, which its answer, its log lines and its error page bear, and counts it."""

    def __init__(self, app: ASGIApp, seen: Seen) -> None:
        self._app, self._seen = app, seen

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status, request_id = time.perf_counter(), 500, new_id()
        scope.setdefault("state", {})["request_id"] = request_id

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request=request_id)
        try:
            await self._app(scope, receive, send_with_id)
        except Exception:
            log.exception("request failed", method=scope["method"], route=route_of(scope))
            raise
        finally:
            seconds = time.perf_counter() - began
            self._seen.count(scope["method"], route_of(scope), status, seconds)
            if scope["path"] not in _QUIET:
                shown = {"method": scope["method"], "route": route_of(scope), "status": status}
                log.info("request", **shown, ms=round(1000 * seconds, 1))


def route_of(scope: Scope) -> str:
    """Return the pattern of the route that a request met: it holds no id of anything, and there are only so many."""
    path = getattr(scope.get("route"), "path", None)
    if path:
        return str(path)
    return "(file)" if scope["path"].startswith(("/static/", "/editor/")) else "(none)"
