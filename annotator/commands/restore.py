"""`annotator restore`: a backup back into an empty database, checked row by row; or a backup looked at only."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from annotator.backup import archive
from annotator.backup.home import SETTINGS
from annotator.backup.restore import restore as put_back
from annotator.commands.progress import terminal
from annotator.commands.secret import KeyFile, PassphraseText, secret_of
from annotator.domain.clock import SystemClock
from annotator.runtime import read_settings


def restore(
    source: Annotated[Path, typer.Argument(help="The backup.")],
    key_file: KeyFile = None,
    passphrase: PassphraseText = "",
    check: Annotated[
        bool, typer.Option("--check", help="Read the backup through and check it; restore nothing.")
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Forget what the database and the home hold, and restore in its place.")
    ] = False,
) -> None:
    """Restore a backup into an empty database and home, of SQLite or PostgreSQL; stop the service before.

    Exits with 1 where the audit log that came back does not verify.

    Example: annotator restore /media/safe/annotator-20260302T090000Z.backup --key-file /media/key/backup.key
    """
    console, settings, secret = terminal(), read_settings(), secret_of(key_file, passphrase)
    if check:
        with console.status("Reading the backup"):
            head, manifest = archive.check(source, secret)
        console.print(f"Whole: of {head.made_at}, schema {head.revision}, {head.database}, program {head.program}.")
        console.print(f"{manifest.rows:,} rows of {len(manifest.tables)} tables, {len(manifest.files)} files.")
        return
    with console.status("Restoring"):
        restored = put_back(settings, source, secret, SystemClock().now(), replace=replace)
    report, manifest = restored.audit, restored.manifest
    console.print(f"{manifest.rows:,} rows and {len(manifest.files)} files came back as they were kept.")
    console.print(f"The settings of then are in {settings.home / SETTINGS}; everybody signs in anew.")
    if not report.whole:
        console.print(
            f"[red]The audit log does not verify: {len(report.findings)} findings.[/red] annotator audit verify"
        )
        raise typer.Exit(1)
    console.print(f"The audit log verifies: {report.lines:,} lines.")
