"""Which secret a backup is sealed with: a key file, a passphrase of the environment, or one that is asked for."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from annotator.domain.errors import ConfigError
from annotator.storage.sealing import Passphrase, Secret, read_key_file

KeyFile = Annotated[
    Path | None, typer.Option(envvar="ANNOTATOR_BACKUP_KEY_FILE", help="File of the key that seals the backup.")
]
PassphraseText = Annotated[
    str,
    typer.Option(
        "--passphrase",
        envvar="ANNOTATOR_BACKUP_PASSPHRASE",
        help="Passphrase that seals the backup, in place of a key file; give it by the environment, or be asked.",
    ),
]


def secret_of(key_file: Path | None, passphrase: str, *, twice: bool = False) -> Secret:
    """Return the secret that was named, or ask for a passphrase.

    Raises:
        ConfigError: nothing was named, and there is nobody to ask.
    """
    if key_file is not None:
        return read_key_file(key_file)
    if passphrase:
        return Passphrase(passphrase)
    if not sys.stdin.isatty():
        raise ConfigError("A backup is sealed, and no key is named.", mend="Name a key with --key-file.")
    return Passphrase(typer.prompt("Passphrase", hide_input=True, confirmation_prompt=twice))
