"""`GET /coordinator/live`: server-sent events that tell an open desk which of its parts have changed, by their marks.

The database is the truth, so this works over any number of processes: each looks at the marks every other second, once for all who
listen, and not at all while nobody does. A stream ends after some minutes; the browser opens another one, and is checked anew.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import orjson
import structlog
from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.exc import SQLAlchemyError
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool

from annotator.web.frame.security import CoordinatorDep

router = APIRouter(prefix="/coordinator", include_in_schema=False)
log = structlog.get_logger(__name__)

Marks = dict[str, str]
_PAUSE = 2.0
_LIFE = 600.0
_MOST = 50
_RETRY_MILLISECONDS = 3000


@dataclass
class Feed:
    """One look at the marks for everybody who listens in this process. `read` returns the marks; `pause` and `life` are seconds."""

    read: Callable[[], Marks]
    pause: float = _PAUSE
    life: float = _LIFE
    most: int = _MOST
    _last: Marks = field(default_factory=dict, init=False)
    _listeners: set[asyncio.Queue[Marks]] = field(default_factory=set, init=False)
    _watching: asyncio.Task[None] | None = field(default=None, init=False)

    @property
    def full(self) -> bool:
        """Whether as many listen as may."""
        return len(self._listeners) >= self.most

    async def listen(self) -> AsyncIterator[Marks]:
        """Yield the marks as they are, and again whenever one has changed, until the stream has lived its time."""
        changed: asyncio.Queue[Marks] = asyncio.Queue(maxsize=1)
        self._listeners.add(changed)
        try:
            if self._watching is None or self._watching.done():
                self._watching = asyncio.create_task(self._watch())
            elif self._last:
                changed.put_nowait(self._last)
            async with asyncio.timeout(self.life):
                while True:
                    yield await changed.get()
        except TimeoutError:
            return
        finally:
            self._listeners.discard(changed)

    async def _watch(self) -> None:
        """Look until nobody listens; a look that fails is a look missed."""
        self._last = {}
        while self._listeners:
            try:
                marks = await run_in_threadpool(self.read)
            except SQLAlchemyError as error:
                log.warning("no look at the desk", reason=str(error))
            else:
                if marks != self._last:
                    self._last = marks
                    for each in self._listeners:
                        _tell(each, marks)
            await asyncio.sleep(self.pause)


@router.get("/live")
async def live(request: Request, _: CoordinatorDep) -> Response:
    """Stream the marks of the desk's parts."""
    feed: Feed = request.app.state.feed
    if feed.full:
        return Response(status_code=503, headers={"Retry-After": "30"})
    return EventSourceResponse(_events(feed), ping=15)


async def _events(feed: Feed) -> AsyncIterator[ServerSentEvent]:
    async for marks in feed.listen():
        yield ServerSentEvent(orjson.dumps(marks).decode(), event="marks", retry=_RETRY_MILLISECONDS)


def _tell(listener: asyncio.Queue[Marks], marks: Marks) -> None:
    """Leave only the newest marks for who has been slow."""
    if listener.full():
        listener.get_nowait()
    listener.put_nowait(marks)
