"""Webhooks out: the events there are, and how long to wait before a delivery is tried again."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

import numpy as np

TRIES = 9
"""After so many a delivery is a dead letter: with the pauses below, most of a day."""

FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(hours=6)
_FACTOR = 4

FAILURES = 20
FAILING_FOR = timedelta(hours=1)
"""An endpoint that failed so often in a row, over so long, is paused until a coordinator looks at it."""

BOTH_SECRETS = timedelta(hours=24)
"""How long the old secret signs beside a new one."""


class Event(StrEnum):
    ITEM_AGREED = "item.agreed"
    ITEM_ADJUDICATED = "item.adjudicated"
    RELEASE_PUBLISHED = "release.published"


TITLES = {
    Event.ITEM_AGREED: "An item is agreed",
    Event.ITEM_ADJUDICATED: "An item is adjudicated",
    Event.RELEASE_PUBLISHED: "A release is published",
}


def pause_before(tries: int, rng: np.random.Generator) -> timedelta:
    """Return how long to wait after so many tries: 10 s, 40 s, 160 s … six hours, less up to half of it at random.

    The random part keeps many deliveries that failed together from coming back together (M. Brooker 2015, "Exponential
    Backoff And Jitter").
    """
    longest = min(LONGEST_PAUSE, FIRST_PAUSE * _FACTOR ** min(tries - 1, 10))
    return timedelta(seconds=longest.total_seconds() * float(rng.uniform(0.5, 1.0)))


def to_be_paused(failures: int, failing_since: datetime | None, now: datetime) -> bool:
    """Say whether an endpoint has failed so often and so long that nothing more is sent to it."""
    return failures >= FAILURES and failing_since is not None and now - failing_since >= FAILING_FOR
