"""`annotator mirror`: push and check the Label Studio mirror by hand."""

from __future__ import annotations

import typer

from annotator.commands.progress import terminal
from annotator.runtime import opened
from annotator.studio.connect import studio_client
from annotator.studio.mirror import Books
from annotator.worker import open_bank_mirror, open_mirror

app = typer.Typer(no_args_is_help=True, help="The Label Studio mirror: push what waits, check the books.")


@app.command("push")
def push() -> None:
    """Push what waits and bring back what was done in Label Studio, once. The worker does this all the time.

    Example: annotator mirror push
    """
    with opened() as service, studio_client(service.settings) as client:
        both = open_mirror(service, client), open_bank_mirror(service, client)
        mirrors = [mirror for mirror in both if mirror is not None]
        pushed, found = sum(mirror.push() for mirror in mirrors), sum(mirror.sweep() for mirror in mirrors)
    terminal().print(f"{pushed} answers pushed, {found} changes brought back.")


@app.command("check")
def check() -> None:
    """Compare every answer on both sides; exit with 1 where they differ.

    Example: annotator mirror check
    """
    with opened() as service, studio_client(service.settings) as client:
        books = open_mirror(service, client).books()
        bank = open_bank_mirror(service, client)
        beside = bank.books() if bank is not None else None
    terminal().print(_told(books))
    if beside is not None:
        terminal().print(f"Control items, kept apart: {_told(beside)}")
    if not books.balanced or (beside is not None and not beside.balanced):
        raise typer.Exit(1)


def _told(books: Books) -> str:
    return (
        f"{books.alike} answers on both sides; {books.missing} only here, {books.unknown} only in Label Studio, "
        f"{books.twice} there twice."
    )
