"""`annotator ingest`: bring postings in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from annotator.commands.progress import bar, terminal
from annotator.intake.files import size
from annotator.intake.run import ingest_file
from annotator.intake.screens import open_vault
from annotator.runtime import opened
from annotator.storage.audit import SERVICE


def ingest(
    file: Annotated[Path, typer.Argument(help="A .jsonl, .csv or .parquet file.")],
    rejects: Annotated[
        Path | None, typer.Option(help="Where rejected rows go; NAME.rejects.jsonl beside the file.")
    ] = None,
) -> None:
    """Bring postings in from a file with the columns id, text, source and, optionally, language, campaign, epoch, region, quarter.

    Example: annotator ingest corpus/postings.jsonl
    """
    console = terminal()
    with opened() as service, bar(console, "Reading postings", size(file)) as progress:
        summary = ingest_file(
            service.database,
            service.project,
            file,
            SERVICE,
            service.clock,
            vault=open_vault(service.settings),
            rejects=rejects,
            progress=progress,
        )
    console.print(
        f"{summary.rows:,} rows: {summary.ready:,} ready, {summary.quarantined:,} in quarantine, "
        f"{summary.duplicates:,} duplicates, {summary.rejected:,} rejected."
    )
    if summary.left_out:
        console.print(f"Columns not stored: {', '.join(summary.left_out)}.")
    if summary.rejects_file is not None:
        console.print(f"Rejected rows, with line and reason: {summary.rejects_file}")
