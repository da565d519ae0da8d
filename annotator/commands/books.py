"""`annotator books`: see that everything stored agrees with itself, as after a crash, a full disk or a restored backup."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from annotator.commands.progress import terminal
from annotator.domain.errors import AnnotatorError
from annotator.insight.books import BOOKS, Discrepancy, discrepancies
from annotator.runtime import opened
from annotator.studio.client import StudioClient
from annotator.studio.connect import studio_client
from annotator.web.frame.service import Service
from annotator.worker import open_bank_mirror, open_mirror

_SHOWN = 50


def books(
    studio: Annotated[bool, typer.Option("--studio", help="Compare with the Label Studio server as well.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print every discrepancy as JSON.")] = False,
) -> None:
    """Check counters, leases, answers, active time, audit log, mirror and consensus against one another. Exit code 1 where they differ.

    Changes nothing, and may run while people label.

    Example: annotator books --studio
    """
    with opened() as service:
        with terminal().status("Reading the books"), service.database.frozen() as session:
            found = list(discrepancies(session, service.schema, service.now(), mirrored=service.settings.studio))
        if studio:
            with studio_client(service.settings) as client:
                found += _studio(service, client)
    if as_json:
        import orjson

        typer.echo(orjson.dumps([asdict(one) for one in found], option=orjson.OPT_INDENT_2))
    else:
        _print(found, studio=studio)
    if found:
        raise typer.Exit(1)


def _studio(service: Service, client: StudioClient) -> list[Discrepancy]:
    """Compare both sides of the mirror; an answer that waits for Label Studio to answer again counts as missing there."""
    found = []
    for name, mirror in (
        ("postings", open_mirror(service, client)),
        ("control items", open_bank_mirror(service, client)),
    ):
        if mirror is None:
            continue
        try:
            books = mirror.books()
        except AnnotatorError as error:
            return [Discrepancy("Label Studio", name, error.what)]
        counts = (
            (books.missing, "are only here"),
            (books.unknown, "are only in Label Studio"),
            (books.twice, "are in Label Studio twice"),
        )
        found += [Discrepancy("Label Studio", name, f"{count} answers {how}") for count, how in counts if count]
    return found


def _print(found: list[Discrepancy], *, studio: bool) -> None:
    console = terminal()
    for one in found[:_SHOWN]:
        console.print(f"[red]{one.book}:[/red] {one.subject} {one.what}")
    if len(found) > _SHOWN:
        console.print(f"… and {len(found) - _SHOWN} more.")
    read = ", ".join([*BOOKS, *(["Label Studio"] if studio else [])])
    console.print(f"{len(found)} discrepancies in {read}." if found else f"The books balance: {read}.")
