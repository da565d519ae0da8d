"""Opening the service for whoever runs it: settings, a migrated database, the guideline. Shared by every command."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast

from pydantic import ValidationError

from annotator.domain.clock import SystemClock
from annotator.domain.errors import ConfigError
from annotator.people.factor_key import factor_key, seal_old
from annotator.settings import Settings
from annotator.storage import projects
from annotator.storage.database import Database
from annotator.web.frame.service import Service, open_service
from guidelines.loader import Guideline, latest, load

if TYPE_CHECKING:
    from distributed import Client


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


@contextmanager
def cluster(settings: Settings) -> Iterator[Client | None]:
    """Give a client of the Dask scheduler that the settings name; None where heavy work stays on this machine.

    Raises:
        ConfigError: it does not answer.
    """
    if not settings.dask_scheduler:
        yield None
        return
    from distributed import Client

    try:
        client = Client(settings.dask_scheduler, set_as_default=False)  # type: ignore[no-untyped-call]
    except OSError as error:
        raise ConfigError(
            "The Dask scheduler does not answer.", mend="Start it, or leave ANNOTATOR_DASK_SCHEDULER empty."
        ) from error
    with client:
        yield client


def executor_of(machines: Client | None) -> Executor | None:
    """Return what runs functions on a cluster; None where there is none."""
    return None if machines is None else cast("Executor", machines.get_executor())  # type: ignore[no-untyped-call]


def read_guideline(settings: Settings, database: Database) -> Guideline:
    """Return the guideline version that the project uses; a project that is yet to be made begins with the one of the settings."""
    with database.reading() as session:
        in_use = projects.version_in_use(session, settings.guideline)
    root = guideline_root(settings)
    return load(settings.guideline, in_use or settings.guideline_version or latest(settings.guideline, root), root)


def guideline_root(settings: Settings) -> Path | None:
    """Return the folder of guidelines in the home, where there is one of that name; else the shipped ones are read."""
    own = settings.home / "guidelines"
    return own if (own / settings.guideline).is_dir() else None


@contextmanager
def opened(settings: Settings | None = None) -> Iterator[Service]:
    """Open the service on a database brought up to date, and close it at the end."""
    settings = settings or read_settings()
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = Database(settings.database)
    try:
        database.migrate()
        seal_old(database, factor_key(settings))
        yield open_service(settings, database, SystemClock(), read_guideline(settings, database))
    finally:
        database.dispose()
