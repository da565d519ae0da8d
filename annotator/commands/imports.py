"""`annotator imports`: what came from other tools, and taking it back."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Column, Table

from annotator.commands.progress import terminal
from annotator.domain.errors import InputError
from annotator.domain.origins import name_of
from annotator.moving.withdrawing import withdraw_import, withdraw_person
from annotator.runtime import opened
from annotator.storage import imports

app = typer.Typer(no_args_is_help=True, help="What came from other tools: list the imports, withdraw their answers.")


@app.command("list")
def listed() -> None:
    """List the imports, with how many of their answers stand and how many wait for their text.

    Example: annotator imports list
    """
    with opened() as service, service.database.reading() as session:
        found = imports.every(session, service.project.id)
    whole = Column("import", no_wrap=True, min_width=max((len(name_of(one.origin)) for one in found), default=0))
    table = Table(whole, "at (UTC)", "stored", "waiting", "withdrawn (UTC)")
    for one in found:
        withdrawn = f"{one.withdrawn_at:%Y-%m-%d %H:%M}" if one.withdrawn_at else ""
        counts = (f"{one.stored:,}", f"{one.waiting:,}")
        table.add_row(name_of(one.origin), f"{one.at:%Y-%m-%d %H:%M}", *counts, withdrawn)
    terminal().print(table)


@app.command("withdraw")
def withdraw(
    name: Annotated[str | None, typer.Argument(help="The import, as `annotator imports list` names it.")] = None,
    person: Annotated[str | None, typer.Option(help="Or the pseudonym of one imported person.")] = None,
    sure: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
) -> None:
    """Withdraw all answers of one import, or of one imported person. The texts stay.

    Example: annotator imports withdraw doccano:01KE3J9T3W4C8VY1Z5Q6R7S8T9
    """
    if (name is None) == (person is None):
        raise InputError("Name one import, or one person by --person.", where="imports withdraw")
    if not sure:
        typer.confirm(f"The answers of {name or person} are withdrawn for good. Go on?", abort=True)
    with opened() as service:
        if person is not None:
            gone = withdraw_person(service.database, service.schema, person, service.now())
        else:
            gone = withdraw_import(service.database, service.project, service.schema, name or "", service.now())
    terminal().print(f"{gone.stored:,} answers withdrawn, and {gone.waiting:,} that waited for their text.")
