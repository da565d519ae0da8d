"""The `annotator` command: every subcommand registered, and the one place that prints our errors for the terminal."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from rich.console import Console

from annotator.commands import (
    agreement,
    consensus,
    evaluate,
    export,
    guideline,
    ingest,
    mirror,
    people,
    pool,
    privacy,
    release,
    settings,
    simulate,
    synthesize,
    train,
    up,
    worker,
)
from annotator.domain.errors import AnnotatorError, ConfigError, InputError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Labelled data that researchers can trust: dispense, agree, adjudicate, release.",
)
app.command("up")(up.up)
app.command("ingest")(ingest.ingest)
app.command("synthesize")(synthesize.synthesize)
app.command("export")(export.export)
app.command("evaluate")(evaluate.evaluate)
app.command("consensus")(consensus.consensus)
app.command("agreement")(agreement.agreement)
app.command("train")(train.train)
app.command("pool")(pool.pool)
app.command("simulate")(simulate.simulate)
app.command("worker")(worker.worker)
app.command("settings")(settings.settings)
app.add_typer(people.app, name="people")
app.add_typer(mirror.app, name="mirror")
app.add_typer(guideline.app, name="guideline")
app.add_typer(privacy.app, name="privacy")
app.add_typer(release.app, name="release")


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
    try:
        app()
    except AnnotatorError as error:
        console = Console(stderr=True, highlight=False)
        console.print(
            f"[bold red]Error:[/bold red] {error.what if not isinstance(error, InputError) else _where(error)}",
            markup=True,
        )
        if error.mend:
            console.print(error.mend, markup=False)
        sys.exit(2 if isinstance(error, InputError | ConfigError) else 1)


def _where(error: InputError) -> str:
    return f"{error.where}: {error.what}" if error.where else error.what


if __name__ == "__main__":
    main()
