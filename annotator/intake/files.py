"""Reading JSONL, CSV and Parquet as a stream of numbered rows, in bounded memory. What a row means is not decided here."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Self

import orjson

from annotator.domain.errors import InputError
from annotator.domain.words import marked

MAX_LINE = 1_000_000
_PARQUET_BATCH, _PARQUET_BYTES = 2_000, 32_000_000


@dataclass(frozen=True, slots=True)
class Numbered:
    """One row as the file has it. `line` counts from 1; `problem` says why `values` is None; `done` is bytes or rows read."""

    line: int
    values: dict[str, Any] | None
    problem: str = ""
    done: int = 0


def read(path: Path) -> Iterator[Numbered]:
    """Yield the rows of a file.

    Raises:
        InputError: there is no such file, its kind is unknown, or it cannot be read as its kind at all.
    """
    _require(path)
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise InputError(
            f"{path.suffix or 'No ending'} is not a kind of file that we read.",
            where=path.name,
            mend="Use .jsonl, .csv or .parquet.",
        )
    return reader(path)


def size(path: Path) -> int:
    """Return what `Numbered.done` counts up to."""
    _require(path)
    if path.suffix.lower() == ".parquet":
        return int(_parquet(path).metadata.num_rows)
    return path.stat().st_size


def _require(path: Path) -> None:
    if not path.is_file():
        raise InputError("There is no such file.", where=str(path))


def _jsonl(path: Path) -> Iterator[Numbered]:
    with path.open("rb") as file:
        number = done = 0
        while line := file.readline(MAX_LINE):
            number += 1
            done += len(line)
            if len(line) == MAX_LINE and not line.endswith(b"\n"):
                done += _skip_line(file)
                yield Numbered(number, None, marked(f"the line is longer than {MAX_LINE:,} bytes"), done)
            elif line.strip():
                yield _parsed(number, line, done)


def _skip_line(file: Any) -> int:
    skipped = 0
    while rest := file.readline(MAX_LINE):
        skipped += len(rest)
        if rest.endswith(b"\n"):
            break
    return skipped


def _parsed(number: int, line: bytes, done: int) -> Numbered:
    try:
        values = orjson.loads(line)
    except orjson.JSONDecodeError:
        return Numbered(number, None, marked("the line is not JSON"), done)
    if not isinstance(values, dict):
        return Numbered(number, None, marked("the line is not a JSON object"), done)
    return Numbered(number, values, done=done)


def _csv(path: Path) -> Iterator[Numbered]:
    csv.field_size_limit(MAX_LINE)
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        rows = csv.reader(_Lines(file), strict=True)
        try:
            header = next(rows, None)
        except csv.Error:
            header = None
        if not header or len(set(header)) != len(header):
            raise InputError("The first line does not name each column once.", where=path.name)
        start = rows.line_num + 1
        while True:
            try:
                row = next(rows, None)
            except csv.Error as error:
                yield Numbered(start, None, marked(f"the row is not CSV ({error})"), _position(file))
            else:
                if row is None:
                    return
                yield _matched(start, header, row, _position(file))
            start = rows.line_num + 1


class _Lines:
    """The lines of a file, none of them longer than fits: one that is gets passed over, and `csv` is told so in its own words."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = rest = self._file.readline(MAX_LINE)
        while len(rest) == MAX_LINE and not rest.endswith("\n"):
            rest = self._file.readline(MAX_LINE)
        if rest is not line:
            raise csv.Error(f"the line is longer than {MAX_LINE:,} characters")
        if not line:
            raise StopIteration
        return line


def _position(file: Any) -> int:
    return int(file.buffer.tell())


def _matched(number: int, header: list[str], row: list[str], done: int) -> Numbered:
    if not row:
        return Numbered(number, None, marked("the row is empty"), done)
    if len(row) != len(header):
        return Numbered(number, None, marked(f"the row has {len(row)} fields, the header {len(header)}"), done)
    return Numbered(number, dict(zip(header, row, strict=True)), done=done)


def _parquet_rows(path: Path) -> Iterator[Numbered]:
    """Yield row by row: a batch holds a value that comes again only once, and no more rows than fit."""
    import pyarrow as pa

    file, number = _parquet(path), 0
    try:
        for batch in file.iter_batches(batch_size=_rows_that_fit(file.metadata)):
            columns = dict(zip(batch.schema.names, batch.columns, strict=True))
            for index in range(batch.num_rows):
                number += 1
                yield _read_row(number, columns, index)
    except (pa.ArrowException, OSError) as error:
        raise InputError("The file is damaged.", where=f"{path.name}, after row {number}") from error


def _read_row(number: int, columns: dict[str, Any], index: int) -> Numbered:
    try:
        return Numbered(number, {name: column[index].as_py() for name, column in columns.items()}, done=number)
    except (UnicodeDecodeError, ValueError, OverflowError):
        return Numbered(number, None, marked("the row holds what is no text"), done=number)


def _rows_that_fit(metadata: Any) -> int:
    """Return how many rows may be decompressed at once, by what the file says of itself."""
    groups = [metadata.row_group(index) for index in range(metadata.num_row_groups)]
    largest = max((group.total_byte_size / max(1, group.num_rows) for group in groups), default=1)
    return int(max(1, min(_PARQUET_BATCH, _PARQUET_BYTES // max(1, largest))))


def _parquet(path: Path) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        schema = pq.read_schema(path)  # type: ignore[no-untyped-call]
        texts = [field.name for field in schema if pa.types.is_string(field.type) or pa.types.is_binary(field.type)]
        return pq.ParquetFile(path, read_dictionary=texts)  # type: ignore[no-untyped-call]
    except (pa.ArrowException, OSError) as error:
        raise InputError("The file is not Parquet.", where=path.name) from error


_READERS = {".jsonl": _jsonl, ".ndjson": _jsonl, ".csv": _csv, ".parquet": _parquet_rows}
