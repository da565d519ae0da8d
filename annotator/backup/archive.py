"""The file of a backup: lines of JSON, compressed and sealed, written and read as a stream, with a manifest at its end.

First comes an object that says what this is, then the parts. A part begins with an object that names it (a table or a file) and
goes on with an array a line: a row, or a piece of the file in base 64. The manifest ends it: rows and digest of every table, size
and hash of every file. Nothing is ever on the disk in plain.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self, cast

from annotator.domain.errors import InputError
from annotator.storage.dump import Digest, Row, line_of
from annotator.storage.sealing import SealedReader, SealedWriter, Secret

FORMAT = "annotator-backup-1"
_PIECE = 49_152  # bytes of a file in a line
_BUFFER = 1 << 20


@dataclass(frozen=True, slots=True)
class Head:
    """What a backup says of itself: when it was begun, the revision of its schema, and what made it."""

    made_at: str
    revision: str
    database: str
    program: str


@dataclass(slots=True)
class Manifest:
    """What a backup holds: (rows, digest) by table, (bytes, SHA-256) by file."""

    tables: dict[str, tuple[int, str]] = field(default_factory=dict)
    files: dict[str, tuple[int, str]] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return sum(count for count, _ in self.tables.values())


@dataclass(frozen=True, slots=True)
class Part:
    """A table with its rows, or a file with its pieces, to be read in one go before the next part."""

    name: str
    columns: tuple[str, ...] | None  # None: a file
    rows: Iterator[Row]

    def pieces(self) -> Iterator[bytes]:
        """Yield the content of a file."""
        for (piece,) in self.rows:
            yield base64.b64decode(piece)


class ArchiveWriter:
    """Writes a backup. Leaving its block well ends it with the manifest; by an error leaves a file that no reader takes."""

    def __init__(self, target: IO[bytes], secret: Secret, head: Head) -> None:
        self.manifest = Manifest()
        self._sealed = SealedWriter(target, secret)
        self._packed = gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=self._sealed, mtime=0)
        self._lines = io.BufferedWriter(cast("io.RawIOBase", self._packed), _BUFFER)
        self._put({"format": FORMAT, **asdict(head)})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._put({"manifest": asdict(self.manifest)})
            self._lines.flush()
            self._packed.close()
        self._sealed.__exit__(kind, error, trace)

    def table(self, name: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
        """Add a table."""
        self._put({"table": name, "columns": list(columns)})
        digest = Digest()
        for row in rows:
            line = line_of(row)
            digest.add(line)
            self._lines.write(line + b"\n")
        self.manifest.tables[name] = (digest.rows, digest.hex)

    def file(self, name: str, content: IO[bytes]) -> None:
        """Add a file, as far as it goes while it is read."""
        self._put({"file": name})
        size, hashed = 0, hashlib.sha256()
        while piece := content.read(_PIECE):
            size += len(piece)
            hashed.update(piece)
            self._put([base64.b64encode(piece).decode()])
        self.manifest.files[name] = (size, hashed.hexdigest())

    def _put(self, line: Any) -> None:
        self._lines.write(json.dumps(line, separators=(",", ":")).encode() + b"\n")


class ArchiveReader:
    """Reads a backup from its beginning to its end.

    Raises:
        InputError: it is no backup, the secret is another one, it is damaged, or its parts are not those of its manifest.
    """

    def __init__(self, source: IO[bytes], secret: Secret) -> None:
        self._lines = gzip.GzipFile(fileobj=io.BufferedReader(SealedReader(source, secret), _BUFFER), mode="rb")
        try:
            head = json.loads(self._lines.readline())
        except (gzip.BadGzipFile, zlib.error, EOFError, ValueError):  # sealed by us, and nothing that is written here
            head = None
        if not isinstance(head, dict) or head.pop("format", "") != FORMAT:
            raise InputError("That is a sealed file, but no backup of this service.", where="backup")
        self.head = Head(**head)
        self.manifest = Manifest()
        self._next: Any = None

    def parts(self) -> Iterator[Part]:
        """Yield part after part; what of a part was not read is read over. At the end all is held to the manifest."""
        self._next = self._line()
        while "manifest" not in self._next:
            begun = self._next
            table = "table" in begun
            name = begun["table"] if table else begun["file"]
            lines = self._table(name) if table else self._file(name)
            yield Part(name, tuple(begun["columns"]) if table else None, lines)
            for _ in lines:
                pass
        given = self._next["manifest"]
        said = Manifest(*({name: tuple(what) for name, what in given[kind].items()} for kind in ("tables", "files")))
        if said != self.manifest or self._lines.readline():
            raise InputError("What the backup holds is not what its manifest says.", where="backup")

    def _table(self, name: str) -> Iterator[Row]:
        digest = Digest()
        for row in self._rows():
            digest.add(line_of(row))
            yield row
        self.manifest.tables[name] = (digest.rows, digest.hex)

    def _file(self, name: str) -> Iterator[Row]:
        size, hashed = 0, hashlib.sha256()
        for row in self._rows():
            piece = base64.b64decode(row[0])
            size += len(piece)
            hashed.update(piece)
            yield row
        self.manifest.files[name] = (size, hashed.hexdigest())

    def _rows(self) -> Iterator[Row]:
        while isinstance(line := self._line(), list):
            yield line
        self._next = line

    def _line(self) -> Any:
        line = self._lines.readline()
        if not line:
            raise InputError("The backup ends without its manifest.", where="backup", mend="Use another copy.")
        return json.loads(line)


def check(path: Path, secret: Secret) -> tuple[Head, Manifest]:
    """Read a whole backup, and return what it says of itself and what it holds."""
    with opened(path) as file:
        reader = ArchiveReader(file, secret)
        for _ in reader.parts():
            pass
    return reader.head, reader.manifest


def opened(path: Path) -> IO[bytes]:
    """Open a backup for reading.

    Raises:
        InputError: there is none.
    """
    try:
        return path.open("rb")
    except OSError as error:
        raise InputError(f"{path} can't be read.", where="backup") from error
