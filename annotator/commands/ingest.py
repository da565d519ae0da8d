"""`annotator ingest`: bring postings in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from annotator.commands.progress import bar, terminal
from annotator.domain.errors import InputError
from annotator.domain.roles import COORDINATORS
from annotator.intake.files import size
from annotator.intake.pictures import Clearance
from annotator.intake.run import ingest_file
from annotator.intake.screens import open_vault
from annotator.runtime import opened
from annotator.storage import people
from annotator.storage.audit import SERVICE
from annotator.web.frame.service import Service


def ingest(
    file: Annotated[Path, typer.Argument(help="A .jsonl, .csv or .parquet file.")],
    rejects: Annotated[
        Path | None, typer.Option(help="Where rejected rows go; NAME.rejects.jsonl beside the file.")
    ] = None,
    cleared_by: Annotated[
        str, typer.Option(help="Pictures only: the pseudonym of the coordinator who lets them in.")
    ] = "",
    note: Annotated[str, typer.Option(help="Pictures only: where they are from, in the coordinator's words.")] = "",
) -> None:
    """Bring postings in from a file with the columns id, text, source and, optionally, language, campaign, epoch, region, quarter.

    Where the guideline is about pictures, `image` stands in the place of `text` and names a file in the same folder.

    Example: annotator ingest corpus/postings.jsonl

    Example: annotator ingest signs/list.csv --cleared-by C-7 --note "Drawn for this project; nobody is in them."
    """
    console = terminal()
    with opened() as service, bar(console, "Reading postings", size(file)) as progress:
        clearance = _clearance(service, cleared_by, note)
        summary = ingest_file(
            service.database,
            service.project,
            file,
            SERVICE,
            service.clock,
            vault=open_vault(service.settings),
            rejects=rejects,
            progress=progress,
            media=service.schema.media,
            clearance=clearance,
        )
    console.print(
        f"{summary.rows:,} rows: {summary.ready:,} ready, {summary.quarantined:,} in quarantine, "
        f"{summary.duplicates:,} duplicates, {summary.rejected:,} rejected."
    )
    if summary.left_out:
        console.print(f"Columns not stored: {', '.join(summary.left_out)}.")
    if summary.rejects_file is not None:
        console.print(f"Rejected rows, with line and reason: {summary.rejects_file}")


def _clearance(service: Service, pseudonym: str, note: str) -> Clearance | None:
    if not pseudonym:
        return None
    with service.database.reading() as session:
        person = people.by_pseudonym(session, pseudonym)
    if person is None or person.role not in COORDINATORS:
        raise InputError(
            "That is no coordinator's pseudonym.", where="--cleared-by", mend="See `annotator people list`."
        )
    return Clearance(person.id, note)
