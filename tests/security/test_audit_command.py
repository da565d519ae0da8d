"""`annotator audit` as an operator runs it: whole, touched, cut, and against anchors kept here and elsewhere."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys

import pytest

from annotator.domain.clock import SystemClock
from annotator.storage import anchors, audit, audit_chain
from annotator.storage.database import Database


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home whose audit log has the lines of a first start."""
    made = tmp_path_factory.mktemp("home")
    run(made, "audit", "anchor")
    return made


def run(home, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "annotator", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "ANNOTATOR_HOME": str(home), "ANNOTATOR_STUDIO": "false"},
    )


def change(home, statement):
    with sqlite3.connect(home / "annotator.sqlite3") as connection:
        connection.execute(statement)
    connection.close()


def test_a_touched_log_is_told_from_one_that_is_whole(home, tmp_path):
    kept = tmp_path / "anchors.jsonl"
    assert run(home, "audit", "anchor", "--out", str(kept)).returncode == 0
    whole = run(home, "audit", "verify", "--anchor", str(kept))
    assert (whole.returncode, "as they were written; 1 anchor compared" in whole.stderr) == (0, True), whole.stderr
    change(home, "UPDATE audit SET actor = 'somebody' WHERE id = 2")
    touched = run(home, "audit", "verify")
    assert (touched.returncode, "chain 0, line 2" in touched.stderr) == (1, True), touched.stderr
    missing = run(home, "audit", "verify", "--anchor", str(tmp_path / "no.jsonl"))
    assert (missing.returncode, "There is no file" in missing.stderr) == (2, True)


def test_the_worker_adds_an_anchor_where_the_log_has_grown(database, clock, tmp_path, world):
    path = tmp_path / anchors.NAME
    assert anchors.keep(database, path, clock.now())
    assert not anchors.keep(database, path, clock.now())
    world.change(overlap=2)
    with database.writing() as session:
        audit.record(session, clock.now(), "test", "test.done", "S")
    assert anchors.keep(database, path, clock.now())
    first, second = anchors.read(path)
    assert second.lines == first.lines + 1


def test_lines_of_before_the_chains_become_their_beginning(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'old.sqlite3'}")
    database.migrate("0010")
    with database.engine.begin() as connection:
        for number in range(3):
            connection.exec_driver_sql(
                "INSERT INTO audit (at, actor, action, subject, detail) VALUES (?, 'P', 'test.done', 'S', ?)",
                (f"2026-03-02 09:00:0{number}.5", '{"share": 0.1, "b": [1, null], "a": "é"}'),
            )
    database.migrate()
    with database.frozen() as session:
        report = audit_chain.verify(session, [audit_chain.anchor(session, SystemClock().now())])
    assert (report.lines, report.findings) == (3, [])
    database.dispose()
