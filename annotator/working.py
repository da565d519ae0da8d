"""How the worker works: who leads, and duties that are done again and again.

Each duty has a thread and a pause of its own, so a slow one holds up none of the others; those of one line take turns. One that fails is
logged and tried again, after longer and longer rests. Transactions are short: on SQLite all of them share one writer.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event, Thread

import structlog

from annotator.domain.errors import AnnotatorError
from annotator.domain.words import marked
from annotator.storage import heartbeat
from annotator.storage.heartbeat import DutyState
from annotator.storage.leader import Leads, leadership
from annotator.web.frame.service import Service

log = structlog.get_logger(__name__)

_TICK = 0.25
_STAND_BY = 5.0
_BEAT = 15.0
_ASK = 1.0
_LONGEST_REST = 10.0  # seconds, where a pause is not longer anyway
_GRACE = 8.0  # seconds for what is under way when the worker is stopped; `annotator up` waits ten


@dataclass
class Duty:
    """Something done again and again, `pause` seconds apart. Duties of one `line` take turns; others wait for nobody."""

    name: str
    run: Callable[[], object]
    pause: float
    line: str = ""
    due: float = field(default=0.0, init=False)
    thread: Thread | None = field(default=None, init=False)
    last_well: datetime | None = field(default=None, init=False)
    failures: int = field(default=0, init=False)
    reason: str = field(default="", init=False)
    busy_since: datetime | None = field(default=None, init=False)

    @property
    def state(self) -> DutyState:
        return DutyState(self.name, self.pause, self.last_well, self.failures, self.reason, self.busy_since)

    @property
    def rest(self) -> float:
        """Seconds until it is done next: its pause, and after failures twice as long each time."""
        return max(self.pause, min(self.pause * 2.0 ** min(self.failures, 10), _LONGEST_REST))

    @property
    def busy(self) -> bool:
        """Whether it is under way, or waits for its turn in a line that is."""
        return self.thread is not None and self.thread.is_alive()


def work(service: Service, duties: list[Duty], stopping: Event) -> None:
    """Do the duties until told to stop; stand by while another worker leads, or the database is away."""
    standing_by = False
    while not stopping.is_set():
        with leadership(service.database) as leads:
            if leads():
                log.info("worker leads")
                beat = Duty(marked("say that the worker is well"), lambda: _beat(service, duties), pause=_BEAT)
                _lead(service, [beat, *duties], stopping, leads)
                standing_by = False
            elif not standing_by:
                log.info("worker stands by")
                standing_by = True
        stopping.wait(_STAND_BY)


def _beat(service: Service, duties: list[Duty]) -> None:
    with service.database.writing() as session:
        heartbeat.write(session, service.now(), [duty.state for duty in duties])


def _lead(service: Service, duties: list[Duty], stopping: Event, leads: Leads) -> None:
    over, asked, lines = Event(), time.monotonic(), _lines(duties)
    try:
        while not stopping.wait(_TICK):
            if time.monotonic() - asked >= _ASK:
                if not leads():
                    return
                asked = time.monotonic()
            for line in lines:
                _begin(service, line, over)
        _finish(duties, over)
    finally:
        over.set()


def _lines(duties: list[Duty]) -> list[list[Duty]]:
    lines: dict[str, list[Duty]] = {}
    for duty in duties:
        lines.setdefault(duty.line or duty.name, []).append(duty)
    return list(lines.values())


def _begin(service: Service, line: list[Duty], over: Event) -> None:
    """Begin what is due of a line, unless something of it is under way, maybe since this worker led before."""
    due = [duty for duty in line if time.monotonic() >= duty.due]
    if not due or any(duty.busy for duty in line):
        return
    thread = Thread(target=_do_in_turn, args=(service, due, over), name=due[0].name, daemon=True)
    for duty in due:
        duty.thread = thread
    thread.start()


def _finish(duties: list[Duty], over: Event) -> None:
    """Begin nothing more, and let what is under way come to its end, but not for ever."""
    over.set()
    until = time.monotonic() + _GRACE
    for duty in duties:
        if duty.thread is not None:
            duty.thread.join(max(0.0, until - time.monotonic()))
        if duty.busy_since is not None:
            log.warning("duty left unfinished", duty=duty.name)


def _do_in_turn(service: Service, due: list[Duty], over: Event) -> None:
    for duty in due:
        if over.is_set():
            return
        _do(service, duty)


def _do(service: Service, duty: Duty) -> None:
    duty.busy_since = service.now()
    try:
        duty.run()
    except AnnotatorError as error:
        log.warning("duty put off", duty=duty.name, reason=error.what)
        duty.failures, duty.reason = duty.failures + 1, error.what
    except Exception as error:
        log.exception("duty failed", duty=duty.name)
        duty.failures, duty.reason = duty.failures + 1, type(error).__name__
    else:
        duty.failures, duty.reason, duty.last_well = 0, "", service.now()
    duty.busy_since = None
    duty.due = time.monotonic() + duty.rest
