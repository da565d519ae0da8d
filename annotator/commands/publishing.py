"""`annotator release publish` and `withdraw`: people who hand a release out, or stop it."""

from __future__ import annotations

from typing import Annotated

import typer

from annotator.commands.confirmed import confirmed
from annotator.commands.progress import terminal
from annotator.domain.errors import ForbiddenError
from annotator.domain.releases import NEEDED, PUBLISHED_DAYS
from annotator.domain.roles import Role
from annotator.insight import publish as handing_out
from annotator.runtime import opened


def publish(
    version: Annotated[str, typer.Argument(help="The version to hand out.")],
    by: Annotated[str, typer.Option(help="Address of the coordinator who approves; the password is asked for.")],
    days: Annotated[int, typer.Option(min=1, max=3650, help="For how many days it is handed out.")] = PUBLISHED_DAYS,
) -> None:
    """Approve a release. Two different people have to; the second one's approval hands it out.

    Example: annotator release publish 1.0.0 --by coordinator@example.org
    """
    password = typer.prompt("Password", hide_input=True)
    with opened() as service:
        person = confirmed(service, by, password)
        done = handing_out.approve(
            service.database, service.project, version, person.id, Role(person.role), service.now(), days=days
        )
    said = f"published for {days} days" if done.published else f"{done.people} of {NEEDED} people have approved"
    terminal().print(f"Release {version}: {said}.")


def withdraw(
    version: Annotated[str, typer.Argument(help="The version to stop handing out, or `all`.")],
    by: Annotated[str, typer.Option(help="Address of the coordinator who withdraws it; the password is asked for.")],
    reason: Annotated[str, typer.Option(help="Why; those who look for the release read it.")],
) -> None:
    """Stop handing out a release, or all of them, at once and for good. Copies that were handed out can't be recalled.

    Example: annotator release withdraw 1.0.0 --by coordinator@example.org --reason "A text was taken down."
    """
    password = typer.prompt("Password", hide_input=True)
    with opened() as service:
        now = service.now()
        person = confirmed(service, by, password)
        if Role(person.role) not in handing_out.MAY_APPROVE:
            raise ForbiddenError(f"A {person.role} may not withdraw a release.")
        if version == "all":
            gone = handing_out.withdraw_all(service.database, service.project, person.id, reason, now)
        else:
            handing_out.withdraw(service.database, service.project, version, person.id, reason, now)
            gone = [version]
    terminal().print(
        f"Withdrawn: {', '.join(gone) or 'nothing was there to withdraw'}. Published copies can't be recalled."
    )
