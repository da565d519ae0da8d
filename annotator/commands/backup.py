"""`annotator backup`: all that the service holds, in one sealed file, while it goes on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from annotator.backup.make import make, place
from annotator.commands.progress import terminal
from annotator.commands.secret import KeyFile, PassphraseText, secret_of
from annotator.domain.clock import SystemClock
from annotator.domain.errors import InputError
from annotator.runtime import read_settings
from annotator.storage.database import Database
from annotator.storage.sealing import make_key_file


def backup(
    target: Annotated[Path, typer.Argument(help="File to write, or a folder to write a dated one to.")],
    key_file: KeyFile = None,
    passphrase: PassphraseText = "",
    make_key: Annotated[
        bool, typer.Option("--make-key", help="Make the key file first; it must not be there.")
    ] = False,
) -> None:
    """Write one sealed file with every row, the kept files of the home folder and the settings, while the service goes on.

    Example: annotator backup /media/safe --key-file /media/key/backup.key
    """
    if make_key:
        if key_file is None:
            raise InputError("There is no name for the key.", where="--make-key", mend="Give one with --key-file.")
        make_key_file(key_file)
    console, settings, now = terminal(), read_settings(), SystemClock().now()
    path, secret = place(target, now), secret_of(key_file, passphrase, twice=True)
    database = Database(settings.database)
    try:
        with console.status("Reading the database"):
            manifest = make(settings, database, path, secret, now)
    finally:
        database.dispose()
    console.print(f"{manifest.rows:,} rows of {len(manifest.tables)} tables and {len(manifest.files)} files: {path}")
    console.print("Keep the key elsewhere: without it nobody can open the backup, and with it anybody can.")
