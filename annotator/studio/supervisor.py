"""Keeps one embedded Label Studio server alive from a thread of the service: started again with longer and longer pauses."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Protocol

import structlog

from annotator.domain.errors import AnnotatorError

log = structlog.get_logger(__name__)


class Supervised(Protocol):
    """A child process that can be started more than once."""

    @property
    def log_path(self) -> Path: ...

    def start(self) -> None: ...

    def is_alive(self) -> bool: ...

    def stop(self) -> None: ...


class Supervisor:
    """Starts `studio`, starts it again when it ends, and stops it with `stop`.

    Pauses double from `first` to `longest` seconds and begin anew once the server has lived for `steady` seconds.
    """

    def __init__(self, studio: Supervised, *, first: float = 1, longest: float = 60, steady: float = 120) -> None:
        self.studio = studio
        self.starts = 0
        self._first, self._longest, self._steady = first, longest, steady
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the server and the watch over it. Raises ConfigError as `EmbeddedStudio.start` does."""
        self._stopping.clear()
        self._start_studio()
        self._thread = threading.Thread(target=self._watch, name="label-studio-supervisor", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the watch, then the server."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self.studio.stop()

    def _watch(self) -> None:
        pause, born = self._first, time.monotonic()
        while not self._stopping.wait(0.2):
            if self.studio.is_alive():
                continue
            pause = self._first if time.monotonic() - born >= self._steady else pause
            log.warning("label studio ended", log=str(self.studio.log_path), next_start_seconds=pause)
            if self._stopping.wait(pause):
                return
            pause, born = min(2 * pause, self._longest), time.monotonic()
            try:
                self._start_studio()
            except (AnnotatorError, OSError) as error:
                # a full disk or no process left passes: the watch must outlive it
                log.warning("label studio did not start", reason=str(error))

    def _start_studio(self) -> None:
        self.studio.start()
        self.starts += 1
