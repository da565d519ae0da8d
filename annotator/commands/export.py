"""`annotator export`: items and every single annotation, as files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from annotator.commands.progress import terminal
from annotator.insight.export import export_project
from annotator.runtime import opened
from annotator.storage.audit import SERVICE


def export(out: Annotated[Path, typer.Option(help="A new or empty folder.")]) -> None:
    """Write items.jsonl, annotations.jsonl (every single annotation) and a manifest with counts and checksums.

    Example: annotator export --out export-2026-03
    """
    with opened() as service:
        written = export_project(service.database, service.project, out, SERVICE, service.now())
    console = terminal()
    for file in written:
        console.print(f"{out / file.name}: {file.rows:,} rows, sha256 {file.sha256}")
