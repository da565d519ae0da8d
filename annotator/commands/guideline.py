"""`annotator guideline`: validate a guideline version, and show the Label Studio config that is built from it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from annotator.domain.schema import Question
from annotator.studio.label_config import build_label_config
from guidelines.loader import Guideline, available, latest, load

DEFAULT_NAME = "postings"

Name = Annotated[str, typer.Argument(help="The guideline's name.")]
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
    help="Check a guideline and see what is built from it.\n\nExample: annotator guideline check postings 1.0.0",
    no_args_is_help=True,
)


@app.command("check")
def check(name: Name = DEFAULT_NAME, version: Version = None, root: Root = None) -> None:
    """Validate a guideline version as a whole, the editor's config included, and sum it up.

    Example: annotator guideline check postings 1.0.0
    """
    guideline = _load(name, version, root)
    build_label_config(guideline.schema)
    console = Console()
    console.print(_summary(guideline))
    known = [each for known_name, each in available(root) if known_name == name]
    console.print(
        f"sha256 {guideline.schema.sha256}", f"Versions: {', '.join(known)}", "Valid.", sep="\n", highlight=False
    )


@app.command("show-config")
def show_config(name: Name = DEFAULT_NAME, version: Version = None, root: Root = None) -> None:
    """Print the Label Studio config of a guideline version.

    Example: annotator guideline show-config postings 1.0.0 > config.xml
    """
    typer.echo(build_label_config(_load(name, version, root).schema))


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
