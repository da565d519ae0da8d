"""The frozen snapshot that a release is built from: a folder of Arrow files and the facts beside them.

Batch `i` of each file belongs to batch `i` of the items, so that a shard can be built without looking at any other. People are
in it under the pseudonyms of one release only (`exports.pseudonyms`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import orjson
import pyarrow as pa

from annotator.domain.errors import InputError
from annotator.domain.schema import LabelSpec
from exports import arrow, columns
from exports.checksums import files_of, sha256_of

FORMAT = 2
TABLES = ("items", "annotations", "consensus", "spans")
FACTS = "facts.json"
GUIDELINE = "guideline"
TRUTH = "truth.jsonl"
BATCH = 10_000
"""Items in a batch; what is in memory at once grows with it."""

_OPTIONS = arrow.ipc.IpcWriteOptions(compression="zstd")


def schemas(specs: tuple[LabelSpec, ...]) -> dict[str, pa.Schema]:
    """Return the columns of each table of a snapshot."""
    return {
        "items": columns.ITEMS,
        "annotations": columns.judged_frozen(specs),
        "consensus": columns.agreed(specs),
        "spans": columns.SPANS,
    }


class FrozenWriter:
    """Writes a snapshot, batch by batch; `finish` seals it with its facts.

    Raises:
        InputError: the folder holds something already.
    """

    def __init__(self, folder: Path, specs: tuple[LabelSpec, ...]) -> None:
        if folder.exists() and any(folder.iterdir()):
            raise InputError("The folder is not empty.", where=str(folder), mend="Name a new one.")
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._schemas = schemas(specs)
        self._files = {
            name: arrow.ipc.new_file(str(folder / f"{name}.arrow"), schema, options=_OPTIONS)
            for name, schema in self._schemas.items()
        }
        self._rows = dict.fromkeys(TABLES, 0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for file in self._files.values():
            file.close()

    def write(self, tables: Mapping[str, pa.Table]) -> None:
        """Write one batch of items with all that belongs to them, in order of item id."""
        for name in TABLES:
            table = tables[name].select(self._schemas[name].names).cast(self._schemas[name])
            self._files[name].write_batch(_one_batch(table))
            self._rows[name] += table.num_rows

    def finish(self, facts: Mapping[str, Any]) -> Frozen:
        """Close the files and write the facts, with the checksum of everything else."""
        self.__exit__()
        files = {name: sha256_of(self.folder / name) for name in files_of(self.folder)}
        sealed = {"format": FORMAT, **facts, "rows": self._rows, "files": files}
        data = orjson.dumps(sealed, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE | orjson.OPT_SORT_KEYS)
        (self.folder / FACTS).write_bytes(data)
        return Frozen.open(self.folder)


@dataclass(frozen=True)
class Frozen:
    """A snapshot to read from."""

    folder: Path
    facts: dict[str, Any]
    digest: str

    @classmethod
    def open(cls, folder: Path) -> Frozen:
        """Open a snapshot.

        Raises:
            InputError: it is none, or of another format.
        """
        try:
            data = (folder / FACTS).read_bytes()
            facts = orjson.loads(data)
        except (OSError, orjson.JSONDecodeError) as error:
            raise InputError(
                "This is no frozen snapshot.", where=str(folder), mend="`annotator release build` makes one."
            ) from error
        if facts.get("format") != FORMAT:
            raise InputError(f"The snapshot is not of format {FORMAT}.", where=str(folder), mend="Freeze it anew.")
        return cls(folder, facts, hashlib.sha256(data).hexdigest())

    @cached_property
    def specs(self) -> tuple[LabelSpec, ...]:
        return columns.specs_from_json(self.facts["labels"])

    @property
    def n_items(self) -> int:
        return int(self.facts["rows"]["items"])

    @cached_property
    def n_shards(self) -> int:
        with self._reader("items") as reader:
            return int(reader.num_record_batches)

    def shard(self, name: str, number: int) -> pa.Table:
        """Return one batch of a table."""
        with self._reader(name) as reader:
            return pa.Table.from_batches([reader.get_batch(number)])

    def check(self) -> None:
        """Hold every file against its checksum.

        Raises:
            InputError: a file is damaged or missing.
        """
        for name, expected in self.facts["files"].items():
            path = self.folder / name
            if not path.is_file() or sha256_of(path) != expected:
                raise InputError("The file is not as it was frozen.", where=str(path), mend="Freeze a new snapshot.")

    def _reader(self, name: str) -> Any:
        return arrow.ipc.open_file(pa.OSFile(str(self.folder / f"{name}.arrow")))


def _one_batch(table: pa.Table) -> pa.RecordBatch:
    batches = table.combine_chunks().to_batches()
    return batches[0] if batches else pa.RecordBatch.from_pylist([], schema=table.schema)
