"""The served application for attacks: one a test on both databases, or one a module on SQLite where tests leave it usable."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime

import pytest

from annotator.domain.clock import ManualClock
from annotator.storage.database import Database
from tests.web.conftest import editor, guideline, made_site, site  # noqa: F401


@pytest.fixture(scope="module")
def shared(sqlite_template, tmp_path_factory, guideline, editor):  # noqa: F811
    """A site that the tests of a module share, with postings to give out."""
    folder = tmp_path_factory.mktemp("shared")
    shutil.copy(sqlite_template, folder / "shared.sqlite3")
    database = Database(f"sqlite:///{folder / 'shared.sqlite3'}")
    made = made_site(database, ManualClock(datetime(2026, 3, 2, 9, 0, tzinfo=UTC)), guideline, editor, folder)
    made.add_items([f"Kitchen help wanted in house number {number}." for number in range(60)])
    yield made
    database.dispose()
