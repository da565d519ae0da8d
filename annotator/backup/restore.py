"""Restoring a backup into an empty database of either kind, and proving that what came back is what was kept.

The whole file is read and checked before anything is touched. Rows come back in one transaction, at the revision they were kept
at; then every table is read again and held to the manifest, the schema is brought up to date, and the audit log is verified.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, Table, delete, literal, select

from annotator.backup import archive, home
from annotator.backup.archive import ArchiveReader, Head, Manifest
from annotator.domain.errors import ConfigError, ConflictError, InputError
from annotator.settings import Settings
from annotator.storage import anchors, audit, audit_chain, dump
from annotator.storage.database import AT_ONCE, MIGRATIONS, Database
from annotator.storage.every_table import metadata
from annotator.storage.leader import leadership
from annotator.storage.sealing import Secret
from annotator.storage.tables import WebSession
from annotator.storage.tables_audit import AuditHead
from annotator.storage.tables_sign_in import HalfSignIn, OutsideSignIn


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored, and what the audit log looks like afterwards."""

    head: Head
    manifest: Manifest
    audit: audit_chain.Report


def restore(settings: Settings, source: Path, secret: Secret, now: datetime, *, replace: bool = False) -> Restored:
    """Restore a backup into the database and the home folder of the settings.

    Raises:
        InputError: the backup is damaged, of a newer program, or sealed otherwise; the home holds what it would write over.
        ConfigError: the database holds rows already, and nobody said to replace them.
        ConflictError: a worker runs on the database, or what came back is not what was kept.
    """
    head, manifest = archive.check(source, secret)
    _require_known(head)
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = Database(settings.database)
    try:
        with leadership(database) as alone:
            if not alone():
                raise ConflictError("A worker runs on that database.", mend="Stop the whole service first.")
            _require_empty(database, manifest, replace=replace)
            home.require_room(settings.home, replace=replace)
            _clear(database)
            database.migrate(head.revision)
            _compare(database, _fill(database, settings.home, source, secret), manifest)
            database.migrate()
            return Restored(head, manifest, _begin_again(database, settings.home, head, now))
    finally:
        database.dispose()


def _require_known(head: Head) -> None:
    scripts = ScriptDirectory(str(MIGRATIONS))
    if head.revision not in {each.revision for each in scripts.walk_revisions()}:
        raise InputError(
            f"The backup is of a newer program ({head.program}, schema {head.revision}).",
            where="backup",
            mend="Restore it with that program.",
        )


def _require_empty(database: Database, manifest: Manifest, *, replace: bool) -> None:
    ours = metadata().tables.keys() | manifest.tables.keys()
    with database.engine.connect() as connection:
        there = dump.tables(connection)
        strange = sorted(table.name for table in there if table.name not in ours)
        filled = [table.name for table in there if table.name != AuditHead.__tablename__ and _holds(connection, table)]
    if strange:
        raise ConfigError(f"The database holds tables of others ({strange[0]}).", mend="Name an empty database.")
    if filled and not replace:
        raise ConfigError(
            f"The database is not empty ({filled[0]} holds rows).",
            mend="Name an empty database, or say --replace to lose what is there.",
        )


def _holds(connection: Connection, table: Table) -> bool:
    """Say whether a table has a row."""
    return connection.execute(select(literal(1)).select_from(table).limit(1)).first() is not None


def _clear(database: Database) -> None:
    """Take all tables away; that they are ours was asked before."""
    with database.engine.begin() as connection:
        found = MetaData()
        found.reflect(connection)
        found.drop_all(connection)


def _fill(database: Database, folder: Path, source: Path, secret: Secret) -> list[Table]:
    """Put rows and files back, the rows in one transaction, and return the tables."""
    rows = database.engine.connect().execution_options(**AT_ONCE)
    with archive.opened(source) as file, rows as connection, connection.begin():
        there = {table.name: table for table in dump.tables(connection)}
        for table in reversed(there.values()):  # what a migration begins with
            connection.execute(table.delete())
        for part in ArchiveReader(file, secret).parts():
            if part.columns is None:
                home.write(folder, part.name, part.pieces())
            else:
                dump.fill(connection, there[part.name], part.columns, part.rows)
        for table in there.values():
            dump.catch_up_serials(connection, table)
        return list(there.values())


def _compare(database: Database, tables: list[Table], manifest: Manifest) -> None:
    with database.frozen() as session:
        found = {table.name: dump.digest(session.connection(), table) for table in tables}
    for name, (rows, digest) in manifest.tables.items():
        if (found[name].rows, found[name].hex) != (rows, digest):
            raise ConflictError(
                f"What came back of {name} is not what was kept.", mend="Restore again, into another database."
            )


def _begin_again(database: Database, folder: Path, head: Head, now: datetime) -> audit_chain.Report:
    """Verify the audit log as it came, end every sign-in, and write down that there was a restore."""
    with database.frozen() as session:
        report = audit_chain.verify(session, anchors.read(folder / anchors.NAME))
    with database.writing() as session:
        for table in (WebSession, HalfSignIn, OutsideSignIn):
            session.execute(delete(table))
        audit.record(session, now, audit.SERVICE, "restored", "database", made_at=head.made_at, revision=head.revision)
    return report
