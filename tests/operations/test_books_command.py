"""`annotator books` as an operator runs it: balanced, doctored, and with a Label Studio that does not answer."""

from __future__ import annotations

import json
import shutil
import sqlite3

import pytest
from typer.testing import CliRunner

from annotator.cli import app
from tests.ports import free_port


@pytest.fixture
def books(tmp_path, monkeypatch, sqlite_template):
    """A function that runs the command on a home of its own."""
    shutil.copy(sqlite_template, tmp_path / "annotator.sqlite3")
    monkeypatch.setenv("ANNOTATOR_HOME", str(tmp_path))
    monkeypatch.setenv("ANNOTATOR_STUDIO", "false")
    return lambda *arguments: CliRunner().invoke(app, ["books", *arguments])


def test_the_books_of_a_first_start_balance(books):
    told = books()
    assert told.exit_code == 0
    assert "The books balance" in told.output


def test_what_does_not_agree_is_told_with_its_book(books, tmp_path):
    books()
    with sqlite3.connect(tmp_path / "annotator.sqlite3") as connection:
        connection.execute("UPDATE audit SET actor = 'somebody'")
    connection.close()
    told = books("--json")
    assert told.exit_code == 1
    assert {one["book"] for one in json.loads(told.stdout)} == {"audit log"}


def test_a_label_studio_that_does_not_answer_is_a_discrepancy_and_no_crash(books, monkeypatch):
    monkeypatch.setenv("ANNOTATOR_STUDIO_URL", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("ANNOTATOR_STUDIO_TOKEN", "any")
    told = books("--studio")
    assert told.exit_code == 1
    assert "Label Studio: postings" in told.output
