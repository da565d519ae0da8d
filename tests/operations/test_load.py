"""The load itself at a tiny size, and the check of its books: it has to find what is wrong, or what it says is worth nothing."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import make_url

from annotator.storage.database import Database
from benchmarks import _load_books as books, _load_pool as pool, _load_service as running
from guidelines.loader import latest, load


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    """A small pool after four volunteers have answered for a few seconds: its database, and what they were told."""
    folder = tmp_path_factory.mktemp("load")
    url = f"sqlite:///{folder / 'load.sqlite3'}"
    database, schema = Database(url), load("postings", latest("postings")).schema
    database.migrate()
    _, emails = pool.fill(database, schema, 200, 4)
    with running.service(url, folder / "home", 2, worker=False) as (address, pid):
        plan = {
            "emails": emails,
            "password": pool.PASSWORD,
            "code": "FEE",
            "state": "present",
            "think": 0,
            "seconds": 2.0,
            "warm": 0.5,
            "native": False,
            "apart": False,
            "url": address,
            "clients": 4,
            "patience": 120.0,
        }
        run = running.drive(plan, {"web": pid})
    yield database, run
    database.dispose()


def test_four_volunteers_at_two_processes_leave_books_that_balance(loaded):
    database, run = loaded
    assert run.told["errors"] == []
    assert len(run.told["signed_in"]) == 4
    assert len(run.told["acknowledged"]) >= 4
    assert books.check(database, run.told["acknowledged"]) == books.Books(0, 0, 0, 0)


@pytest.mark.parametrize(
    ("doctored", "broken"),
    [
        ("DELETE FROM annotation WHERE id = (SELECT min(id) FROM annotation)", {"lost"}),
        ("UPDATE annotation SET key = 'another' WHERE id = (SELECT min(id) FROM annotation)", {"lost"}),
        (
            "CREATE TABLE loose AS SELECT * FROM annotation; DROP TABLE annotation; ALTER TABLE loose RENAME TO annotation; "
            "UPDATE annotation SET (item_id, person_id) = (SELECT item_id, person_id FROM annotation ORDER BY id LIMIT 1) "
            "WHERE id = (SELECT max(id) FROM annotation)",
            {"duplicates"},
        ),
        ("UPDATE item SET overlap = 0 WHERE answered > 0", {"over_dispensed"}),
        ("UPDATE item SET leased = leased + 1 WHERE id = (SELECT min(id) FROM item)", {"miscounted"}),
    ],
)
def test_books_that_were_doctored_do_not_balance(loaded, tmp_path, doctored, broken):
    database, run = loaded
    copy = tmp_path / "copy.sqlite3"
    with closing(sqlite3.connect(make_url(database.url).database)) as connection:
        connection.execute("VACUUM INTO ?", (str(copy),))
    with closing(sqlite3.connect(copy)) as connection:
        connection.executescript(f"PRAGMA ignore_check_constraints = ON; {doctored}")
        assert connection.total_changes > 0
    made = Database(f"sqlite:///{copy}")
    found = books.check(made, run.told["acknowledged"])
    made.dispose()
    assert not found.balanced
    assert {name for name in ("over_dispensed", "miscounted", "duplicates", "lost") if getattr(found, name)} == broken
