"""`annotator people`: invitations, erasure, and accounts in bulk for demos and tests."""

from __future__ import annotations

import csv
import os
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from annotator.commands.progress import terminal
from annotator.dispensing.withdrawal import leave
from annotator.domain.errors import NotFoundError
from annotator.domain.roles import Role
from annotator.people.accounts import Credentials, add_in_bulk, invite, made_up_credentials, normal_email
from annotator.people.erasure import erase_account
from annotator.people.factor_key import begin_key
from annotator.runtime import opened
from annotator.storage import people

app = typer.Typer(
    no_args_is_help=True, help="People: invite them, erase an account, or make accounts in bulk for tests."
)


@app.command("add")
def add(
    role: Annotated[Role, typer.Option(help="Role of the new accounts.")],
    csv_file: Annotated[
        Path, typer.Option("--csv", help="File to write the sign-ins to (email,password), readable by you only.")
    ],
    count: Annotated[int, typer.Option(min=1, max=10_000, help="How many.")] = 1,
    qualified: Annotated[
        bool, typer.Option("--qualified", help="They have come in and may label at once; for made-up people.")
    ] = False,
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
    qualified: Annotated[
        bool, typer.Option("--qualified", help="A volunteer who may label once they have come in.")
    ] = False,
) -> None:
    """Print a one-time link that makes an account.

    Example: annotator people invite --role coordinator
    """
    with opened() as service:
        lasts = timedelta(hours=service.settings.invitation_hours)
        token = invite(service.database, None, role, service.now(), lasts, qualified=qualified)
        typer.echo(f"{service.address}/invitation?token={token}")


@app.command("erase")
def erase(
    email: Annotated[str, typer.Argument(help="Address of the account, as its owner gave it.")],
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Withdraw their answers too.")] = False,
    sure: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
) -> None:
    """Erase a volunteer's account for somebody who asks for it and cannot sign in. Make sure first that it is them.

    Example: annotator people erase someone@example.org --withdraw
    """
    with opened() as service:
        with service.database.reading() as session:
            found = people.by_email(session, normal_email(email))
        if found is None or found[0].role != Role.VOLUNTEER:
            raise NotFoundError("No volunteer has that address.")
        answers = "their answers are withdrawn" if withdraw else "their answers stay and can't be withdrawn any more"
        if not sure:
            typer.confirm(f"{found[0].pseudonym}: the account is erased for good, and {answers}. Go on?", abort=True)
        now = service.now()
        gone = leave(service.database, service.schema, found[0].id, now, withdraw_answers=withdraw)
        erase_account(service.database, found[0].id, now)
    terminal().print(f"Erased. {gone} answer{'' if gone == 1 else 's'} withdrawn.")


@app.command("second-factor-key")
def second_factor_key(
    anew: Annotated[
        bool, typer.Option("--anew", help="Make a new key although the one that secrets are sealed with is lost.")
    ] = False,
) -> None:
    """Make the key that second factors are sealed with in the database, and seal what is not sealed yet.

    Every machine that serves the pages needs the same file. Where the key is lost, people sign in by a recovery code, or
    another coordinator resets their second factor.

    Example: annotator people second-factor-key
    """
    with opened() as service:
        key = service.factor_key
        lost = begin_key(service.database, key, anew=anew)
    terminal().print(f"Secrets of second factors are sealed with {key.path}.")
    if lost:
        terminal().print(f"{lost} can't be opened with it: by a recovery code, or reset on the page of people.")


def write_credentials(path: Path, credentials: list[Credentials]) -> None:
    """Write sign-ins to a file that only its owner can read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("email", "password"))
        writer.writerows((given.email, given.password) for given in credentials)
