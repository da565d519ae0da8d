"""`annotator release`: gold releases, planned, built, verified, compared and published."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from annotator.commands.progress import terminal

if TYPE_CHECKING:
    from exports.build import Say

app = typer.Typer(help="Gold releases: frozen, documented, checked.", no_args_is_help=True)


@app.callback()
def main() -> None:
    """Gold releases: frozen, documented, checked."""


@app.command()
def build(
    version: Annotated[str, typer.Argument(help="Semantic version, such as 1.0.0.")],
    answers: Annotated[
        Path, typer.Option(help="YAML file with what only people can say; see `annotator release questions`.")
    ],
    truth: Annotated[
        Path | None,
        typer.Option(
            help="Folder that `synthesize` wrote: adds generator, seed and difficulty, and the planted truth apart."
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder to build in; by default releases/VERSION in the home folder.")
    ] = None,
    processes: Annotated[int, typer.Option(min=1, help="Processes to build with.")] = 2,
) -> None:
    """Freeze what is stored, and build a release of it: `release/`, `apart/` (planted truth, hidden labels) and `snapshot/`.

    Example: annotator release build 1.0.0 --answers answers.yaml --truth corpus

    The same snapshot gives the same bytes. A build that was stopped goes on where it was when it is called again.
    """
    from annotator.insight.release import Places, built, frozen_for
    from annotator.runtime import opened
    from annotator.storage.audit import SERVICE
    from exports.answers import read_answers
    from exports.release import Plan

    plan = Plan(version, read_answers(answers))
    with opened() as service, _progress() as say:
        places = Places(out or service.settings.home / "releases" / version)
        frozen = frozen_for(
            service.database,
            service.project,
            service.guideline,
            places.snapshot,
            service.now(),
            corpus=truth,
            advance=lambda n: say("freezing items", n, n),
        )
        released = built(
            service.database,
            service.project,
            frozen,
            version,
            places,
            SERVICE,
            service.now(),
            processes=processes,
            say=say,
        )
    console = terminal()
    console.print(f"{places.release}: sha256 of CHECKSUMS {released.digest}", soft_wrap=True)
    console.print(f"{places.apart}: sha256 of CHECKSUMS {released.apart_digest}", soft_wrap=True)


@app.command()
def verify(
    folder: Annotated[Path, typer.Argument(help="The folder of a release, or of what travels apart from it.")],
    digest: Annotated[
        str, typer.Option(help="SHA-256 of CHECKSUMS as it was published; holds the list itself against it.")
    ] = "",
) -> None:
    """Hold every file of a release against its checksum, and name each that has changed, is missing or was added.

    Example: annotator release verify annotator-postings-1.0.0 --digest 3f6c…
    """
    from exports.checksums import files_of, verify_checksums

    console = terminal()
    with console.status("Reading") as status:
        complaints = verify_checksums(folder, digest=digest or None, advance=status.update)
    for complaint in complaints:
        console.print(f"{complaint.file} {complaint.what}.", markup=False)
    if complaints:
        raise typer.Exit(1)
    console.print(f"{len(files_of(folder))} files, every byte as it was released.")


@contextmanager
def _progress() -> Iterator[Say]:
    """Show what a build is doing, a bar for each thing."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:,.0f}"), TimeElapsedColumn())
    with Progress(*columns, console=terminal()) as progress:
        known: dict[str, TaskID] = {}

        def say(what: str, done: int, of: int) -> None:
            if what not in known:
                known[what] = progress.add_task(what, total=of)
            progress.update(known[what], completed=done, total=of)

        yield say
