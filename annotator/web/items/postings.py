"""Postings in, as an upload: what the page and the API do with a file that somebody sends."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
from fastapi import UploadFile

from annotator.domain.errors import InputError
from annotator.intake.ingest import Summary
from annotator.intake.run import ingest_file
from annotator.intake.screens import open_vault
from annotator.synthetic.manifest import NAME
from annotator.web.frame.service import Service

_ENDING = 20
"""So much of a name's ending is kept: more than any that is read, and less than a file system holds."""


@dataclass(frozen=True, slots=True)
class ReadIn:
    """What became of an upload, and its first rejected rows: `line` and `reason`."""

    summary: Summary
    rejects: list[dict[str, Any]]


def read_in(service: Service, actor: str, file: UploadFile, manifest: UploadFile | None, most_rejects: int) -> ReadIn:
    """Read an uploaded file in, from a folder that is gone afterwards.

    Raises:
        InputError: the file may not come in at all; nothing of it is stored.
    """
    with TemporaryDirectory(dir=service.scratch()) as folder:
        path = _kept(file, Path(folder))
        if manifest is not None and manifest.filename:
            _copy(manifest, Path(folder) / NAME)
        try:
            summary = ingest_file(
                service.database,
                service.project,
                path,
                actor,
                service.clock,
                vault=open_vault(service.settings),
                media=service.schema.media,
            )
        except InputError as error:  # the folder's name is nobody's business
            raise InputError(error.what, where=Path(error.where).name, mend=error.mend) from error
        lines = summary.rejects_file.read_bytes().splitlines() if summary.rejects_file is not None else []
    return ReadIn(summary, [orjson.loads(line) for line in lines[:most_rejects]])


def _kept(file: UploadFile, folder: Path) -> Path:
    """Store the upload under a name of ours, keeping only the ending of theirs."""
    ending = Path(file.filename or "").suffix.lower()[:_ENDING]
    if not ending.removeprefix(".").isalnum():
        raise InputError("The file has no ending.", where="file", mend="Use .jsonl, .csv or .parquet.")
    path = folder / f"postings{ending}"
    _copy(file, path)
    return path


def _copy(file: UploadFile, path: Path) -> None:
    with path.open("wb") as out:
        shutil.copyfileobj(file.file, out)
