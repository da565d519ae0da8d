"""Migrations on filled databases: rows of every earlier version come up to the newest one, go down again and up, and are kept.

Row 1 is put into every table at the first version, row 2 at the second, and so on: at the top stand rows of all versions.
"""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Table, text

from annotator.storage import audit_chain, dump
from annotator.storage.database import MIGRATIONS, Database, migration_config
from tests.storage import filling

REVISIONS = [each.revision for each in ScriptDirectory(str(MIGRATIONS)).walk_revisions()][::-1]
MOVED = {"release_token"}  # its rows go to `api_token` and come back from there

Rows = dict[str, dict[tuple, dict]]


@pytest.fixture(params=["sqlite", "postgresql"])
def bare(request, tmp_path):
    """A database without a schema."""
    if request.param == "sqlite":
        made = Database(f"sqlite:///{tmp_path / 'bare.sqlite3'}")
        yield made
        made.dispose()
        return
    base, admin = request.getfixturevalue("postgres_url"), request.getfixturevalue("postgres_admin")
    name = f"m{uuid.uuid4().hex[:12]}"
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    made = Database(base.replace("/postgres?", f"/{name}?"))
    yield made
    made.dispose()
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def test_rows_of_every_version_are_kept_up_down_and_up_again(bare):
    schemas: dict[str, list[Table]] = {}
    with bare.engine.connect() as connection:
        config, before = migration_config(connection), {}
        for number, revision in enumerate(REVISIONS, 1):
            command.upgrade(config, revision)
            schemas[revision] = dump.tables(connection)
            _same(before, _rows(connection, schemas[revision]), revision)
            filling.fill(connection, schemas[revision], number)
            connection.commit()
            before = _rows(connection, schemas[revision])
        top = before
        for revision in REVISIONS[-2::-1]:
            command.downgrade(config, revision)
            after = _rows(connection, schemas[revision])
            _same(before, after, revision, down=True)
            _tokens_go_down(before, after)
            before = after
        assert set(before["item"]) == set(top["item"]), "items of all versions are still there"
        command.upgrade(config, "head")
        after = _rows(connection, schemas[REVISIONS[-1]])
        _same(before, after, "head")
        assert after["item"].keys() == top["item"].keys()
    with bare.frozen() as session:
        assert audit_chain.verify(session).whole


def test_processes_that_start_at_once_migrate_once(bare):
    if bare.is_sqlite:
        bare.migrate()  # on one machine one process starts the others
    else:
        with ThreadPoolExecutor(3) as several:
            list(several.map(lambda _: bare.migrate(), range(3)))
    assert bare.revision() == REVISIONS[-1]


def _rows(connection: Connection, tables: list[Table]) -> Rows:
    found = {table.name: filling.kept(connection, table) for table in tables}
    connection.rollback()
    return found


def _same(before: Rows, after: Rows, revision: str, *, down: bool = False) -> None:
    """Every row of a table on both sides says the same in every column on both sides, and none came or went."""
    for name in (before.keys() & after.keys()) - filling.CHAINED:
        assert before[name].keys() == after[name].keys(), f"rows of {name} at {revision}"
        for key, row in before[name].items():
            both = row.keys() & after[name][key].keys()
            assert {c: row[c] for c in both} == {c: after[name][key][c] for c in both}, f"{name} {key} at {revision}"
    lines = {key: row["action"] for key, row in before.get("audit", {}).items()}
    assert lines == {key: row["action"] for key, row in after["audit"].items() if key in lines}
    if not down:
        assert before.keys() - MOVED <= after.keys(), f"tables at {revision}"


def _tokens_go_down(before: Rows, after: Rows) -> None:
    """The version before scopes keeps the tokens that read releases."""
    if "api_token" in before and "release_token" in after:
        hashes = {row["token_hash"] for row in before["api_token"].values()}
        assert len(hashes) > 1
        assert hashes == {row["token_hash"] for row in after["release_token"].values()}
