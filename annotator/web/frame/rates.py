"""How often a token may call: a bucket a token, in the memory of this process. It guards the service, and counts nothing else."""

from __future__ import annotations

import math
from datetime import datetime
from threading import Lock

from annotator.domain.errors import RateLimitedError

_REMEMBERED = 10_000


class Rates:
    """Token buckets that hold `per_minute` calls and fill up again within a minute."""

    def __init__(self, per_minute: int) -> None:
        self._most = float(per_minute)
        self._per_second = per_minute / 60
        self._lock = Lock()
        self._left: dict[str, tuple[float, datetime]] = {}

    def take(self, key: str, now: datetime) -> None:
        """Count a call. Raises `RateLimitedError` where the bucket is empty."""
        with self._lock:
            left, at = self._left.pop(key, (self._most, now))
            left = min(self._most, left + max(0.0, (now - at).total_seconds()) * self._per_second)
            allowed = left >= 1
            self._left[key] = (left - 1 if allowed else left, now)  # the newest comes last, the oldest is forgotten
            if len(self._left) > _REMEMBERED:
                self._left.pop(next(iter(self._left)))
        if not allowed:
            wait = math.ceil((1 - left) / self._per_second)
            raise RateLimitedError(
                "Too many calls by this token.", retry_after=wait, mend=f"Wait {wait} s, then go on."
            )
