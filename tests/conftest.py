"""Fixtures for the whole suite. Servers are started once a run; databases are emptied between tests."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlmodel import create_engine

from annotator.domain.clock import ManualClock
from annotator.storage.database import Database
from tests.fixtures_studio import client, label_studio  # noqa: F401
from tests.world import World


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory):
    """A real PostgreSQL, from the wheel, in a folder of its own."""
    import pgserver

    server = pgserver.get_server(tmp_path_factory.mktemp("postgres"), cleanup_mode="stop")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    """A migrated, empty database; the test runs once on each kind."""
    if request.param == "sqlite":
        made = Database(f"sqlite:///{tmp_path / 'test.sqlite3'}")
        made.migrate()
        yield made
        made.dispose()
        return
    base = request.getfixturevalue("postgres_url")
    name = f"t{uuid.uuid4().hex[:12]}"
    admin = create_engine(Database(base).url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    made = Database(base.replace("/postgres?", f"/{name}?"), pool_size=20)
    made.migrate()
    yield made
    made.dispose()
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture
def clock():
    return ManualClock(datetime(2026, 3, 2, 9, 0, tzinfo=UTC))


@pytest.fixture
def world(database, clock):
    """A project with its guideline, ready to be filled with people and items."""
    return World(database, clock)
