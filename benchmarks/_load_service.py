"""The service as it is really run, and the clients in a process of their own; what each spends of the processors."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from tests.ports import free_port

_START = 300.0


@dataclass(frozen=True, slots=True)
class Run:
    """What one load came to: seconds by kind of call, what was acknowledged, and processor seconds by whose they are."""

    told: dict[str, Any]
    spent: dict[str, float]
    load_average: float

    @property
    def per_second(self) -> float:
        return len(self.told["pairs"]) / self.told["seconds"]


@contextmanager
def scratch() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="annotator-load-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def service(url: str, home: Path, processes: int, *, worker: bool) -> Iterator[tuple[str, int]]:
    """Run the service on a free port of loopback; give its address and the id of its first process."""
    port = free_port()
    settings = {
        "ANNOTATOR_HOME": str(home),
        "ANNOTATOR_PORT": str(port),
        "ANNOTATOR_DATABASE_URL": url,
        "ANNOTATOR_STUDIO": "false",
        "ANNOTATOR_LOOSER_LIMITS": "true",
    }
    command = [sys.executable, "-m", "annotator", "up" if worker else "web", "--processes", str(processes)]
    home.mkdir(parents=True)
    with (home / "service.log").open("wb") as log:
        process = subprocess.Popen(command, env=os.environ | settings, stdout=log, stderr=log)
        try:
            address = f"http://127.0.0.1:{port}"
            _wait(address, process, home, processes)
            yield address, process.pid
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(address: str, process: subprocess.Popen[bytes], home: Path, processes: int) -> None:
    """Wait until the first process answers and the others have said that they serve."""
    until, opener = time.monotonic() + _START, urllib.request.build_opener(urllib.request.ProxyHandler({}))
    others = [home / f"web-{number}.log" for number in range(2, processes + 1)]
    while time.monotonic() < until and process.poll() is None:
        try:
            with opener.open(f"{address}/healthz", timeout=10):
                if all(log.exists() and "serving pages" in log.read_text() for log in others):
                    return
        except OSError:
            pass
        time.sleep(0.2)
    raise SystemExit("The service did not start:\n" + (home / "service.log").read_text()[-2000:])


def drive(plan: dict[str, Any], servers: dict[str, int], warm: Callable[[], None] = lambda: None) -> Run:
    """Run the clients through to their end; `servers` are the first processes of what they load, by name. `warm` is called once,
    before what is measured begins.
    """
    clients = subprocess.Popen(
        [sys.executable, "-m", "benchmarks._load_clients"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        return _watched(clients, plan, servers, warm)
    finally:
        if clients.poll() is None:
            clients.kill()
        clients.wait()


def _watched(
    clients: subprocess.Popen[str], plan: dict[str, Any], servers: dict[str, int], warm: Callable[[], None]
) -> Run:
    assert clients.stdin is not None
    assert clients.stdout is not None
    assert clients.stderr is not None
    clients.stdin.write(json.dumps(plan))
    clients.stdin.close()
    everybody = {**servers, "clients": clients.pid}
    before, after, said = {}, {}, []
    for line in clients.stderr:
        if line.startswith("measuring"):
            warm()
            before = {name: processor(pid) for name, pid in everybody.items()}
        elif line.startswith("measured"):
            after = {name: processor(pid) for name, pid in everybody.items()}
            break
        else:
            said.append(line)
    average = os.getloadavg()[0]
    told = clients.stdout.read()
    if not after or not told:
        raise SystemExit("The clients failed:\n" + "".join(said[-30:]))
    return Run(json.loads(told), {name: after[name] - before[name] for name in after}, average)


def processor(pid: int) -> float:
    """Return the processor seconds of a process and its children so far."""
    found = 0.0
    for each in (psutil.Process(pid), *psutil.Process(pid).children(recursive=True)):
        try:
            times = each.cpu_times()
        except psutil.NoSuchProcess:
            continue
        found += times.user + times.system
    return found
