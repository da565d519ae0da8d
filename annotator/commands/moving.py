"""`annotator import` and `annotator adopt`: bring in what people labelled with another tool."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from annotator.commands.progress import bar, terminal
from annotator.domain.errors import InputError
from annotator.domain.origins import name_of
from annotator.intake.screens import open_vault
from annotator.moving import adopting
from annotator.moving.arrive import Import
from annotator.moving.drafting import Seen, draft
from annotator.moving.gathering import gather
from annotator.moving.mapping import Moving, load
from annotator.moving.people import Pseudonyms
from annotator.moving.planning import Summary
from annotator.moving.record import Asked, Record
from annotator.moving.tools import READERS, reader
from annotator.runtime import opened
from annotator.studio.client import StudioClient
from annotator.web.frame.service import Service

_STUDIO = "label-studio"

MappingFile = Annotated[Path | None, typer.Option("--mapping", help="The mapping file: their labels, our answers.")]
DraftFile = Annotated[
    Path | None, typer.Option("--draft-mapping", help="Write a first mapping there, and import nothing.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would come of it, and store nothing.")]
RejectsFile = Annotated[Path | None, typer.Option("--rejects", help="Where texts go that may not come in.")]


def import_(
    file: Annotated[Path, typer.Argument(help="The export: a file, a folder of files or a zip.")],
    tool: Annotated[str, typer.Option("--from", help=f"The tool that wrote it: {', '.join(READERS)}.")],
    mapping: MappingFile = None,
    draft_mapping: DraftFile = None,
    texts: Annotated[
        Path | None, typer.Option(help="Potato 2: the data file of the project, which holds the texts.")
    ] = None,
    dry_run: DryRun = False,
    rejects: RejectsFile = None,
) -> None:
    """Bring in texts with the answers that people gave in Label Studio, doccano, Argilla, Prodigy or Potato.

    Texts go through the privacy gate and wait for two people, and their answers with them. People are kept as pseudonyms.

    Example: annotator import export.jsonl --from doccano --mapping mapping.yaml
    """
    read = reader(tool)
    rejects = rejects or file.with_name(f"{file.stem}.rejects.jsonl")
    with opened() as service:
        if draft_mapping is not None:
            seen = Seen()
            seen.look(gather(read(file, Asked(texts=texts))))
            _write_draft(service, draft_mapping, tool, seen, None)
            return
        moving = _mapping(service, mapping, tool)
        _run(service, moving, read(file, Asked(moving.text, texts)), rejects, dry_run)


def adopt(
    label_studio: Annotated[str, typer.Option(help="The address of the Label Studio server.")],
    project: Annotated[int, typer.Option(help="The number of the project there.")],
    token: Annotated[
        str,
        typer.Option(envvar="ANNOTATOR_ADOPT_TOKEN", help="An access token of a member there; better as a variable."),
    ],
    mapping: MappingFile = None,
    draft_mapping: DraftFile = None,
    dry_run: DryRun = False,
    rejects: RejectsFile = None,
) -> None:
    """Bring in a project that people have made and labelled in a Label Studio of their own. Nothing is changed there.

    Run it again to bring in what has been labelled since.

    Example: annotator adopt --label-studio http://labels.example.org --project 3 --mapping mapping.yaml
    """
    rejects = rejects or Path(f"label-studio-{project}.rejects.jsonl")
    with opened() as service, StudioClient(label_studio, token) as client:
        if draft_mapping is not None:
            seen = Seen()
            text = adopting.look_at_config(client.label_config(project), seen)
            seen.look(gather(adopting.records(client, project, Asked(text))))
            _write_draft(service, draft_mapping, _STUDIO, seen, text)
            return
        moving = _mapping(service, mapping, _STUDIO)
        _run(service, moving, adopting.records(client, project, Asked(moving.text)), rejects, dry_run)


def _mapping(service: Service, path: Path | None, tool: str) -> Moving:
    if path is None:
        raise InputError(
            "There is no mapping.", where="--mapping", mend="Draft one first: add --draft-mapping mapping.yaml."
        )
    return load(path, tool, service.schema)


def _write_draft(service: Service, path: Path, tool: str, seen: Seen, text: str | None) -> None:
    content = draft(tool, seen, service.schema, Pseudonyms(service.database, tool), text)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(content)
    except FileExistsError as error:
        raise InputError("The file is there already.", where=str(path), mend="Name a new one.") from error
    terminal().print(f"{path}: fill in what is empty, then import with --mapping {path}.")


def _run(service: Service, moving: Moving, records: Iterable[Record], rejects: Path, dry_run: bool) -> None:
    console = terminal()
    run = Import(service.database, service.project, service.schema, moving, open_vault(service.settings))
    with bar(console, "Reading texts", 100) as progress:
        told = _share(progress)
        summary = run.look(records, rejects, told) if dry_run else run.bring(records, service.now(), rejects, told)
    _tell(console, summary, dry_run=dry_run)


def _share(progress: Callable[[int], None]) -> Callable[[int, int], None]:
    return lambda done, of: progress(100 * done // of)


def _tell(console: Console, summary: Summary, *, dry_run: bool) -> None:
    if dry_run:
        console.print("Nothing was stored. An import would do this:")
    console.print(
        f"{summary.texts:,} texts: {summary.new:,} new and in quarantine ({summary.held_back:,} of them in the vault), "
        f"{summary.known:,} known, {summary.rejected:,} rejected."
    )
    console.print(
        f"{summary.stored + summary.waiting + summary.already:,} answers of {len(summary.people):,} people: "
        f"{summary.stored:,} stored, {summary.waiting:,} waiting for their text, {summary.already:,} there already."
    )
    for count, said in (
        (summary.skipped, "skipped by their people: not answers"),
        (summary.incomplete, "without an answer to a question that must be answered: left out"),
        (summary.superseded, "replaced by a later one of the same person: left out"),
        (summary.left, "of people whose answers were withdrawn here: left out"),
        (summary.withdrawn, "texts that were taken out here, with their answers: left out"),
        (summary.lost_place, "with passages that no longer fit their text: left out"),
        (summary.notes_held_back, "notes that the gate held back: left out"),
    ):
        if count:
            console.print(f"{count:,} {said}.")
    for name, count in sorted(summary.left_out.items()):
        console.print(f"Left out: {name} ({count:,})", markup=False)
    if summary.origin and summary.stored + summary.waiting:
        console.print(f"To take them back: annotator imports withdraw {name_of(summary.origin)}", markup=False)
    if summary.rejects_file is not None:
        console.print(f"Rejected texts, with place and reason: {summary.rejects_file}")
