"""`annotator mirror`: push and check the Label Studio mirror by hand."""

from __future__ import annotations

import typer

from annotator.commands.progress import terminal
from annotator.runtime import opened
from annotator.worker import open_mirror

app = typer.Typer(no_args_is_help=True, help="The Label Studio mirror: push what waits, check the books.")


@app.command("push")
def push() -> None:
    """Push what waits and bring back what was done in Label Studio, once. The worker does this all the time.

    Example: annotator mirror push
    """
    with opened() as service:
        mirror = open_mirror(service)
        pushed, found = mirror.push(), mirror.sweep()
    terminal().print(f"{pushed} answers pushed, {found} changes brought back.")


@app.command("check")
def check() -> None:
    """Compare every answer on both sides; exit with 1 where they differ.

    Example: annotator mirror check
    """
    with opened() as service:
        books = open_mirror(service).books()
    terminal().print(
        f"{books.alike} answers on both sides; {books.missing} only here, {books.unknown} only in Label Studio, "
        f"{books.twice} there twice."
    )
    if not books.balanced:
        raise typer.Exit(1)
