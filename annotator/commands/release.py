"""`annotator release`: gold releases, planned, built, verified and compared; publishing them is in `publishing`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from annotator.commands import publishing
from annotator.commands.progress import terminal
from annotator.domain.errors import InputError

if TYPE_CHECKING:
    from annotator.web.frame.service import Service
    from exports.build import Say
    from exports.frozen import Frozen

app = typer.Typer(help="Gold releases: frozen, documented, checked.", no_args_is_help=True)
app.command("publish")(publishing.publish)
app.command("withdraw")(publishing.withdraw)

Answers = Annotated[
    Path | None, typer.Option(help="YAML file with what only people can say; see `annotator release questions`.")
]
Truth = Annotated[
    Path | None,
    typer.Option(
        help="Folder that `synthesize` wrote: adds generator, seed and difficulty, and the planted truth apart."
    ),
]


@app.command()
def questions(out: Annotated[Path, typer.Option(help="Where the file goes; it must not be there yet.")]) -> None:
    """Write the questions that only people can answer, as a YAML file to fill in.

    Example: annotator release questions --out answers.yaml
    """
    from exports.answers import questionnaire

    if out.exists():
        raise InputError("The file is there already.", where=str(out), mend="Name another one.")
    out.write_text(questionnaire(), encoding="utf-8")
    terminal().print(f"{out}: fill in every answer.")


@app.command()
def plan(answers: Answers = None, truth: Truth = None) -> None:
    """Say what would be in a release of what is stored now, and what blocks it. Nothing is kept. Ends with 1 if it is blocked.

    Example: annotator release plan --answers answers.yaml
    """
    from annotator.insight.release_plan import blockers, told
    from annotator.runtime import opened
    from exports.answers import unanswered

    lacking = unanswered(answers)
    with opened() as service, TemporaryDirectory(dir=service.scratch()) as folder:
        with _progress() as say:
            frozen = _frozen(service, Path(folder) / "snapshot", truth, say)
        with terminal().status("Running the gate over every text"):
            found = blockers(frozen, lacking)
    table = Table("in it", "", title="What a release would hold")
    for name, value in told(frozen.facts).items():
        table.add_row(name, f"{value:,}")
    console = Console()
    console.print(table)
    for one in found:
        console.print(f"Blocked ({one.code}): {one.what}", markup=False)
    if found:
        raise typer.Exit(1)
    console.print("Nothing blocks it.")


@app.command()
def build(
    version: Annotated[str, typer.Argument(help="Semantic version, such as 1.0.0.")],
    answers: Answers = None,
    truth: Truth = None,
    despite: Annotated[
        list[str] | None,
        typer.Option(help="CODE=REASON: release it although CODE blocks it (see plan); the reason goes into the card."),
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
    from annotator.insight.release import Places, built
    from annotator.runtime import cluster, executor_of, opened
    from annotator.storage.audit import SERVICE
    from exports.answers import read_answers
    from exports.release import Plan

    if answers is None:
        raise InputError(
            "A release needs answers.", where="--answers", mend="Start with `annotator release questions`."
        )
    what = Plan(version, read_answers(answers), despite=_reasons(despite or []))
    with opened() as service, cluster(service.settings) as machines, _progress() as say:
        places = Places(out or service.settings.home / "releases" / version)
        frozen = _frozen(service, places.snapshot, truth, say)
        released = built(
            service.database,
            service.project,
            frozen,
            what,
            places,
            SERVICE,
            service.now(),
            processes=processes,
            executor=executor_of(machines),
            say=say,
        )
    console = terminal()
    for folder, digest in ((places.release, released.digest), (places.apart, released.apart_digest)):
        console.print(f"{folder}: sha256 of CHECKSUMS {digest}", soft_wrap=True)


@app.command()
def rebuild(
    snapshot: Annotated[Path, typer.Argument(help="Folder of the snapshot.")],
    like: Annotated[Path, typer.Option(help="Folder of the release that was built from it.")],
    out: Annotated[Path, typer.Option(help="A new folder, for `release/` and `apart/`.")],
    previous: Annotated[Path | None, typer.Option(help="Folder of the release before it, where there was one.")] = None,
    processes: Annotated[int, typer.Option(min=1, help="Processes to build with.")] = 2,
) -> None:
    """Build a release again from its snapshot, without a database. Ends with 1 unless every byte is the same.

    Example: annotator release rebuild releases/1.0.0/snapshot --like releases/1.0.0/release --out again
    """
    from annotator.insight.release_gate import GATE_VERSION, recheck
    from exports import load_release
    from exports.checksums import NAME, sha256_of
    from exports.frozen import Frozen
    from exports.release import Plan, build_release

    given = load_release(like)
    plan_ = Plan.of(given, load_release(previous) if previous is not None else None)
    with _progress() as say:
        released = build_release(
            Frozen.open(snapshot),
            plan_,
            out / "release",
            out / "apart",
            recheck,
            GATE_VERSION,
            processes=processes,
            say=say,
        )
    same = released.digest == sha256_of(like / NAME)
    said = "the same" if same else f"not the same; compare {NAME}, and environment.lock with this environment"
    terminal().print(f"{out / 'release'}: {released.digest}: {said}.", soft_wrap=True)
    if not same:
        raise typer.Exit(1)


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


@app.command()
def diff(
    before: Annotated[Path, typer.Argument(help="Folder of the earlier release.")],
    after: Annotated[Path, typer.Argument(help="Folder of the later release.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print everything, with ids of items, as JSON.")] = False,
) -> None:
    """Say what changed between two releases, and which part of the version that asks for.

    Example: annotator release diff releases/1.0.0/release releases/1.1.0/release
    """
    import json

    from exports import load_release
    from exports.diff import compare, told

    found = compare(load_release(before), load_release(after))
    if as_json:
        typer.echo(json.dumps(found.to_json(), indent=2))
    else:
        typer.echo("\n".join(told(found)))


def _frozen(service: Service, folder: Path, truth: Path | None, say: Say) -> Frozen:
    from annotator.insight.release import frozen_for

    return frozen_for(
        service.database,
        service.project,
        service.guideline,
        folder,
        service.now(),
        corpus=truth,
        advance=lambda n: say("freezing items", n, n),
    )


def _reasons(despite: list[str]) -> dict[str, str]:
    return {one.partition("=")[0]: one.partition("=")[2] for one in despite}


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
