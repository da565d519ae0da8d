"""Files of exports: one file, a folder of them, or a zip as the tool packs it; read as JSON, JSON lines or a table."""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

import orjson

from annotator.domain.errors import InputError

MOST_BYTES = 2_000_000_000
"""What the files of one export may hold together, unpacked."""

_MOST_CELL = 10_000_000


@dataclass(frozen=True, slots=True)
class Source:
    """One file of an export: its name, the folder it lies in, and its content."""

    name: PurePosixPath
    folder: str
    content: bytes

    def json(self) -> Any:
        """Return the whole file as JSON. Raises `InputError` with the place."""
        try:
            return orjson.loads(self.content)
        except orjson.JSONDecodeError as error:
            raise InputError(
                f"This is not JSON ({error.msg}).",
                where=f"{self.name}, line {error.lineno}",
                mend="Export the file again, unedited.",
            ) from error

    def json_lines(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield place and object of each line that is not blank. Raises `InputError` with the place."""
        for number, line in enumerate(self.content.split(b"\n"), start=1):
            if not line.strip():
                continue
            where = f"{self.name}, line {number}"
            try:
                values = orjson.loads(line)
            except orjson.JSONDecodeError as error:
                mend = "Export the file again, unedited; every line is one JSON object."
                raise InputError("The line is not JSON.", where=where, mend=mend) from error
            if not isinstance(values, dict):
                raise InputError("The line is not a JSON object.", where=where, mend="Every line is one JSON object.")
            yield where, values

    def objects(self, what: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield place and object of each element of a JSON list, or of each line."""
        if not self.content.lstrip().startswith(b"["):
            yield from self.json_lines()
            return
        for number, values in enumerate(self.json(), start=1):
            where = f"{self.name}, {what} {number}"
            if not isinstance(values, dict):
                raise InputError("This is not a JSON object.", where=where, mend="Export the file again, unedited.")
            yield where, values

    def table(self) -> Iterator[tuple[str, dict[str, str]]]:
        """Yield place and cells of each row, by the names in the first line; tabs part cells where the name ends in .tsv."""
        try:
            text = self.content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise InputError("This is not UTF-8.", where=str(self.name), mend="Save it as UTF-8.") from error
        csv.field_size_limit(_MOST_CELL)  # one for the whole process, and others set it too
        rows = csv.reader(io.StringIO(text, newline=""), delimiter="\t" if self.name.suffix == ".tsv" else ",")
        header = self._row(rows) or []
        while (row := self._row(rows)) is not None:
            where = f"{self.name}, line {rows.line_num}"
            if row and len(row) != len(header):
                mend = "Export the file again, unedited."
                raise InputError(f"{len(row)} cells under {len(header)} names.", where=where, mend=mend)
            if row:
                yield where, dict(zip(header, row, strict=True))

    def _row(self, rows: Any) -> list[str] | None:
        """Return the next row of a table, None at its end."""
        try:
            row: list[str] | None = next(rows, None)
        except csv.Error as error:
            where = f"{self.name}, line {rows.line_num}"
            raise InputError("The row is not CSV.", where=where, mend="Export the file again, unedited.") from error
        return row


def sources(path: Path, endings: tuple[str, ...]) -> list[Source]:
    """Return the files of an export with one of these endings, in the order of their names.

    Raises:
        InputError: there is nothing of that kind, or too much.
    """
    if path.is_dir():
        found = _few(_in_folder(path, endings), path)
    elif path.suffix == ".zip" and path.is_file():
        found = _few(_in_zip(path, endings), path)
    elif path.is_file():
        found = _few(iter([(path.name, path.resolve().parent.name, path.stat().st_size, path.read_bytes)]), path)
    else:
        raise InputError("There is no such file.", where=str(path))
    if not found:
        raise InputError(f"There is no file of the kind {' or '.join(endings)} in it.", where=path.name)
    return found


def _in_folder(path: Path, endings: tuple[str, ...]) -> Iterator[tuple[str, str, int, Any]]:
    for file in sorted(path.rglob("*")):
        if file.is_file() and file.name.endswith(endings):
            yield file.relative_to(path).as_posix(), file.parent.name, file.stat().st_size, file.read_bytes


def _in_zip(path: Path, endings: tuple[str, ...]) -> Iterator[tuple[str, str, int, Any]]:
    try:
        with zipfile.ZipFile(path) as packed:
            for entry in sorted(packed.infolist(), key=lambda one: one.filename):
                if not entry.is_dir() and entry.filename.endswith(endings):
                    name = PurePosixPath(entry.filename)
                    yield str(name), name.parent.name, entry.file_size, partial(_unpacked, packed, entry)
    except zipfile.BadZipFile as error:
        raise _not_a_zip(path.name) from error


def _unpacked(packed: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    try:
        return packed.read(entry)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:  # damaged, or locked
        raise _not_a_zip(entry.filename) from error


def _not_a_zip(where: str) -> InputError:
    return InputError("This is not a zip file.", where=where, mend="Download the export again.")


def _few(files: Iterator[tuple[str, str, int, Any]], path: Path) -> list[Source]:
    found, held = [], 0
    for name, folder, size, read in files:
        held += size
        if held > MOST_BYTES:
            mend = "Split the export and bring in its parts one by one."
            raise InputError(f"More than {MOST_BYTES:,} bytes.", where=path.name, mend=mend)
        found.append(Source(PurePosixPath(name), folder, read()))
    return found
