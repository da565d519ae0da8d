"""`annotator guideline`: make a guideline, validate and preview it, and see to its approval and use."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from rich.console import Console
from rich.table import Table

from annotator.commands.ports import require_free
from annotator.domain.errors import ConfigError, InputError
from annotator.domain.governance import Body, Review
from annotator.domain.schema import Question
from annotator.runtime import opened, read_settings
from annotator.storage import guideline_life, projects
from annotator.storage.audit import SERVICE
from annotator.studio.editor_assets import find_editor
from annotator.studio.label_config import build_label_config
from annotator.web.frame.serving import config_of
from annotator.web.guideline import versions
from annotator.web.guideline.preview import create_preview, everything_wrong
from guidelines.diff import require_quiz
from guidelines.inspection import inspect, version_folder
from guidelines.loader import Guideline, available, folder_of, latest, load
from guidelines.scaffold import Task, make

DEFAULT_NAME = "postings"

Name = Annotated[str, typer.Argument(help="The guideline's name.")]
NameOrFolder = Annotated[str, typer.Argument(help="The guideline's name, or its folder.")]
Version = Annotated[str | None, typer.Argument(help="Its version, by default the highest one.", show_default=False)]
Root = Annotated[
    Path | None,
    typer.Option(
        help="Folder of guidelines, by default those that are shipped.",
        exists=True,
        file_okay=False,
        show_default=False,
    ),
]

app = typer.Typer(
    help="Make a guideline, check it and see what is built from it.\n\nExample: annotator guideline check postings 1.0.0",
    no_args_is_help=True,
)


@app.command("new")
def new(
    name: Annotated[str, typer.Argument(help="The new guideline's name: small letters, digits, _ and -.")],
    task: Annotated[
        Task, typer.Option(help="Choose for a text, mark words in it as well, or choose for a picture.")
    ] = Task.TEXT,
    root: Annotated[
        Path | None, typer.Option(help="Folder to make it in, by default the one you are in.", show_default=False)
    ] = None,
) -> None:
    """Make a guideline folder that works as it stands, with comments that say what to change.

    Example: annotator guideline new reviews --task text
    """
    folder = make(name, task, root or Path())
    typer.echo(f"Made {folder}")
    for command in ("check", "preview"):
        typer.echo(f"  annotator guideline {command} {folder}")
    typer.echo(f"  annotator up --demo --guideline {folder}")


@app.command("check")
def check(name: NameOrFolder = DEFAULT_NAME, version: Version = None, root: Root = None) -> None:
    """Validate a guideline version as a whole, with the editor's config, quiz and worked examples, and sum it up.

    Everything that is wrong is told at once, with its place and how to mend it.

    Example: annotator guideline check postings 1.0.0

    Example: annotator guideline check guidelines/reviews
    """
    found = inspect(_folder_of(name, version, root))
    wrong = everything_wrong(found)
    if wrong or found.guideline is None:
        rest = "".join(f"\n{error.what} {error.mend}" for error in wrong[1:])
        raise ConfigError(wrong[0].what, mend=wrong[0].mend + rest)
    guideline, root = found.guideline, found.guideline.path.parent.parent
    known = [each for known_name, each in available(root) if known_name == guideline.schema.name]
    before = known[: known.index(guideline.schema.version)]
    if before:
        require_quiz(load(guideline.schema.name, before[-1], root), guideline, found.quiz)
    console = Console()
    console.print(_summary(guideline))
    console.print(f"{len(found.quiz)} questions, {len(found.examples)} worked examples", highlight=False)
    console.print(
        f"sha256 {guideline.schema.sha256}", f"Versions: {', '.join(known)}", "Valid.", sep="\n", highlight=False
    )


@app.command("preview")
def preview(
    folder: Annotated[Path, typer.Argument(help="A guideline's folder, or that of one version.")],
    port: Annotated[
        int, typer.Option(help="Port of this machine, which nobody else can reach.", min=1, max=65535)
    ] = 8020,
) -> None:
    """Show a guideline folder in the real editor, with its worked examples; the page follows your files. Ctrl-C stops it.

    Example: annotator guideline preview guidelines/reviews
    """
    settings = read_settings().model_copy(update={"host": "127.0.0.1", "port": port, "proxies": ""})
    require_free(settings)
    hosts = frozenset(f"{host}:{port}" for host in ("127.0.0.1", "localhost"))
    app = create_preview(version_folder(folder), find_editor(settings.home / "editor"), hosts)
    typer.echo(f"http://127.0.0.1:{port} shows {folder}. Ctrl-C stops it.")
    uvicorn.Server(config_of(app, settings)).run()


@app.command("show-config")
def show_config(name: Name = DEFAULT_NAME, version: Version = None, root: Root = None) -> None:
    """Print the Label Studio config of a guideline version.

    Example: annotator guideline show-config postings 1.0.0 > config.xml
    """
    typer.echo(build_label_config(_load(name, version, root).schema))


@app.command("status")
def status() -> None:
    """Show every version: who has approved it, and whether it is in use.

    Example: annotator guideline status
    """
    with opened() as service, service.database.reading() as session:
        stored = {row.version: row.id for row in guideline_life.versions(session, service.schema.name)}
        table = Table("version", "approvals", "use")
        for version in versions.known_versions(service.guideline):
            standing = guideline_life.standing(session, stored.get(version, ""))
            missing = ", ".join(body.full_name for body in standing.missing)
            use = "in use" if version == service.schema.version else ""
            table.add_row(version, f"missing: {missing}" if missing else "approved", use)
        demonstration = guideline_life.is_demonstration(session, service.opened.id)
    console = Console()
    console.print(table)
    if demonstration:
        console.print("The project is a demonstration: synthetic postings only, under a guideline approved or not.")


@app.command("approve")
def approve(
    version: Annotated[str, typer.Argument(help="The version that the body spoke of.")],
    body: Annotated[Body, typer.Option(help="Who spoke.")],
    words: Annotated[str, typer.Option(help="Its decision, in its own words.")],
    dissent: Annotated[str, typer.Option(help="Dissent, kept beside the decision.")] = "",
    refused: Annotated[bool, typer.Option("--refused", help="The body did not approve.")] = False,
) -> None:
    """Record what a body said of a guideline version. The newest word of each body counts, none is overwritten.

    Example: annotator guideline approve 1.0.0 --body rights-review --words "Approved on 3 May, with one remark."
    """
    with opened() as service:
        guideline = versions.sibling(service.guideline, version)
        with service.database.writing() as session:
            row = projects.guideline_version(session, service.now(), guideline.schema)
            review = Review(body, not refused, words, dissent)
            guideline_life.approve(session, service.now(), SERVICE, row.id, review)
            missing = guideline_life.standing(session, row.id).missing
    typer.echo(f"Still missing: {', '.join(each.full_name for each in missing)}." if missing else "Approved by both.")


@app.command("activate")
def activate(version: Annotated[str, typer.Argument(help="The version to take up.")]) -> None:
    """Take a version up; it comes into force when the service starts again.

    Example: annotator guideline activate 1.1.0
    """
    with opened() as service:
        new = versions.sibling(service.guideline, version)
        with service.database.writing() as session:
            versions.activate(session, service.now(), SERVICE, service.project, service.guideline, new)
    typer.echo(f"{new.schema.name} {version} is taken up. Start the service again to put it in force.")


@app.command("demonstration")
def demonstration(
    state: Annotated[str, typer.Argument(help="on or off", metavar="on|off")],
) -> None:
    """Make the project a demonstration, which may use an unapproved guideline for synthetic postings; or end that.

    Example: annotator guideline demonstration on
    """
    if state not in {"on", "off"}:
        raise InputError("It is neither on nor off.", where="state", mend="Say on or off.")
    with opened() as service, service.database.writing() as session:
        guideline_life.set_demonstration(
            session, service.now(), SERVICE, service.opened.id, demonstration=state == "on"
        )
    typer.echo(f"Demonstration is {state}.")


def _folder_of(name: str, version: str | None, root: Path | None) -> Path:
    """A word with a slash in it is a folder, and so is one that stands for no guideline we know."""
    if "/" in name or (name not in {known for known, _ in available(root)} and Path(name).is_dir()):
        return version_folder(Path(name) / version if version else Path(name))
    chosen = version or latest(name, root)
    return folder_of(name, chosen, root)


def _load(name: str, version: str | None, root: Path | None) -> Guideline:
    return load(name, version or latest(name, root), root)


def _summary(guideline: Guideline) -> Table:
    schema = guideline.schema
    table = Table(title=f"{schema.title} ({schema.name} {schema.version})", title_justify="left")
    for column in ("question", "kind", "choices", "keys"):
        table.add_column(column)
    for question in schema.questions:
        choices = [f"{choice.value}★" if choice.strong else choice.value for choice in question.choices]
        table.add_row(question.id, question.kind.value, " ".join(choices), _keys(question))
    table.add_row("flags", "", " ".join(flag.value for flag in schema.flags), "")
    return table


def _keys(question: Question) -> str:
    keys = [*(choice.hotkey for choice in question.choices), *(state.hotkey for state in question.states)]
    return " ".join(key for key in keys if key)
