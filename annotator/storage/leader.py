"""One worker leads: an advisory lock of PostgreSQL, or a lock file beside the SQLite database. It goes with its process."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog
from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from annotator.storage.database import Database

log = structlog.get_logger(__name__)

_LOCK = 7_261_943

Leads = Callable[[], bool]
"""Says whether this process leads, asking anew each time: a lock of PostgreSQL is lost with its connection."""


@contextmanager
def leadership(database: Database) -> Iterator[Leads]:
    """Give what says whether this process leads; where another does, or the database is away, it never will."""
    if database.is_sqlite:
        yield from _by_file(Path(f"{make_url(database.url).database}.worker-lock"))
    else:
        yield from _by_advisory_lock(database)


def _by_file(path: Path) -> Iterator[Leads]:
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield lambda: False
            return
        yield lambda: True


def _by_advisory_lock(database: Database) -> Iterator[Leads]:
    try:
        connection = database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    except SQLAlchemyError as error:
        log.warning("leadership put off", reason=type(error).__name__)
        yield lambda: False
        return
    held = _Held(connection)
    try:
        yield held
    finally:
        held.give_up()


class _Held:
    """The lock, on a connection of its own. Once that was broken another may lead, and this one never again."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._leads = True
        self._leads = self._asked("SELECT pg_try_advisory_lock(:lock)", lock=_LOCK)

    def __call__(self) -> bool:
        return self._leads and self._asked("SELECT true")

    def give_up(self) -> None:
        """Unlock, and give the connection back; a broken one is thrown away, and the lock with it."""
        if self._leads and self._asked("SELECT pg_advisory_unlock(:lock)", lock=_LOCK):
            self._connection.close()
        elif not self._connection.closed:
            self._connection.invalidate()
            self._connection.close()

    def _asked(self, statement: str, **values: int) -> bool:
        try:
            return bool(self._connection.execute(text(statement), values).scalar())
        except SQLAlchemyError as error:
            self._leads = False
            log.warning("leadership lost", reason=type(error).__name__)
            return False
