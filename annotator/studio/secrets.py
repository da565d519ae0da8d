"""The embedded server's password and token, kept in a file that only its owner may read."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from annotator.domain.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Secrets:
    """What signs in to the server: a password for people, a token for programs."""

    password: str
    token: str


def kept_secrets(path: Path) -> Secrets:
    """Return the secrets kept at `path`, made if there are none. Raises ConfigError when the file holds something else."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = path.with_name(f"{path.name}.{os.getpid()}")
        write_private(made, json.dumps(asdict(Secrets(secrets.token_urlsafe(18), secrets.token_hex(20)))))
        with contextlib.suppress(FileExistsError):
            os.link(made, path)  # of two processes that come first, one wins and both read the same
        made.unlink()
    try:
        return Secrets(**json.loads(path.read_text()))
    except (ValueError, TypeError) as error:
        mend = "Restore the file from a backup, or remove Label Studio's home to begin anew."
        raise ConfigError(f"{path} does not hold Label Studio's password and token.", mend=mend) from error


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    part = path.with_name(f"{path.name}.part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    part.replace(path)
