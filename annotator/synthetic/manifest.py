"""The manifest that stands beside synthetic postings: what made them, how many of what, and the checksum of each file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from annotator.domain.errors import InputError

NAME = "manifest.json"
KIND = "annotator synthetic postings"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What `manifest.json` holds. It names no time and no machine, so the same seed gives the same bytes."""

    kind: str
    generator: str
    grammar_sha256: str
    seed: int
    items: int
    counts: Mapping[str, Any]
    drift: Mapping[str, Any]
    files: Mapping[str, Mapping[str, Any]]  # name → sha256, bytes, rows


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest into the folder."""
    text = json.dumps(asdict(manifest), indent=2, ensure_ascii=False) + "\n"
    (folder / NAME).write_text(text, encoding="utf-8", newline="\n")


def read_manifest(path: Path) -> Manifest:
    """Read a manifest.

    Raises:
        InputError: there is none, or it is not one of ours.
    """
    if not path.is_file():
        raise InputError(
            "Synthetic postings need the generator's manifest beside them, and there is none.",
            where=str(path),
            mend="Make them with `annotator synthesize`, and keep its files together.",
        )
    try:
        data = json.loads(path.read_bytes())
        manifest = Manifest(**data)
    except (ValueError, TypeError) as error:
        raise InputError("This is not a manifest of synthetic postings.", where=str(path)) from error
    if manifest.kind != KIND or not isinstance(manifest.files, dict):
        raise InputError("This is not a manifest of synthetic postings.", where=str(path))
    return manifest
