"""Fixtures for the whole suite. Servers are started once a run; databases are emptied between tests."""

from __future__ import annotations

import gc
import os
import shutil
import sqlite3
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog
from argon2 import PasswordHasher
from hypothesis import Phase, settings
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import Pool
from sqlmodel import create_engine

from annotator.cli import FEW_COLLECTIONS
from annotator.domain.clock import ManualClock
from annotator.domain.limits import UNLIMITED
from annotator.people import passwords
from annotator.storage.database import Database
from tests import fixtures_chance, fixtures_statements
from tests.fixtures_browser import chromium, no_browser_s_loop  # noqa: F401
from tests.fixtures_cluster import machines  # noqa: F401
from tests.fixtures_studio import client, label_studio, new_studio_home  # noqa: F401
from tests.world import World, empty

HERE = Path(__file__).parent
LONG = {"alerts", "browser", "docs", "faults", "operations", "releases", "security", "storage", "studio", "wheel"}

gc.set_threshold(*FEW_COLLECTIONS)  # as in a process of ours

# What is logged goes where commands log it, so that it never mixes with what a program prints.
structlog.configure(logger_factory=structlog.PrintLoggerFactory(file=sys.__stderr__))

# `make test` gives the same answer twice on the same code; `make explore` looks for new counter-examples.
settings.register_profile("suite", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None, max_examples=500)
# Against a mutant any counter-example will do.
settings.register_profile("mutants", deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate])
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "suite")
settings.load_profile(PROFILE)
if PROFILE != "explore":
    fixtures_chance.stands_in()
fixtures_statements.stands_in()


# Nobody needs a test's data after a crash of the machine, so neither database waits for the disk here.
@event.listens_for(Pool, "checkout")
def _sqlite_for_tests(connection, _record, _proxy):
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous=OFF")
        # What is read without an order comes backwards here, so that nothing may lean on the order it happens to have.
        connection.execute("PRAGMA reverse_unordered_selects=ON")


def pytest_make_parametrize_id(val):
    """Packed bytes hold the second they were packed in: a test named after them has another name in each worker."""
    if isinstance(val, bytes) and val.startswith((b"\x1f\x8b", b"PK")):
        raise pytest.UsageError(f"give the case that holds {val[:8]!r}… an id")


def pytest_runtest_setup(item):
    fixtures_chance.CHANCE.begin(item.nodeid)


def pytest_collection_modifyitems(items):
    """Folders whose files take long come first: begun last, one of them would be all that is left to wait for."""
    items.sort(key=lambda item: item.path.relative_to(HERE).parts[0] not in LONG)


@pytest.fixture(scope="session", autouse=True)
def quick_passwords():
    """Hashing as in service, but for its cost: signing in is no work of a test about something else."""
    kept, passwords._hasher = passwords._hasher, PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    yield kept
    passwords._hasher = kept


@pytest.fixture(scope="session")
def postgres_url():
    """A real PostgreSQL, from the wheel, in a folder outside pytest's: each run of pytest shuts the others out of its own."""
    import pgserver

    folder = Path(tempfile.mkdtemp(prefix="annotator-postgres-"))
    server = pgserver.get_server(folder, cleanup_mode="stop")
    _postgres_never_waits_for_the_disk(server.get_uri())
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def _postgres_never_waits_for_the_disk(url: str) -> None:
    engine = create_engine(Database(url).url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    engine.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory):
    """A migrated, empty SQLite file to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.sqlite3"
    made = Database(f"sqlite:///{path}")
    made.migrate()
    made.dispose()
    return path


@pytest.fixture(scope="session")
def postgres_admin(postgres_url):
    """An engine that makes databases, and a migrated template for them."""
    admin = create_engine(Database(postgres_url).url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE template_annotator"))
    made = Database(_named(postgres_url, "template_annotator"))
    made.migrate()
    made.dispose()
    yield admin
    admin.dispose()


@pytest.fixture(scope="session")
def recycled_postgres(postgres_url, postgres_admin):
    """A function that gives the URL of one PostgreSQL database, emptied; made anew where a test changed its schema.

    It is emptied by a connection that stays, since a new one would have to learn of every table first.
    """
    url, template = _named(postgres_url, "recycled"), _revision(_named(postgres_url, "template_annotator"))
    sweeper = Database(url, pool_size=1)

    def give() -> str:
        if not _swept(sweeper, template):
            sweeper.dispose()
            with postgres_admin.connect() as admin:
                admin.execute(text("DROP DATABASE IF EXISTS recycled WITH (FORCE)"))
                admin.execute(text("CREATE DATABASE recycled TEMPLATE template_annotator STRATEGY FILE_COPY"))
        return url

    yield give
    sweeper.dispose()


def _revision(url: str) -> str:
    found = Database(url)
    revision = found.revision()
    found.dispose()
    return revision


def _swept(found: Database, revision: str) -> bool:
    """Close a PostgreSQL database to all others, forget everything in it and let its numbers begin again, if it has this schema."""
    others = "datname = current_database() AND pid <> pg_backend_pid()"
    moved = (
        "SELECT setval(quote_ident(sequencename)::regclass, start_value, false) FROM pg_sequences WHERE last_value > 0"
    )
    try:
        with found.engine.begin() as connection:
            connection.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"))
        if found.revision() != revision:
            return False
        with found.engine.begin() as connection:
            connection.execute(text(moved))
        empty(found)
    except DBAPIError:  # there is none yet, or it ended this connection
        return False
    return True


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    """A migrated, empty database; the test runs once on each kind."""
    if request.param == "sqlite":
        path = tmp_path / "test.sqlite3"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        made = Database(f"sqlite:///{path}")
    else:
        made = Database(request.getfixturevalue("recycled_postgres")(), pool_size=20)
    yield made
    made.dispose()


def _named(url: str, name: str) -> str:
    return url.replace("/postgres?", f"/{name}?")


@pytest.fixture
def clock():
    return ManualClock(datetime(2026, 3, 2, 9, 0, tzinfo=UTC))


@pytest.fixture
def world(database, clock):
    """A project with its guideline, ready to be filled with people and items."""
    return World(database, clock)


@pytest.fixture
def no_limits(world):
    """For tests about something else, whose people rate as they like or let days pass: no limits of exposure."""
    with world.database.writing() as session:
        world.set_limits(session, UNLIMITED)
