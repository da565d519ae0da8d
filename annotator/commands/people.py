"""`annotator people`: invitations, and accounts in bulk for demos and tests."""

from __future__ import annotations

import csv
import os
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from annotator.commands.progress import terminal
from annotator.domain.roles import Role
from annotator.people.accounts import Credentials, add_in_bulk, invite, made_up_credentials
from annotator.runtime import opened

app = typer.Typer(no_args_is_help=True, help="People: invite them, or make accounts in bulk for tests.")


@app.command("add")
def add(
    role: Annotated[Role, typer.Option(help="Role of the new accounts.")],
    csv_file: Annotated[
        Path, typer.Option("--csv", help="File to write the sign-ins to (email,password), readable by you only.")
    ],
    count: Annotated[int, typer.Option(min=1, max=10_000, help="How many.")] = 1,
    qualified: Annotated[bool, typer.Option("--qualified", help="They may label at once.")] = False,
) -> None:
    """Make accounts with made-up addresses and random passwords.

    Example: annotator people add --role volunteer --count 20 --qualified --csv volunteers.csv
    """
    credentials = made_up_credentials(role, count)
    with opened() as service:
        add_in_bulk(service.database, role, credentials, service.now(), qualified=qualified)
    write_credentials(csv_file, credentials)
    terminal().print(f"{count} {role.value} account{'' if count == 1 else 's'} in {csv_file}")


@app.command("invite")
def invitation(
    role: Annotated[Role, typer.Option(help="Role that the link gives.")],
    qualified: Annotated[bool, typer.Option("--qualified", help="A volunteer who may label at once.")] = False,
) -> None:
    """Print a one-time link that makes an account.

    Example: annotator people invite --role coordinator
    """
    with opened() as service:
        lasts = timedelta(hours=service.settings.invitation_hours)
        token = invite(service.database, None, role, service.now(), lasts, qualified=qualified)
        typer.echo(f"http://{service.settings.host}:{service.settings.port}/invitation?token={token}")


def write_credentials(path: Path, credentials: list[Credentials]) -> None:
    """Write sign-ins to a file that only its owner can read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("email", "password"))
        writer.writerows((given.email, given.password) for given in credentials)
