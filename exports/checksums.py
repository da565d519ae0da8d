"""Checksums: writing `CHECKSUMS` (as `sha256sum -c` reads it), and naming every file that is not as it was."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from annotator.domain.errors import InputError

NAME = "CHECKSUMS"
_THREADS = 2
_LINE = re.compile(r"([0-9a-f]{64})  (.+)")
_SEAL = re.compile(r"# sha256 of the lines above: ([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Complaint:
    """One file that is not as it was, and how."""

    file: str
    what: str


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_checksums(folder: Path) -> str:
    """Write `CHECKSUMS` over every other file of the folder; return its own SHA-256, which names the release."""
    names = files_of(folder)
    with ThreadPoolExecutor(_THREADS) as pool:  # hashing lets other threads run
        digests = pool.map(lambda name: sha256_of(folder / name), names)
        lines = "".join(f"{digest}  {name}\n" for digest, name in zip(digests, names, strict=True))
    text = f"{lines}# sha256 of the lines above: {hashlib.sha256(lines.encode()).hexdigest()}\n"
    (folder / NAME).write_bytes(text.encode())
    return hashlib.sha256(text.encode()).hexdigest()


def files_of(folder: Path) -> list[str]:
    """Return the names of all files but `CHECKSUMS`, in order, with forward slashes."""
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file() and p != folder / NAME)


def verify_checksums(
    folder: Path, *, digest: str | None = None, advance: Callable[[str], None] = lambda _: None
) -> list[Complaint]:
    """Return everything that is wrong: changed, missing and added files, or a damaged list. Empty means all is well.

    `digest`, where it is known from elsewhere, is the SHA-256 of `CHECKSUMS` itself. `advance` hears of each file checked.

    Raises:
        InputError: there is no list at all.
    """
    path = folder / NAME
    if not path.is_file():
        raise InputError("There is no CHECKSUMS here.", where=str(folder), mend="Name the folder of a release.")
    data = path.read_bytes()
    listed, complaints = _read(data)
    if digest is not None and hashlib.sha256(data).hexdigest() != digest:
        complaints.append(Complaint(NAME, "is not the list that was published"))
    present = set(files_of(folder))
    complaints += [Complaint(name, "is missing") for name in sorted(listed.keys() - present)]
    complaints += [Complaint(name, "is not of the release") for name in sorted(present - listed.keys())]
    for name in sorted(listed.keys() & present):
        if sha256_of(folder / name) != listed[name]:
            complaints.append(Complaint(name, "has changed"))
        advance(name)
    return complaints


def _read(data: bytes) -> tuple[dict[str, str], list[Complaint]]:
    """Read a list; where its seal does not fit, say so and take what can still be read."""
    text = data.decode("utf-8", "replace")
    *lines, last = text.split("\n")[:-1] or [""]
    body = "".join(line + "\n" for line in lines)
    seal = _SEAL.fullmatch(last)
    whole = seal is not None and seal[1] == hashlib.sha256(body.encode()).hexdigest() and text.endswith("\n")
    pairs: Iterable[re.Match[str]] = filter(None, map(_LINE.fullmatch, lines))
    damaged = [] if whole else [Complaint(NAME, "is damaged itself")]
    return {match[2]: match[1] for match in pairs}, damaged
