"""The embedded server's password and token, kept in a file that only its owner may read."""

from __future__ import annotations

import json
import secrets
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from annotator.domain.errors import ConfigError
from annotator.storage.whole_files import whole


@dataclass(frozen=True, slots=True)
class Secrets:
    """What signs in to the server: a password for people, a token for programs."""

    password: str
    token: str


def kept_secrets(path: Path) -> Secrets:
    """Return the secrets kept at `path`, made if there are none. Raises ConfigError when the file holds something else."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = Secrets(secrets.token_urlsafe(18), secrets.token_hex(20))
        with suppress(FileExistsError), whole(path, new=True) as file:  # both of two that come first read the same
            file.write(json.dumps(asdict(made)).encode())
    try:
        return Secrets(**json.loads(path.read_text()))
    except (ValueError, TypeError) as error:
        mend = "Restore the file from a backup, or remove Label Studio's home to begin anew."
        raise ConfigError(f"{path} does not hold Label Studio's password and token.", mend=mend) from error
