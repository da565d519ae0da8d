"""How the application is served: uvicorn with the limits of ours, believing only the proxies that the settings name."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from anyio.to_thread import current_default_thread_limiter
from starlette.types import ASGIApp

from annotator.settings import Settings

HEADERS_BYTES = 32_768
KEEP_ALIVE_SECONDS = 75
"""A connection stays open for longer than a posting takes, and than a proxy keeps it (nginx: 60 s), so that neither sends into a closed one."""
THREADS = 20
"""Requests that one process works on at once: as many as it keeps connections, so that four fit a PostgreSQL as it comes."""


def config_of(app: ASGIApp, settings: Settings) -> uvicorn.Config:
    """Return uvicorn's configuration. `X-Forwarded-*` of anybody but the named proxies is ignored."""
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,  # paths hold one-time links; `web.frame.observed` logs patterns instead
        server_header=False,
        proxy_headers=bool(settings.proxies),
        forwarded_allow_ips=settings.proxies or "127.0.0.1",
        h11_max_incomplete_event_size=HEADERS_BYTES,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=5,
    )


@asynccontextmanager
async def within_threads(_app: object) -> AsyncIterator[None]:
    """Hold the application to `THREADS` while it is served."""
    current_default_thread_limiter().total_tokens = THREADS
    yield
