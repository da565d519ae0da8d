"""`annotator token`: one's own tokens for programs that call the API, from the command line."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from annotator.commands.confirmed import confirmed
from annotator.commands.progress import terminal
from annotator.domain.errors import NotFoundError
from annotator.people import api_tokens
from annotator.people.accounts import normal_email
from annotator.runtime import opened
from annotator.storage import api_tokens as stored, people
from annotator.storage.tables import Person
from annotator.web.frame.service import Service

app = typer.Typer(no_args_is_help=True, help="Tokens for programs that call the API: make, list, revoke.")

_Email = Annotated[str, typer.Argument(help="Address of the account whose token it is.")]
_Password = Annotated[
    str, typer.Option(prompt="Password", hide_input=True, envvar="ANNOTATOR_PASSWORD", help="Its password.")
]


@app.command("new")
def new(
    email: _Email,
    scope: Annotated[list[str], typer.Option("--scope", help="What it may do, such as agreement:read; several times.")],
    password: _Password,
    name: Annotated[str, typer.Option(help="What it is for.")] = "command line",
    days: Annotated[int, typer.Option(help="Days that it works.")] = api_tokens.DAYS,
) -> None:
    """Make a token and print it, once.

    Example: annotator token new researcher@example.org --scope agreement:read --scope releases:read --days 30
    """
    with opened() as service:
        person = confirmed(service, email, password)
        made = api_tokens.make(service.database, person, name, scope, service.now(), days=days)
    typer.echo(made.secret)


@app.command("list")
def listed(email: _Email) -> None:
    """List the tokens of an account. The tokens themselves are nowhere.

    Example: annotator token list researcher@example.org
    """
    with opened() as service:
        person = _person(service, email)
        with service.database.reading() as session:
            tokens = stored.of_person(session, person.id)
    table = Table("id", "name", "scopes", "last used", "works until")
    for token in tokens:
        used = f"{token.used_at:%Y-%m-%d %H:%M}" if token.used_at else "never"
        table.add_row(token.id, token.name, ", ".join(token.scopes), used, f"{token.expires_at:%Y-%m-%d}")
    terminal().print(table)


@app.command("revoke")
def revoke(email: _Email, token: Annotated[str, typer.Argument(help="Id of the token, as the list has it.")]) -> None:
    """Revoke a token, at once and for good.

    Example: annotator token revoke researcher@example.org 01JQZ0V7M2T5X8W3C6B9N4K1HD
    """
    with opened() as service:
        api_tokens.revoke(service.database, _person(service, email).id, token, service.now())
    terminal().print("Revoked.")


def _person(service: Service, email: str) -> Person:
    with service.database.reading() as session:
        found = people.by_email(session, normal_email(email))
    if found is None:
        raise NotFoundError("No account has that address.")
    return found[0]
