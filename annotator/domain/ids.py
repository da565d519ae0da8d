"""The one id scheme: ULIDs, which sort by the time they were made, as 26 characters."""

from __future__ import annotations

from ulid import ULID


def new_id() -> str:
    """Return a new ULID."""
    return str(ULID())
