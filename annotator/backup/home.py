"""What of the home folder goes into a backup: all that the database, a fresh start and the mirror can't make anew.

Left out are caches (features, editor files), logs, locks and scratch, and the sign-ins of a demonstration.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import IO

from pydantic import SecretStr

from annotator.domain.errors import InputError
from annotator.people import factor_key
from annotator.privacy.vault import VAULT
from annotator.settings import Settings
from annotator.storage import anchors
from annotator.studio.connect import STUDIO_HOME

KEPT = (anchors.NAME, factor_key.NAME, VAULT, "guidelines", "releases", STUDIO_HOME)
SETTINGS = "restored-settings.env"
_OF_THE_MACHINE = {"home", "host", "port", "database_url"}
_PASSING = (".log", ".log.1", ".pid", ".lock", "-wal", "-shm", "-journal", ".part")
_SQLITE = b"SQLite format 3\x00"


def names(home: Path) -> Iterator[str]:
    """Yield the files that are kept, as paths below the home folder."""
    for kept in KEPT:
        root = home / kept
        for path in sorted(root.rglob("*")) if root.is_dir() else [root]:
            if path.is_file() and not path.is_symlink() and not path.name.endswith(_PASSING) and path.name != "lock":
                yield path.relative_to(home).as_posix()


@contextmanager
def reading(path: Path) -> Iterator[IO[bytes]]:
    """Open a file; a SQLite database is copied as of one moment first, whoever writes to it meanwhile."""
    with path.open("rb") as file:
        if file.read(len(_SQLITE)) != _SQLITE:
            file.seek(0)
            yield file
            return
    with TemporaryDirectory(dir=path.parent) as folder:
        copied = Path(folder) / "copy"
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copied)) as target:
            source.backup(target)
        with copied.open("rb") as file:
            yield file


def settings_file(settings: Settings) -> bytes:
    """Return the settings that were set, secrets too, as lines of an environment file; not what belongs to one machine."""
    lines = []
    for name in sorted(settings.model_fields_set - _OF_THE_MACHINE):
        value = getattr(settings, name)
        plain = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
        lines.append(f"ANNOTATOR_{name.upper()}={plain}\n")
    return "".join(lines).encode()


def require_room(home: Path, *, replace: bool) -> None:
    """Clear what a restore would write over, where that was asked for.

    Raises:
        InputError: there is something, and it was not asked for.
    """
    there = [home / kept for kept in KEPT if (home / kept).exists()]
    if there and not replace:
        raise InputError(
            f"{there[0]} is there already.",
            where="home",
            mend="Name an empty home, or say --replace to lose what is there.",
        )
    for path in there:
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def write(home: Path, name: str, pieces: Iterable[bytes]) -> None:
    """Write one file below the home folder, for its owner alone.

    Raises:
        InputError: the name leads elsewhere.
    """
    way = PurePosixPath(name)
    if way.is_absolute() or ".." in way.parts or (way.parts[0] not in KEPT and name != SETTINGS):
        raise InputError("The backup holds a file that does not belong to a home.", where="backup")
    path = home / way
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600)
    with path.open("wb") as file:
        for piece in pieces:
            file.write(piece)
