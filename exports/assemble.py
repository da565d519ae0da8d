"""Putting the parts of all shards together into the files of a release. Doing it again goes on where it stopped."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from exports import columns
from exports.frozen import Frozen
from exports.layout import CSV_TABLES, Target, targets


def assemble(
    frozen: Frozen, parts: list[Path], out: Path, apart: Path, advance: Callable[[int], None] = lambda _: None
) -> None:
    """Write every data file; hidden ones go `apart`. A file is under its name only once it is whole."""
    for number, target in enumerate(targets()):
        present = [part / target.part for part in parts if (part / target.part).exists()]
        root = apart if target.apart else out
        if target.sharded:
            _sharded(target, present, root, len(present))
        elif present and not (root / target.path).exists():
            _whole(present, root / target.path, _header(frozen, target))
        advance(number + 1)


def _sharded(target: Target, present: list[Path], root: Path, count: int) -> None:
    for number, part in enumerate(present):
        path = root / target.path.format(f"{number:05d}-of-{count:05d}")
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            continue
        _linked(part, path)


def _linked(part: Path, path: Path) -> None:
    """Give a part its name in the release; it takes no more room, and stays where it was for another try."""
    try:
        os.link(part, path)
    except OSError:  # a file system without links
        _whole([part], path, b"")


def _whole(present: list[Path], path: Path, header: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    with unfinished.open("wb") as file:
        file.write(header)
        for part in present:
            with part.open("rb") as source:
                shutil.copyfileobj(source, file, 1 << 20)
    unfinished.replace(path)


def _header(frozen: Frozen, target: Target) -> bytes:
    if not target.header:
        return b""
    names = csv_columns(frozen)[target.header]
    return (",".join(f'"{name}"' for name in names) + "\n").encode()


def csv_columns(frozen: Frozen) -> dict[str, list[str]]:
    """Return the columns of each CSV file."""
    schemas = columns.released(frozen.specs)
    return {name: schemas[name].names for name in CSV_TABLES}
