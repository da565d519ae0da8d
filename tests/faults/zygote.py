"""A parent that has loaded everything and forks real web and worker processes, so that a killed one is back within a moment.

`python -m tests.faults.zygote` reads one order a line on standard input and prints one line for each: the new process's id. What it
runs is the product as it is; only the clock is ours, read from a file, so that it can be moved while a process runs.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import struct
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import structlog
import uvicorn

from annotator import logs, worker, working
from annotator.app import create_app
from annotator.dispensing.posterior import warm
from annotator.settings import Settings
from annotator.storage.database import Database
from annotator.studio.connect import studio_client
from annotator.studio.editor_assets import EditorAssets, find_editor
from annotator.web.frame import charts
from annotator.web.frame.service import Service, open_service
from annotator.web.frame.serving import config_of
from guidelines.loader import Guideline, latest, load

_REAL = (time.time, time.time_ns)
_END_WITH_PARENT = 1  # PR_SET_PDEATHSIG
_SHORTEST = 0.5
_LATER = 10.0
_HASTENED = {
    "expire leases",
    "refit the consensus",
    "deliver webhooks",
    "push to Label Studio",
    "sweep Label Studio",
    "compare with Label Studio",
}
"""Duties that the books wait for; the others keep their own pauses."""


class ShiftedClock:
    """The machine's clock, so many seconds off as a file says."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def shift(self) -> float:
        return struct.unpack("d", self._path.read_bytes())[0]

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.shift())

    def rule(self) -> None:
        """Let everything in this process that asks for the time get ours: ids are made of it."""
        time.time = lambda: _REAL[0]() + self.shift()
        time.time_ns = lambda: _REAL[1]() + int(self.shift() * 1e9)


def set_clock(path: Path, seconds: float) -> None:
    """Move the clock of whoever reads that file."""
    new = path.with_suffix(".new")
    new.write_bytes(struct.pack("d", seconds))
    new.replace(path)


def main() -> None:
    """Take orders until the input ends."""
    guideline, editor = load("postings", latest("postings")), find_editor(Path(sys.argv[1]))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the killed
    _load()
    warm(guideline.schema.rating)  # compiled once, here
    charts.warm = lambda: None  # nobody looks at charts
    print("ready", flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _become(order, guideline, editor)
        print(pid, flush=True)


def _load() -> None:
    """Import what the product imports at first use."""
    import annotator.insight.consensus
    import annotator.learning.curve
    import annotator.learning.forecasting
    import annotator.learning.training
    import annotator.studio.client  # noqa: F401
    from active_learning.gain import information_gain  # noqa: F401
    from annotator.consensus.ordinal import OrdinalDawidSkene  # noqa: F401


def _become(order: dict, guideline: Guideline, editor: EditorAssets) -> None:
    """Be a web or a worker process from here on."""
    code = 1
    try:
        ctypes.CDLL(None).prctl(_END_WITH_PARENT, signal.SIGKILL)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(log, 1)
        os.dup2(log, 2)
        structlog.reset_defaults()
        logs.configure()
        settings, clock = Settings(**order["settings"]), ShiftedClock(Path(order["clock"]))
        clock.rule()
        service = open_service(settings, Database(settings.database), clock, guideline)
        code = {"web": _web, "worker": _worker}[order["role"]](service, editor)
    except BaseException:  # noqa: BLE001  whatever it was, it ends this process and not the parent
        structlog.get_logger("faults").exception("ended", role=order["role"])
    finally:
        os._exit(code)


def _web(service: Service, editor: EditorAssets) -> int:
    uvicorn.Server(config_of(create_app(service, editor), service.settings)).run()
    return 0


def _worker(service: Service, editor: EditorAssets) -> int:
    working._STAND_BY = _SHORTEST
    duties = worker.duties(service, studio_client(service.settings) if service.settings.studio else None)
    for duty in duties:
        if duty.name in _HASTENED:
            duty.pause = min(duty.pause, _SHORTEST)  # a round lasts about a second
        else:
            duty.due = time.monotonic() + min(duty.pause, _LATER)  # not all at once, each time a worker starts
    working.work(service, duties, Event())
    return 0


if __name__ == "__main__":
    main()
