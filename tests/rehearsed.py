"""A week that a simulated team of fifteen has lived through the use cases, on a SQLite database of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from annotator.commands import demo
from annotator.domain.clock import ManualClock
from annotator.domain.roles import Role
from annotator.rehearsal.week import DAYS, Kind, Lived, live
from annotator.runtime import guideline_root
from annotator.settings import Settings
from annotator.storage import people
from annotator.storage.database import Database
from annotator.web.frame.service import Service, open_service
from guidelines.loader import latest, load
from tests.web.conftest import Site

MONDAY = datetime(2026, 3, 9, 9, tzinfo=UTC)
TEAM, SEED = 15, 2026


@contextmanager
def lived(folder: Path, kind: Kind) -> Iterator[tuple[Service, Lived]]:
    """Give the service on the Monday after the week; in a bad one, a guideline version was taken up within it."""
    database = Database(f"sqlite:///{folder}/site.sqlite3")
    database.migrate()
    settings = Settings(home=folder / "home", studio=False)
    settings.home.mkdir()
    clock = ManualClock(MONDAY)
    began = open_service(settings, database, clock, load("postings", latest("postings")))
    demo.prepare(began)
    volunteers = Site(began, None)
    clock.advance(-timedelta(days=DAYS + 1))
    for _ in range(TEAM):
        volunteers.person(Role.VOLUNTEER)
    clock.advance(timedelta(days=DAYS + 1))
    with database.reading() as session:
        ids = [person.id for person in people.everyone(session) if person.role == Role.VOLUNTEER]
    week = live(began, kind, ids, SEED)
    root = guideline_root(settings)
    yield open_service(settings, database, clock, load("postings", latest("postings", root), root)), week
    database.dispose()
