"""The one session factory. A `Database` is made by whoever starts the service; sessions are explicit and short.

SQLite runs in WAL mode with full durability; a writing session takes the write lock at once (`BEGIN IMMEDIATE`), so that
two writers queue instead of failing half-way. PostgreSQL runs at its default isolation with row locks where they matter.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cached_property
from pathlib import Path
from time import monotonic
from typing import Any

import orjson
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, InvalidatePoolError
from sqlmodel import Session, create_engine

from annotator.domain.errors import ConfigError
from annotator.storage import audit
from annotator.storage.prepared import Line
from annotator.storage.turns import Turns

MIGRATIONS = Path(__file__).parent / "migrations"
_BUSY_SECONDS = 30
_BEGIN = "annotator_begin"
AT_ONCE: dict[str, Any] = {_BEGIN: "BEGIN IMMEDIATE"}
"""Options of a connection whose transactions take SQLite's write lock as they begin."""
_TRUSTED_SECONDS = 1.0
"""A connection to PostgreSQL that has lain idle for longer is asked whether it still lives; one a request before is not."""
_MIGRATING = 7_261_944
_PATIENCE = {
    "connect_timeout": 10,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
_SERVER = {
    "tcp_keepalives_idle": 15,
    "tcp_keepalives_interval": 5,
    "tcp_keepalives_count": 3,
    "tcp_user_timeout": 30_000,
    "random_page_cost": 1.1,  # no disk that turns: else plans of tables that have just begun to grow read all of them
}
"""Either side of a connection notices within half a minute that the other machine is gone, and lets its locks go; the usual is two hours."""


class Database:
    """An engine and its sessions. `url` is a SQLAlchemy URL for SQLite or PostgreSQL."""

    def __init__(self, url: str, *, pool_size: int = 20) -> None:
        self.url = _normal_url(url)
        self.is_sqlite = self.url.startswith("sqlite")
        options: dict[str, Any] = {
            "pool_size": pool_size,
            "hide_parameters": True,  # an error that is logged must not tell an address or a text
            "max_overflow": pool_size,
            "json_deserializer": _read_json,
        }
        if self.is_sqlite:
            options["connect_args"] = {"timeout": _BUSY_SECONDS, "check_same_thread": False}
        else:
            server = " ".join(f"-c {name}={value}" for name, value in _SERVER.items())
            options["connect_args"] = {**_PATIENCE, "options": server, **make_url(self.url).query}
        self._turns = Turns(_file_of(self.url), _BUSY_SECONDS) if self.is_sqlite else None
        self.engine: Engine = create_engine(self.url, **options)
        if self.is_sqlite:
            _prepare_sqlite(self.engine)
        else:
            _ping_after_a_rest(self.engine)

    @cached_property
    def _autocommit(self) -> Engine:
        """The engine, with each statement a transaction."""
        return self.engine.execution_options(**({_BEGIN: ""} if self.is_sqlite else {"isolation_level": "AUTOCOMMIT"}))

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session for reading; nothing it does is kept."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def glance(self) -> Iterator[Line]:
        """Give a line for a prepared read or two, each of a moment of its own: no transaction begins and ends around them, which
        saves more than such a read costs. Never write on it.
        """
        with self._autocommit.connect() as connection:
            yield Line(connection)

    @contextmanager
    def frozen(self) -> Iterator[Session]:
        """Give a session for reading that sees one moment throughout, however long it takes."""
        level = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}  # SQLite reads in WAL mode are frozen
        with self.engine.connect().execution_options(**level) as connection, Session(connection) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Give a session whose work is committed at the end of the block, or rolled back if the block raises."""
        with self._turn(), Session(self.engine, expire_on_commit=False) as session, session.begin():
            session.connection(execution_options=AT_ONCE)
            yield session
            audit.seal(session)

    def _turn(self) -> AbstractContextManager[None]:
        """Wait for the turn to write; PostgreSQL needs none."""
        return self._turns.take() if self._turns is not None else nullcontext()

    def migrate(self, revision: str = "head") -> None:
        """Bring the schema up to `revision`. Of several processes that start at once, one does it and the others wait."""
        with self._migrating(), self.engine.connect() as connection:
            command.upgrade(migration_config(connection), revision)

    @contextmanager
    def _migrating(self) -> Iterator[None]:
        """Hold PostgreSQL's lock of migrations; SQLite belongs to one machine, where one process starts the others."""
        if self.is_sqlite:
            yield
            return
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": _MIGRATING})
            try:
                yield
            finally:
                connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": _MIGRATING})

    def revision(self) -> str:
        """Return the revision that the schema is at; empty where there is none yet."""
        with self.engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision() or ""

    def scrub(self) -> None:
        """Take what was deleted out of the files too. SQLite overwrites it at once, but for the log that is emptied here;
        PostgreSQL does so when it vacuums.
        """
        if self.is_sqlite:  # a plain connection: within a transaction nothing is emptied
            connection = self.engine.raw_connection()
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.close()
            return
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as server:
            server.execute(text("VACUUM identity, web_session"))

    def dispose(self) -> None:
        self.engine.dispose()


def migration_config(connection: Connection) -> Config:
    """Return Alembic's configuration for our migrations over an open connection."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def _normal_url(url: str) -> str:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise ConfigError(
            "ANNOTATOR_DATABASE_URL is not a database URL.",
            mend="Use sqlite:///path/to/file or postgresql://user:password@host/name.",
        ) from error
    if parsed.get_backend_name() == "postgresql":
        return parsed.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    if parsed.get_backend_name() == "sqlite":
        return url
    raise ConfigError(f"{parsed.get_backend_name()} is not supported.", mend="Use SQLite or PostgreSQL.")


def _file_of(url: str) -> Path | None:
    """Return the file of a SQLite database; None for one in memory."""
    name = make_url(url).database or ":memory:"
    return None if name == ":memory:" else Path(name)


def _read_json(text: str | bytes) -> Any:
    """Read a stored value; SQLite may hold numbers that JSON has no word for, which only Python's own reader knows."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return json.loads(text)


def _ping_after_a_rest(engine: Engine) -> None:
    """Ask a connection that was not used for a while whether it lives; where it does not, all old ones are made anew."""

    @event.listens_for(engine, "checkin")
    def _checkin(_dbapi_connection: Any, record: Any) -> None:
        record.info["used"] = monotonic()

    @event.listens_for(engine, "checkout")
    def _checkout(dbapi_connection: Any, record: Any, _proxy: Any) -> None:
        if monotonic() - record.info.get("used", monotonic()) < _TRUSTED_SECONDS:
            return
        try:
            engine.dialect.do_ping(dbapi_connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error


def _prepare_sqlite(engine: Engine) -> None:
    """Take over transactions from the driver, whose own BEGIN comes too late to lock."""

    @event.listens_for(engine, "connect")
    def _connect(dbapi_connection: Any, _record: Any) -> None:
        dbapi_connection.isolation_level = None
        cursor = dbapi_connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "secure_delete=ON",
            "cache_size=-65536",
            "temp_store=MEMORY",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        begin = connection.get_execution_options().get(_BEGIN, "BEGIN")
        if begin:
            connection.exec_driver_sql(begin)
