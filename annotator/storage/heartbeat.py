"""What the leading worker says of itself: each of its duties, when it last went well, and how often it has failed since."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

import orjson
from sqlmodel import Session

from annotator.storage import markers

_NAME = "worker_heartbeat"
_MOMENTS = ("last_well", "busy_since")

SILENT = 120.0
"""Seconds after which a worker that says nothing is taken to be gone."""


@dataclass(frozen=True, slots=True)
class DutyState:
    """A duty of the worker; `pause` is in seconds, `reason` of the newest failure and empty after a success.

    `busy_since` is None while it is not under way.
    """

    name: str
    pause: float
    last_well: datetime | None
    failures: int
    reason: str
    busy_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Heartbeat:
    at: datetime
    duties: tuple[DutyState, ...]

    def silent_for(self, now: datetime) -> float:
        """Return the seconds since the worker last said anything."""
        return max(0.0, (now - self.at).total_seconds())


def write(session: Session, now: datetime, duties: list[DutyState]) -> None:
    """Keep what the worker says, over what it said before."""
    markers.put(session, _NAME, orjson.dumps({"at": now, "duties": [asdict(duty) for duty in duties]}).decode())


def read(session: Session) -> Heartbeat | None:
    """Return what the worker last said; None where none ever led."""
    kept = markers.get(session, _NAME)
    if kept is None:
        return None
    said = orjson.loads(kept)
    duties = tuple(DutyState(**duty | {name: _moment(duty.get(name)) for name in _MOMENTS}) for duty in said["duties"])
    return Heartbeat(datetime.fromisoformat(said["at"]), duties)


def _moment(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)
