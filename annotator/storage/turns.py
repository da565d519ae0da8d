"""Turns at writing to one SQLite file: threads queue at a lock of their process, processes at two lock files beside the database.

SQLite alone lets whoever waits sleep longer and longer before they look again, so that a process that writes much keeps others out for
seconds. The two files are a turnstile: whoever comes next holds the first while waiting for the second, and whoever has just
written has to pass the first again. The system lets go of both when a process ends, whatever ends it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from time import monotonic, sleep
from typing import IO

from annotator.domain.errors import ConflictError

try:
    import fcntl
except ImportError:  # such a system has SQLite's own lock alone
    fcntl = None  # type: ignore[assignment]

_LOOK_AGAIN = 0.0005


class Turns:
    """The queue of those who write to the database at `path`; None is one in memory, which is a process's own."""

    def __init__(self, path: Path | None, patience: float) -> None:
        self._patience, self._threads = patience, Lock()
        self._paths: list[Path] = []
        if path is not None and fcntl is not None:
            self._paths = [path.with_name(f"{path.name}-{name}") for name in ("next", "turn")]
        self._files: list[IO[bytes]] = []

    @contextmanager
    def take(self) -> Iterator[None]:
        """Wait for the turn and hold it.

        Raises:
            ConflictError: it did not come within `patience` seconds.
        """
        until = monotonic() + self._patience
        if not self._threads.acquire(timeout=self._patience):
            raise _busy()
        try:
            with self._among_processes(until):
                yield
        finally:
            self._threads.release()

    @contextmanager
    def _among_processes(self, until: float) -> Iterator[None]:
        if not self._paths:
            yield
            return
        if not self._files:
            self._files = [path.open("ab") for path in self._paths]
        first, second = self._files
        _lock(first, until)
        try:
            _lock(second, until)
        finally:
            fcntl.flock(first, fcntl.LOCK_UN)
        try:
            yield
        finally:
            fcntl.flock(second, fcntl.LOCK_UN)


def _lock(file: IO[bytes], until: float) -> None:
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if monotonic() > until:
                raise _busy() from None
            sleep(_LOOK_AGAIN)
        else:
            return


def _busy() -> ConflictError:
    return ConflictError("The database is busy.", mend="Try again in a moment.")
