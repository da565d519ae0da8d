"""The migrations make exactly the tables that the code knows, and can be taken back."""

from __future__ import annotations

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect
from sqlmodel import SQLModel

from annotator.storage import (
    tables,
    tables_adjudication,
    tables_consensus,
    tables_exposure,
    tables_learning,
    tables_people,
    tables_quality,
    tables_recheck,
    tables_releases,
)
from annotator.storage.database import migration_config


def test_migrations_and_tables_say_the_same(database):
    with database.engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), SQLModel.metadata)
    assert tables
    assert tables_adjudication
    assert tables_consensus
    assert tables_exposure
    assert tables_people
    assert tables_learning
    assert tables_quality
    assert tables_recheck
    assert tables_releases
    assert differences == []


def test_migrations_go_down_and_up_again(database):
    with database.engine.connect() as connection:
        command.downgrade(migration_config(connection), "base")
        assert set(inspect(connection).get_table_names()) <= {"alembic_version"}
    database.migrate()
    with database.engine.connect() as connection:
        assert "item" in inspect(connection).get_table_names()
