"""Feature rows on disk, by item id: appended once, read anywhere, mapped into memory and not loaded.

A store is a folder named after the version of its features. Rows lie in three growing files (values, columns, row ends), ids
in a fourth. What counts is what `commit.json` says: it is replaced in one step after the files have reached the disk, so a
crash at any point leaves the last committed state, and what lies behind it is cut off by the next append. One process writes at
a time (a lock file); readers need no lock and see a later state after `refresh`. Made for POSIX systems.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from scipy import sparse

from active_learning.arrays import Rows
from active_learning.features import Features
from active_learning.spread import Each
from annotator.domain.errors import InputError, NotFoundError

_BATCH = 2000  # texts transformed and committed at a time
FILES: dict[str, Any] = {
    "data": np.dtype("<f4"),
    "indices": np.dtype("<i4"),
    "ends": np.dtype("<i8"),
    "ids": np.dtype("u1"),
}


@dataclass(frozen=True, slots=True)
class Commit:
    """How much of each file counts: rows, entries of the rows, bytes of the ids; and which generation of the files."""

    rows: int = 0
    entries: int = 0
    id_bytes: int = 0
    generation: int = 0

    def counts(self, name: str) -> int:
        return {"data": self.entries, "indices": self.entries, "ends": self.rows, "ids": self.id_bytes}[name]


def committed(folder: Path) -> Commit:
    """Return what counts of a store."""
    path = folder / "commit.json"
    return Commit(**json.loads(path.read_text())) if path.exists() else Commit()


def files(folder: Path, generation: int) -> Path:
    """Return the folder of a generation of files."""
    return folder / f"rows-{generation}"


def mapped(folder: Path, commit: Commit, name: str) -> Any:
    """Return what counts of one file, mapped into memory."""
    size = commit.counts(name)
    if size == 0:
        return np.empty(0, dtype=FILES[name])
    return np.memmap(files(folder, commit.generation) / name, dtype=FILES[name], mode="r", shape=(size,))


class FeatureStore:
    """The rows of one version of features. `root` holds a folder a version; it is made where it is missing."""

    def __init__(self, root: Path, features: Features) -> None:
        self.features = features
        self.width = sum(features.blocks)
        self.folder = root / features.version
        self.folder.mkdir(parents=True, exist_ok=True)
        self._commit, self._row = Commit(), dict[str, int]()
        self.refresh()

    def __len__(self) -> int:
        return self._commit.rows

    def __contains__(self, item_id: object) -> bool:
        return item_id in self._row

    @property
    def ids(self) -> tuple[str, ...]:
        """Item ids in the order of the rows."""
        return tuple(self._row)

    def refresh(self) -> Self:
        """Take in what others committed since."""
        known, self._commit = self._commit, committed(self.folder)
        if self._commit.generation != known.generation:
            known, self._row = Commit(), {}
        self._arrays = {name: self._mapped(name) for name in FILES}
        names = self._arrays["ids"][known.id_bytes :].tobytes().decode().split("\n")[:-1]
        self._row |= {item_id: known.rows + place for place, item_id in enumerate(names)}
        return self

    def append(self, ids: Sequence[str], texts: Sequence[str], each: Each = map) -> int:
        """Transform and store the items that are not there yet, a batch at a time; return how many there were.

        `each` is `map`, or `spread.over` an executor whose processes share the work of transforming; the rows are the same.
        Stopped at any point and called again, it goes on where it was. Raises `InputError` for columns of unequal length and ids
        that are empty or hold a line break.
        """
        if len(ids) != len(texts):
            raise InputError(f"{len(ids)} ids and {len(texts)} texts.", where="ids, texts")
        wrong = next((place for place, item_id in enumerate(ids) if not item_id or "\n" in item_id), None)
        if wrong is not None:
            raise InputError("is empty or holds a line break.", where=f"ids, row {wrong + 1}")
        with self._writing():
            new = {item_id: text for item_id, text in zip(ids, texts, strict=True) if item_id not in self._row}
            names = list(new)
            batches = [names[start : start + _BATCH] for start in range(0, len(names), _BATCH)]
            given = ([new[item_id] for item_id in batch] for batch in batches)
            for batch, rows in zip(batches, each(self.features.transform, given), strict=True):
                self._add(batch, rows, self._commit)
        return len(names)

    def rows(self, ids: Sequence[str]) -> Rows:
        """Return the rows of items in the order asked for, shape (n, width), CSR.

        Raises `NotFoundError` naming the first id that is not stored.
        """
        missing = next((item_id for item_id in ids if item_id not in self._row), None)
        if missing is not None:
            raise NotFoundError(f"No features are stored for item {missing}.", mend="Append it first.")
        row = np.array([self._row[item_id] for item_id in ids], dtype=np.int64)
        ends = self._arrays["ends"]
        stop, start = ends[row], np.where(row > 0, ends[row - 1], 0)
        length = stop - start
        indptr = np.concatenate([[0], np.cumsum(length)])
        place = np.arange(indptr[-1]) + np.repeat(start - indptr[:-1], length)
        return self._csr(self._arrays["data"][place], self._arrays["indices"][place], indptr)

    def matrix(self) -> Rows:
        """Return all rows in the order of `ids`, shape (len, width), CSR over the mapped files, not copied."""
        indptr = np.concatenate([[0], self._arrays["ends"]])
        return self._csr(self._arrays["data"], self._arrays["indices"], indptr)

    def keep(self, ids: Collection[str]) -> int:
        """Forget every item but these, files included, as after a withdrawal; return how many were forgotten."""
        with self._writing():
            kept = [item_id for item_id in self._row if item_id in ids]
            forgotten = len(self) - len(kept)
            if forgotten:
                rows = self.rows(kept)
                self._add(kept, rows, Commit(generation=self._commit.generation + 1))
                self._drop_strays()
        return forgotten

    def _csr(self, data: Any, indices: Any, indptr: Any) -> Rows:
        return sparse.csr_matrix((data, indices, indptr), shape=(len(indptr) - 1, self.width), copy=False)

    def _files(self, generation: int) -> Path:
        return files(self.folder, generation)

    def _mapped(self, name: str) -> Any:
        return mapped(self.folder, self._commit, name)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.refresh()
            self._drop_strays()
            yield

    def _drop_strays(self) -> None:
        """Remove generations that do not count, as a crash may leave them: what was forgotten must be gone."""
        for stray in set(self.folder.glob("rows-*")) - {self._files(self._commit.generation)}:
            shutil.rmtree(stray)

    def _add(self, ids: list[str], rows: Rows, commit: Commit) -> None:
        """Write rows behind the committed ones, then commit them."""
        csr = sparse.csr_matrix(rows)
        folder = self._files(commit.generation)
        folder.mkdir(exist_ok=True)
        parts = {
            "data": csr.data,
            "indices": csr.indices,
            "ends": commit.entries + np.asarray(csr.indptr[1:], dtype=np.int64),
            "ids": np.frombuffer("".join(f"{item_id}\n" for item_id in ids).encode(), dtype=np.uint8),
        }
        for name, kind in FILES.items():
            _write(folder / name, commit.counts(name) * kind.itemsize, parts[name].astype(kind, copy=False))
        _sync(folder)
        after = Commit(
            commit.rows + len(ids), commit.entries + csr.nnz, commit.id_bytes + len(parts["ids"]), commit.generation
        )
        waiting = self.folder / "commit.waiting"
        _write(waiting, 0, np.frombuffer(json.dumps(asdict(after)).encode(), dtype=np.uint8))
        waiting.replace(self.folder / "commit.json")
        _sync(self.folder)
        self.refresh()


def _write(path: Path, offset: int, values: Any) -> None:
    """Cut the file off at the offset, write there, and see it to the disk."""
    with path.open("r+b" if path.exists() else "w+b") as file:
        file.truncate(offset)
        file.seek(offset)
        file.write(np.ascontiguousarray(values).tobytes())
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    """See the names of new files to the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
