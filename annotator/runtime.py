"""Opening the service for whoever runs it: settings, a migrated database, the guideline. Shared by every command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import ValidationError

from annotator.domain.clock import SystemClock
from annotator.domain.errors import ConfigError
from annotator.settings import Settings
from annotator.storage import projects
from annotator.storage.database import Database
from annotator.web.service import Service, open_service
from guidelines.loader import Guideline, latest, load


def read_settings() -> Settings:
    """Return the settings of the environment.

    Raises:
        ConfigError: a variable has a value that its setting does not take.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "ANNOTATOR_" + "_".join(str(part) for part in first["loc"]).upper()
        raise ConfigError(
            f"{name}: {first['msg']}.", mend="See `annotator settings` for what each one takes."
        ) from error


def read_guideline(settings: Settings, database: Database) -> Guideline:
    """Return the guideline version that the project uses; a project that is yet to be made begins with the one of the settings."""
    with database.reading() as session:
        in_use = projects.version_in_use(session, settings.guideline)
    return load(settings.guideline, in_use or settings.guideline_version or latest(settings.guideline))


@contextmanager
def opened(settings: Settings | None = None) -> Iterator[Service]:
    """Open the service on a database brought up to date, and close it at the end."""
    settings = settings or read_settings()
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = Database(settings.database)
    try:
        database.migrate()
        yield open_service(settings, database, SystemClock(), read_guideline(settings, database))
    finally:
        database.dispose()
