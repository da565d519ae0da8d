"""`python -m tests.faults.handover --times 10`: kill the leading worker so many times, and say how long until the other leads.

Both are the worker as it is run, with its own pauses, forked from a parent that has loaded everything; the kill comes at a random
moment of the other's standing by.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import tempfile
import time
from multiprocessing import get_context
from pathlib import Path
from threading import Event

from annotator import logs
from annotator.runtime import opened
from annotator.settings import Settings
from annotator.worker import duties
from annotator.working import work
from tests.faults.servers import Postgres

_LOOK = 5.0  # seconds between two looks of a worker that stands by
_PATIENCE = 180.0


class Worker:
    """A worker in a process of its own, and what its log says of its standing."""

    def __init__(self, settings: Settings, log: Path) -> None:
        self._log = log
        self._process = get_context("fork").Process(target=_be_worker, args=(settings, log), daemon=True)
        self._process.start()

    def says(self, words: str) -> float:
        """Wait until it has said so; return the moment."""
        end = time.monotonic() + _PATIENCE
        while not (self._log.exists() and words in self._log.read_text()):
            if time.monotonic() > end:
                raise RuntimeError(f"a worker did not say {words!r} in {_PATIENCE:.0f} s: {self._log.read_text()}")
            time.sleep(0.005)
        return time.monotonic()

    def kill(self) -> float:
        """End it without a word; return the moment."""
        moment = time.monotonic()
        self._process.kill()
        self._process.join()
        return moment


def _be_worker(settings: Settings, log: Path) -> None:
    os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), 2)
    logs.configure()
    with opened(settings) as service:
        work(service, duties(service), Event())


def measure(home: Path, database_url: str, times: int, rng: random.Random) -> list[float]:
    """Return the seconds of each hand-over."""
    home.mkdir()
    settings = Settings(home=home, studio=False, database_url=database_url)
    took: list[float] = []
    workers = [Worker(settings, home / "0.log")]
    try:
        workers[0].says("worker leads")
        for number in range(1, times + 1):
            waiting = Worker(settings, home / f"{number}.log")
            workers.append(waiting)
            waiting.says("worker stands by")
            time.sleep(rng.uniform(0, _LOOK))
            killed = workers[-2].kill()
            took.append(waiting.says("worker leads") - killed)
    finally:
        for worker in workers[-2:]:
            worker.kill()
    return took


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.handover", description=__doc__)
    parser.add_argument("--times", type=int, default=10, help="hand-overs on each database")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), help="one database alone")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    rng = random.Random(asked.seed)
    print("| database | hand-overs | shortest | median | longest |\n|---|--:|--:|--:|--:|", flush=True)
    with tempfile.TemporaryDirectory(prefix="annotator-handover-") as folder:
        for kind in (asked.database,) if asked.database else ("postgresql", "sqlite"):
            took = _on(kind, Path(folder), asked.times, rng)
            figures = " | ".join(f"{seconds:.1f} s" for seconds in (min(took), statistics.median(took), max(took)))
            print(f"| {kind} | {len(took)} | {figures} |", flush=True)


def _on(kind: str, folder: Path, times: int, rng: random.Random) -> list[float]:
    if kind == "sqlite":
        return measure(folder / "sqlite", "", times, rng)
    server = Postgres(folder / "server")
    try:
        return measure(folder / "postgresql", server.url(server.new()), times, rng)
    finally:
        server.close()


if __name__ == "__main__":
    main()
