"""The `annotator` command: its group, and the one place that prints our errors for the terminal."""

from __future__ import annotations

import gc
import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from annotator import logs
from annotator.commands.lazily import LazyGroup
from annotator.domain.errors import AnnotatorError, ConfigError, InputError

FEW_COLLECTIONS = (50_000, 20, 100)
"""Objects made before garbage is looked for: loading a command makes many, and hardly any of them are garbage."""

app = typer.Typer(
    cls=LazyGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Labelled data that researchers can trust: dispense, agree, adjudicate, release.",
)


def _version(wanted: bool) -> None:
    if wanted:
        from annotator import __version__

        typer.echo(f"annotator {__version__}")
        raise typer.Exit


@app.callback()
def root(
    _version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Annotate postings, measure agreement, release gold data."""


def main() -> None:
    """Run a command; an error of ours is printed plainly, with how to mend it, and sets the exit code."""
    gc.set_threshold(*FEW_COLLECTIONS)
    logs.configure()
    try:
        app()
    except AnnotatorError as error:
        console = Console(stderr=True, highlight=False)
        console.print(
            f"[bold red]Error:[/bold red] {escape(_where(error) if isinstance(error, InputError) else error.what)}",
            markup=True,
        )
        if error.mend:
            console.print(error.mend, markup=False)
        sys.exit(2 if isinstance(error, InputError | ConfigError) else 1)


def _where(error: InputError) -> str:
    return f"{error.where}: {error.what}" if error.where else error.what
