"""The worker as a child process of `annotator up`: it ends with its parent, whatever ends the parent."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PARENT = "ANNOTATOR_ENDS_WITH_PARENT"


class Worker:
    """The worker process; its log goes to a file."""

    def __init__(self, log_path: Path) -> None:
        self.log_path = log_path
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "annotator", "worker"],
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
