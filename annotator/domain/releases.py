"""The life of a release: `built → approved by two people → published → expired`, or withdrawn at any time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

NEEDED = 2
"""People who must approve a release before it is handed out."""
APPROVAL_LASTS = timedelta(days=14)
"""An approval that nobody has joined by then has to be given again."""
PUBLISHED_DAYS = 365
"""How long a published release is handed out, unless somebody says otherwise."""


class ReleaseState(StrEnum):
    BUILT = "built"
    PUBLISHED = "published"
    EXPIRED = "expired"  # published once; it is not handed out any more
    WITHDRAWN = "withdrawn"  # the kill switch; copies that were handed out can't be recalled


def state(
    now: datetime, *, published_at: datetime | None, expires_at: datetime | None, withdrawn_at: datetime | None
) -> ReleaseState:
    """Return what the moments on record come to."""
    if withdrawn_at is not None:
        return ReleaseState.WITHDRAWN
    if published_at is None:
        return ReleaseState.BUILT
    return ReleaseState.EXPIRED if expires_at is not None and now >= expires_at else ReleaseState.PUBLISHED


def standing(approvals: Mapping[str, datetime], now: datetime) -> frozenset[str]:
    """Return the people whose approvals still count."""
    return frozenset(person for person, at in approvals.items() if now - at < APPROVAL_LASTS)
