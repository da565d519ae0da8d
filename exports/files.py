"""`write_export`: items and every single annotation as JSON lines, with a manifest of counts and checksums.

Free-text notes are withheld: they have not been through a gate. A majority label alone is never written.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

from annotator.domain.errors import InputError
from exports.terms import SHORT

FORMAT = 1


@dataclass(frozen=True)
class Snapshot:
    """What is exported: batches of items and annotations (see `annotator.storage.snapshot`), and facts of the manifest."""

    items: Iterable[pa.RecordBatch]
    annotations: Iterable[pa.RecordBatch]
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Written:
    """One file of an export."""

    name: str
    rows: int
    bytes: int
    sha256: str


def write_export(snapshot: Snapshot, out: Path) -> list[Written]:
    """Write `items.jsonl`, `annotations.jsonl` and `manifest.json` into a folder that is new or empty, all of them or none.

    They are written beside it, into `NAME.unfinished`, which a try that was stopped leaves there for the next to clear away.

    Raises:
        InputError: the folder holds something already, or is where a disk is mounted.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InputError(
            "The folder is not empty.", where=str(out), mend="Name a new one; an export is never overwritten."
        )
    if out.is_mount():
        raise InputError("A disk is mounted at the folder.", where=str(out), mend="Name a new folder within it.")
    out = out.resolve()
    unfinished = out.with_name(f"{out.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    try:
        written = _files(snapshot, unfinished)
        unfinished.rename(out)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    return written


def _files(snapshot: Snapshot, folder: Path) -> list[Written]:
    written = [
        _write(folder / "items.jsonl", _rows(snapshot.items)),
        _write(folder / "annotations.jsonl", map(_annotation, _rows(snapshot.annotations))),
    ]
    manifest = {
        "format": FORMAT,
        **snapshot.facts,
        "terms": SHORT,
        "withheld": ["free-text notes", "items in quarantine", "items withdrawn"],
        "files": {one.name: {"rows": one.rows, "bytes": one.bytes, "sha256": one.sha256} for one in written},
    }
    data = orjson.dumps(manifest, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    (folder / "manifest.json").write_bytes(data)
    return written


def _rows(batches: Iterable[pa.RecordBatch]) -> Iterator[dict[str, Any]]:
    for batch in batches:
        yield from batch.to_pylist()


def _annotation(row: dict[str, Any]) -> dict[str, Any]:
    answer, result = orjson.loads(row.pop("answer")), orjson.loads(row.pop("result"))
    labels = orjson.loads(row.pop("labels"))
    return {
        **row,
        "labels": labels,
        "choices": answer["choices"],
        "spans": answer["spans"],
        "result": [region for region in result if region.get("type") != "textarea"],
    }


def _write(path: Path, rows: Iterable[dict[str, Any]]) -> Written:
    digest, count, size = hashlib.sha256(), 0, 0
    with path.open("wb") as file:
        for row in rows:
            line = orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)
            file.write(line)
            digest.update(line)
            count += 1
            size += len(line)
    return Written(path.name, count, size, digest.hexdigest())
