"""What may be stored of a row's text. Synthetic text must be the generator's own; de-identified text waits for the gate."""

from __future__ import annotations

from pathlib import Path

from annotator.domain.intake import Row
from annotator.domain.items import ItemState, Source
from annotator.intake.ingest import FileFacts, Screen, Screened
from annotator.synthetic.manifest import verify_manifest


def screen_for(path: Path, facts: FileFacts) -> Screen:
    """Return the screen for one file.

    Raises:
        InputError: the file names synthetic rows and the generator's manifest is not beside it, or is another's.
    """
    if Source.SYNTHETIC.value in facts.sources:
        verify_manifest(path)
    return _screen


def _screen(row: Row) -> Screened:
    state = ItemState.READY if row.source is Source.SYNTHETIC else ItemState.QUARANTINED
    return Screened(row.text, state)
