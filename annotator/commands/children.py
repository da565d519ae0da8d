"""Child processes of `annotator up`: the worker, and more processes of pages. They end with their parent, whatever ends it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from threading import Thread

from annotator.settings import Settings
from annotator.studio.child import end_with_parent
from annotator.studio.supervisor import Supervisor

PARENT = "ANNOTATOR_ENDS_WITH_PARENT"


class Child:
    """A process that runs a command of ours; what it prints goes to a file."""

    def __init__(self, command: Sequence[str], log_path: Path) -> None:
        self.log_path = log_path
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603  our own interpreter and command
                [sys.executable, "-m", "annotator", *self._command],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                env={**os.environ, PARENT: "yes"},
                start_new_session=True,
            )

    def is_alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self, grace: float = 10) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(grace)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None


def more_pages(settings: Settings, stack: ExitStack, processes: int) -> None:
    """Start processes that take connections at our address too, until they are so many with us; the stack stops them.

    Each has a log of its own: files that several processes write to can't be turned over.
    """
    for number in range(2, processes + 1):
        log = settings.home.absolute() / f"web-{number}.log"
        pages = Supervisor(Child(["web", "--beside", "--log", str(log)], log))
        pages.start()
        stack.callback(pages.stop)


def end_with_parent_if_child() -> None:
    """In a child, watch for the parent's end from a thread; elsewhere do nothing."""
    if os.environ.pop(PARENT, ""):
        Thread(target=end_with_parent, daemon=True).start()
