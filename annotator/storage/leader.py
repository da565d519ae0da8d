"""One worker leads: an advisory lock of PostgreSQL, or a lock file beside the SQLite database. It goes with its process."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.engine import make_url

from annotator.storage.database import Database

_LOCK = 7_261_943


@contextmanager
def leadership(database: Database) -> Iterator[bool]:
    """Give True while this process leads; False where another does."""
    if database.is_sqlite:
        yield from _by_file(Path(f"{make_url(database.url).database}.worker-lock"))
    else:
        yield from _by_advisory_lock(database)


def _by_file(path: Path) -> Iterator[bool]:
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def _by_advisory_lock(database: Database) -> Iterator[bool]:
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        won = bool(connection.execute(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": _LOCK}).scalar())
        try:
            yield won
        finally:
            if won:
                connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": _LOCK})
