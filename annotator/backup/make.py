"""Making a backup while the service goes on: nothing is stopped, nothing is locked, and it shows one moment.

Files come first and the database after them: all of the database is read in one frozen transaction, which sees every answer that was
acknowledged before. So the copies of Label Studio and of the anchors may lag behind the database, never run ahead of it: what
Label Studio lacks the mirror puts there again.
"""

from __future__ import annotations

import io
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from annotator import __version__
from annotator.backup import home
from annotator.backup.archive import ArchiveWriter, Head, Manifest
from annotator.domain.errors import ConfigError
from annotator.settings import Settings
from annotator.storage import dump
from annotator.storage.database import Database
from annotator.storage.sealing import Secret
from annotator.storage.whole_files import whole


def place(target: Path, now: datetime) -> Path:
    """Return the file that a backup goes to: the one named, or one named by the moment in the folder named."""
    return target / f"annotator-{now:%Y%m%dT%H%M%SZ}.backup" if target.is_dir() else target


def make(settings: Settings, database: Database, target: Path, secret: Secret, now: datetime) -> Manifest:
    """Write a backup of the database and the home folder; the file appears whole or not at all.

    Raises:
        ConfigError: the database holds nothing yet.
    """
    revision = database.revision()
    if not revision:
        raise ConfigError("There is nothing to back up: the database is empty.", mend="Is ANNOTATOR_HOME right?")
    head = Head(now.isoformat(), revision, database.engine.dialect.name, __version__)
    with whole(target) as file, ArchiveWriter(file, secret, head) as archive:
        archive.file(home.SETTINGS, io.BytesIO(home.settings_file(settings)))
        for name in home.names(settings.home):
            with suppress(FileNotFoundError), home.reading(settings.home / name) as content:  # it may go meanwhile
                archive.file(name, content)
        with database.frozen() as session:
            connection = session.connection()
            for table in dump.tables(connection):
                names = [column.name for column in dump.columns(table)]
                archive.table(table.name, names, dump.rows(connection, table))
    return archive.manifest
