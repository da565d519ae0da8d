"""The one id scheme: ULIDs, which sort by the time they were made, as 26 characters."""

from __future__ import annotations

from datetime import datetime

from ulid import ULID


def new_id() -> str:
    """Return a new ULID."""
    return str(ULID())


def id_after(previous: str | None) -> str:
    """Return a new id that sorts after `previous` whatever the clock says: one that ran ahead has left ids of the future."""
    made = new_id()
    if previous is None or made > previous:
        return made
    return str(ULID.from_bytes((int.from_bytes(ULID.from_str(previous).bytes, "big") + 1).to_bytes(16, "big")))


def made_at(made: str) -> datetime:
    """Return when an id was made, by the clock of the machine that made it."""
    moment: datetime = ULID.from_str(made).datetime
    return moment
