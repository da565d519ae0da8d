"""`annotator up --demo` as a child process, the way a person runs it, with ports and a home of its own."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.ports import free_port

ALONE = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
"""How many threads a process may use for sums, as `make test` has it."""
ASK = httpx.Client(timeout=10, trust_env=False, limits=httpx.Limits(max_keepalive_connections=0))
"""One for all questions: to make another reads every certificate of the machine, which costs more than a start that is waited for."""


class Running:
    """A service that answers, its people, and its home."""

    def __init__(self, process: subprocess.Popen, home: Path, port: int, environment: dict[str, str]):
        self.process, self.home, self.environment = process, home, environment
        self.url = f"http://127.0.0.1:{port}"

    @property
    def people(self) -> dict[str, dict[str, str]]:
        """Sign-ins by name: volunteer-1, coordinator, …"""
        with (self.home / "demo-sign-ins.csv").open(encoding="utf-8", newline="") as file:
            return {row["email"].partition("@")[0]: row for row in csv.DictReader(file)}

    def health(self) -> dict:
        return ASK.get(f"{self.url}/healthz").json()

    def wait(self, condition, what: str, seconds: float = 120) -> None:
        """Wait until the state of the parts is as asked."""
        end = time.monotonic() + seconds
        while not condition(health := self.health()):
            assert time.monotonic() < end, f"{what} did not happen: {health}"
            assert self.process.poll() is None, "the service ended"
            time.sleep(0.3)

    def command(self, *arguments: str) -> subprocess.CompletedProcess:
        """Run another `annotator` command on the same home."""
        return run_annotator(arguments, self.environment)


def run_annotator(arguments, environment) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "annotator", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=300)


def environment_for(home: Path, port: int, **more: str) -> dict[str, str]:
    base = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", *ALONE) if name in os.environ}
    ports = {"ANNOTATOR_PORT": str(port), "ANNOTATOR_STUDIO_PORT": str(free_port())}
    return {**base, "ANNOTATOR_HOME": str(home), **ports, **more}


@contextmanager
def up(home: Path, *arguments: str, folder: Path | None = None, **more: str):
    """Run `annotator up`, in a folder if one is given, until the block ends; then press Ctrl-C and see that it stops."""
    port = free_port()
    environment = environment_for(home, port, **more)
    began = time.monotonic()
    with (home.parent / f"{home.name}.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "annotator", "up", *arguments],
            env=environment,
            cwd=folder,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        while not _answers(port):
            assert process.poll() is None, (home.parent / f"{home.name}.log").read_text()
            assert time.monotonic() - began < 180
            time.sleep(0.05)
        yield Running(process, home, port, environment)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(40)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise


def _answers(port: int) -> bool:
    try:
        return ASK.get(f"http://127.0.0.1:{port}/healthz", timeout=2).status_code == 200
    except httpx.TransportError:
        return False
