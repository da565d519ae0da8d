"""A real service for one browser test: an approved guideline over an empty SQLite file, and the application on a port of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import uvicorn

from annotator.app import create_app
from annotator.domain.clock import ManualClock
from annotator.settings import Settings
from annotator.storage.database import Database
from annotator.studio.editor_assets import find_editor
from annotator.web.frame.service import open_service
from guidelines.loader import Guideline
from tests.ports import free_port
from tests.web.conftest import Site
from tests.world import approve


@contextmanager
def approved_site(folder: Path, guideline: Guideline) -> Iterator[Site]:
    """Open a service whose guideline is approved; nobody and nothing is in it."""
    database = Database(f"sqlite:///{folder}/site.sqlite3")
    database.migrate()
    settings = Settings(home=folder / "home", studio=False)
    settings.home.mkdir()
    clock = ManualClock(datetime(2026, 3, 2, 10, tzinfo=UTC))
    service = open_service(settings, database, clock, guideline)
    with database.writing() as session:
        approve(session, clock.now(), service.project.guideline_version_id)
    yield Site(service, create_app(service, find_editor(folder / "editor")))
    database.dispose()


@contextmanager
def listening(app: object) -> Iterator[str]:
    """Serve an application until the block ends; give its address."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)
