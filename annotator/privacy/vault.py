"""The one place where raw quarantined texts may lie: a single file, encrypted at rest, until two people decide.

Every record is a line of its own: a keyed hash of its id, and a Fernet token (AES-128-CBC with HMAC-SHA-256, package `cryptography`). Adding appends and
syncs; removing writes a new file beside it and swaps it in, so a crash leaves the old file or the new one. A torn last
line (a crash while appending) is dropped, and said so. Nothing here logs, and errors name ids, never texts.
"""

from __future__ import annotations

import fcntl
import hmac
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from annotator.domain.errors import ConfigError, ConflictError, ForbiddenError, InputError, NotFoundError
from annotator.storage.whole_files import sync, sync_folder, whole

KEY_VARIABLE = "ANNOTATOR_QUARANTINE_KEY"
VAULT = "quarantine.vault"  # below the home folder


@dataclass(frozen=True, slots=True)
class RawRow:
    """A quarantined row as it came. It leaves the vault only towards the person who decides on it."""

    id: str
    text: str
    reasons: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Keep the text out of tracebacks and logs."""
        return f"RawRow(id={self.id!r}, reasons={self.reasons!r})"


def new_key() -> str:
    """Return a new key for ANNOTATOR_QUARANTINE_KEY."""
    return Fernet.generate_key().decode()


class Vault:
    """Raw quarantined rows in one encrypted file. `key` defaults to the environment's ANNOTATOR_QUARANTINE_KEY.

    Raises ConfigError where there is no key or it is not one that `new_key` makes.
    """

    def __init__(self, path: Path, key: str | None = None) -> None:
        self._path = path
        key = key if key is not None else os.environ.get(KEY_VARIABLE, "")
        self._fernet = _fernet(key)
        self._key = key.encode()

    def ids(self) -> list[str]:
        """Return the ids of all rows, oldest first."""
        with self._locked():
            return [self._open(token).id for _, token in self._lines()]

    def append(self, *rows: RawRow) -> None:
        """Add rows, all or none of them on disk together. Raises ConflictError where an id is there already."""
        with self._locked():
            self._drop_torn_line()
            there = {tag for tag, _ in self._lines()}
            lines = []
            for row in rows:
                tag = self._tag(row.id)
                if tag in there:
                    raise ConflictError(f"Row {row.id} is in the quarantine already.")
                there.add(tag)
                lines.append(_line(tag, self._seal(row)))
            self._write(b"".join(lines))

    def read(self, row_id: str) -> RawRow:
        """Return one row. Raises NotFoundError."""
        with self._locked():
            return self._find(row_id)

    def release(self, row_id: str, first: str, second: str) -> RawRow:
        """Take a row out and return it: two different people have decided that it may go on.

        Call it once what is to be kept of the row is stored; until then `read` it.

        Raises ForbiddenError where both pseudonyms are one person's, NotFoundError.
        """
        _two_people(first, second)
        with self._locked():
            row = self._find(row_id)
            self._remove([row_id])
            return row

    def destroy(self, row_id: str, first: str, second: str) -> None:
        """Delete a row for good: two different people have decided so. Raises as `release`."""
        self.destroy_all([row_id], first, second)

    def destroy_all(self, row_ids: Sequence[str], first: str, second: str) -> None:
        """Delete rows for good, all of them or none, as `destroy` does one: the file is written anew once."""
        _two_people(first, second)
        with self._locked():
            self._found(row_ids)
            self._remove(row_ids)

    def _find(self, row_id: str) -> RawRow:
        return self._found([row_id])[0]

    def _found(self, row_ids: Iterable[str]) -> list[RawRow]:
        wanted = {self._tag(row_id): row_id for row_id in row_ids}
        tokens = {tag: token for tag, token in self._lines() if tag in wanted}
        for tag, row_id in wanted.items():
            if tag not in tokens:
                raise NotFoundError(f"Row {row_id} is not in the quarantine.")
        return [self._open(tokens[tag]) for tag in wanted]

    def _tag(self, row_id: str) -> bytes:
        """A keyed hash of the id: a row is found by it without opening the others."""
        return hmac.digest(self._key, row_id.encode(), "sha256").hex().encode()

    def _seal(self, row: RawRow) -> bytes:
        content = json.dumps({"id": row.id, "text": row.text, "reasons": row.reasons})
        return self._fernet.encrypt(content.encode())

    def _lines(self) -> Iterator[tuple[bytes, bytes]]:
        """Yield tag and token of every whole line, one in memory at a time."""
        if not self._path.exists():
            return
        with self._path.open("rb") as file:
            for line in file:
                if line.endswith(b"\n"):  # what follows the last newline is torn
                    tag, _, token = line.rstrip(b"\n").partition(b" ")
                    yield tag, token

    def _open(self, token: bytes) -> RawRow:
        try:
            content = json.loads(self._fernet.decrypt(token))
        except InvalidToken:
            raise ConfigError(
                f"A row of {self._path.name} cannot be decrypted.",
                mend=f"Set {KEY_VARIABLE} to the key that the file was written with, or restore the file.",
            ) from None
        return RawRow(content["id"], content["text"], tuple(content["reasons"]))

    def _drop_torn_line(self) -> None:
        if not self._path.exists():
            return
        with self._path.open("rb") as file:
            file.seek(max(0, self._path.stat().st_size - 1))
            torn = file.read() not in (b"", b"\n")
        if torn:
            self._replace(_line(tag, token) for tag, token in self._lines())

    def _write(self, lines: bytes) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "ab", buffering=0) as file:
            before, rest = os.fstat(descriptor).st_size, memoryview(lines)
            try:
                while rest:
                    rest = rest[file.write(rest) :]
                sync(file)
            except BaseException:  # a full disk takes the first of them and not the rest
                os.ftruncate(descriptor, before)
                raise
        sync_folder(self._path.parent)

    def _remove(self, row_ids: Iterable[str]) -> None:
        gone = {self._tag(row_id) for row_id in row_ids}
        self._replace(_line(tag, token) for tag, token in self._lines() if tag not in gone)

    def _replace(self, lines: Iterable[bytes]) -> None:
        """After a crash the file is whole, in its old state or its new one."""
        with whole(self._path) as file:
            file.writelines(lines)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One process at a time, by a lock file that holds nothing."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with (self._path.parent / f"{self._path.name}.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _line(tag: bytes, token: bytes) -> bytes:
    return tag + b" " + token + b"\n"


def _two_people(first: str, second: str) -> None:
    if not first.strip() or not second.strip():
        raise InputError("Two people decide, each under a pseudonym.", where="pseudonym")
    if first.strip().casefold() == second.strip().casefold():
        raise ForbiddenError("The second person has to be another one than the first.")


def _fernet(key: str) -> Fernet:
    mend = "Make one with annotator.privacy.vault.new_key() and keep it outside the database."
    if not key:
        raise ConfigError(f"{KEY_VARIABLE} is not set.", mend=mend)
    try:
        return Fernet(key)
    except ValueError:
        raise ConfigError(f"{KEY_VARIABLE} is no key of 32 bytes in URL-safe base 64.", mend=mend) from None
