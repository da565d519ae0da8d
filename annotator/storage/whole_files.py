"""Files that are there whole or not at all, whatever ends the process or the machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO


@contextmanager
def whole(target: Path, *, new: bool = False) -> Iterator[IO[bytes]]:
    """Give a file that only its owner may read, and that takes the target's place once all of it is on disk.

    Raises:
        FileExistsError: it was to be a `new` one, and there is one already, which stays.
    """
    with NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as file:
        beside = Path(file.name)
        try:
            yield file
            sync(file)
            _take_place(beside, target) if new else beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)
    sync_folder(target.parent)


def sync(file: IO[bytes]) -> None:
    """See what was written to the disk."""
    file.flush()
    os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """See the names of a folder to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _take_place(beside: Path, target: Path) -> None:
    try:
        os.link(beside, target)  # of two processes that come first, one wins
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        if target.exists():
            raise FileExistsError(target) from None
        beside.replace(target)
