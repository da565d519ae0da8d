"""The tools whose exports are read, by the names that `--from` takes."""

from __future__ import annotations

from annotator.domain.errors import InputError
from annotator.moving import argilla, doccano, label_studio, potato, prodigy
from annotator.moving.record import Reader

READERS: dict[str, Reader] = {
    "label-studio": label_studio.read,
    "doccano": doccano.read,
    "argilla": argilla.read,
    "prodigy": prodigy.read,
    "potato": potato.read,
}


def reader(tool: str) -> Reader:
    """Return the reader of a tool's files. Raises `InputError` where there is none."""
    if tool not in READERS:
        raise InputError(f"Nothing reads files of {tool!r}.", where="--from", mend=f"Use {', '.join(READERS)}.")
    return READERS[tool]
