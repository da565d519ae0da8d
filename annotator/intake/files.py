"""Reading JSONL, CSV and Parquet as a stream of numbered rows, in bounded memory. What a row means is not decided here."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from annotator.domain.errors import InputError

MAX_LINE = 1_000_000
_PARQUET_BATCH = 2_000


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
                yield Numbered(number, None, f"the line is longer than {MAX_LINE:,} bytes", done)
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
        return Numbered(number, None, "the line is not JSON", done)
    if not isinstance(values, dict):
        return Numbered(number, None, "the line is not a JSON object", done)
    return Numbered(number, values, done=done)


def _csv(path: Path) -> Iterator[Numbered]:
    csv.field_size_limit(MAX_LINE)
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        rows = csv.reader(file, strict=True)
        header = next(rows, None)
        if not header or len(set(header)) != len(header):
            raise InputError("The first line does not name each column once.", where=path.name)
        start = rows.line_num + 1
        while True:
            try:
                row = next(rows, None)
            except csv.Error as error:
                yield Numbered(start, None, f"the row is not CSV ({error})", _position(file))
            else:
                if row is None:
                    return
                yield _matched(start, header, row, _position(file))
            start = rows.line_num + 1


def _position(file: Any) -> int:
    return int(file.buffer.tell())


def _matched(number: int, header: list[str], row: list[str], done: int) -> Numbered:
    if not row:
        return Numbered(number, None, "the row is empty", done)
    if len(row) != len(header):
        return Numbered(number, None, f"the row has {len(row)} fields, the header {len(header)}", done)
    return Numbered(number, dict(zip(header, row, strict=True)), done=done)


def _parquet_rows(path: Path) -> Iterator[Numbered]:
    number = 0
    for batch in _parquet(path).iter_batches(batch_size=_PARQUET_BATCH):
        for values in batch.to_pylist():
            number += 1
            yield Numbered(number, values, done=number)


def _parquet(path: Path) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.ParquetFile(path)  # type: ignore[no-untyped-call]
    except (pa.ArrowException, OSError) as error:
        raise InputError("The file is not Parquet.", where=path.name) from error


_READERS = {".jsonl": _jsonl, ".ndjson": _jsonl, ".csv": _csv, ".parquet": _parquet_rows}
