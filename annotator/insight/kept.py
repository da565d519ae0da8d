"""A value that is worked out of the stored answers and kept while they stay the same, so that no page waits for it twice.

A small one is worked out anew on the spot. A large one is looked after behind the pages, which show the last one meanwhile and say
of when it is; that never takes more than a tenth of the time, however fast answers come.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock, Thread
from time import monotonic
from typing import Generic, TypeVar

T = TypeVar("T")
_REST = 9
"""A large value is left alone for so many times as long as looking after it took."""


@dataclass
class Kept(Generic[T]):
    """`mark` returns what changes whenever the value may, `work_out` the value, and `large` whether pages may not wait for it."""

    mark: Callable[[], object]
    work_out: Callable[[], T]
    large: Callable[[T], bool]
    _kept: tuple[object, T] | None = field(default=None, init=False)
    _due: float = field(default=0.0, init=False)
    _lock: Lock = field(default_factory=Lock, init=False)
    _behind: Lock = field(default_factory=Lock, init=False)

    def get(self) -> T:
        """Return the value: of now, or where it is large, the last one, while the next may be under way."""
        kept = self._kept
        if kept is None or not self.large(kept[1]):
            with self._lock:
                return self._renewed()
        if monotonic() >= self._due and self._behind.acquire(blocking=False):
            Thread(target=self._look_after, name="kept", daemon=True).start()
        return kept[1]

    def _renewed(self) -> T:
        mark = self.mark()
        if self._kept is None or self._kept[0] != mark:
            self._kept = (mark, self.work_out())
        return self._kept[1]

    def _look_after(self) -> None:
        began = monotonic()
        try:
            self._renewed()
        finally:
            self._due = monotonic() + _REST * (monotonic() - began)
            self._behind.release()
