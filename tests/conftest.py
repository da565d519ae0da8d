"""Fixtures for the whole suite. Servers are started once a run; databases are emptied between tests."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy import text
from sqlmodel import create_engine

from annotator.domain.clock import ManualClock
from annotator.domain.limits import UNLIMITED
from annotator.storage.database import Database
from tests.fixtures_studio import client, label_studio  # noqa: F401
from tests.world import World

# `make test` gives the same answer twice on the same code; `make explore` looks for new counter-examples.
settings.register_profile("suite", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None, max_examples=500)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))


@pytest.fixture(scope="session")
def postgres_url():
    """A real PostgreSQL, from the wheel, in a folder outside pytest's: each run of pytest shuts the others out of its own."""
    import pgserver

    folder = Path(tempfile.mkdtemp(prefix="annotator-postgres-"))
    server = pgserver.get_server(folder, cleanup_mode="stop")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


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


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    """A migrated, empty database; the test runs once on each kind."""
    if request.param == "sqlite":
        path = tmp_path / "test.sqlite3"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        made = Database(f"sqlite:///{path}")
        yield made
        made.dispose()
        return
    base, admin = request.getfixturevalue("postgres_url"), request.getfixturevalue("postgres_admin")
    name = f"t{uuid.uuid4().hex[:12]}"
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template_annotator"))
    made = Database(_named(base, name), pool_size=20)
    yield made
    made.dispose()
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


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
