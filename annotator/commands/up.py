"""`annotator up`: the whole service on one machine, and everything stopped again at the end."""

from __future__ import annotations

import os
import shutil
import signal
import threading
import time
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from rich.console import Console
from rich.table import Table

from annotator import logs
from annotator.app import create_app
from annotator.commands import demo as demo_data
from annotator.commands.children import Child, more_pages
from annotator.commands.ports import listening, require_free
from annotator.commands.progress import terminal
from annotator.domain.errors import ConfigError
from annotator.domain.roles import Role
from annotator.people.accounts import Credentials, invite
from annotator.rehearsal.week import Kind
from annotator.runtime import opened, read_settings
from annotator.settings import Settings
from annotator.storage import people
from annotator.studio.connect import embedded_studio
from annotator.studio.editor_assets import find_editor
from annotator.studio.server import EMAIL
from annotator.studio.supervisor import Supervisor
from annotator.web.frame.service import Service
from annotator.web.frame.serving import config_of
from guidelines.inspection import inspect, version_folder
from guidelines.loader import load

_OURS = ("annotator.sqlite3", "label-studio", "demo-sign-ins.csv")


def up(
    demo: Annotated[
        bool, typer.Option("--demo", help="Fill an empty home with 500 synthetic postings and people.")
    ] = False,
    week: Annotated[
        Kind | None,
        typer.Option(help="With --demo: let a team of fifteen have worked for a week already, a good or a bad one."),
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget what the home folder holds and begin anew.")] = False,
    processes: Annotated[
        int, typer.Option(min=1, max=64, help="Processes that serve the pages at the one address.")
    ] = 1,
    guideline: Annotated[
        Path | None,
        typer.Option(help="Use the guideline of this folder; it is taken into the home.", show_default=False),
    ] = None,
) -> None:
    """Start the pages, the worker and an embedded Label Studio server; Ctrl-C stops them all.

    Example: annotator up --demo

    Example: annotator up --demo --week bad --fresh

    Example: annotator up --demo --guideline ./reviews
    """
    if week is not None and (not demo or guideline is not None):
        raise ConfigError("A week is lived in a demonstration of postings.", mend="Say --demo, and no --guideline.")
    source = version_folder(guideline) if guideline is not None else None
    console, settings = terminal(), read_settings()
    require_free(settings)
    if fresh and source is not None and settings.home.resolve() in source.parents:
        raise ConfigError("--fresh would forget the guideline's folder too.", mend="Keep it outside of the home.")
    if fresh:
        _forget(settings)
    if source is not None:
        settings = _take_up(settings, source)
    sign_ins = _fill(settings, week) if demo else []
    with ExitStack() as stack, console.status("Opening the database") as status:
        service = stack.enter_context(opened(settings))
        logs.configure(settings.home / "web.log")
        status.update("Preparing the editor")
        app = create_app(service, find_editor(settings.home / "editor"))
        config = config_of(app, settings)
        ours = stack.enter_context(listening(settings, shared=processes > 1))
        _start_parts(settings, stack)
        more_pages(settings, stack, processes)
        status.stop()
        server = uvicorn.Server(config)
        welcome = threading.Thread(target=_welcome, args=(console, server, service, sign_ins), daemon=True)
        welcome.start()
        signal.signal(signal.SIGTERM, _interrupt)
        try:
            server.run(sockets=[ours])
        except KeyboardInterrupt:
            console.print("\nStopping …")
    console.print("Stopped.")


def _take_up(settings: Settings, source: Path) -> Settings:
    """Take a guideline's folder into the home, once; the environment says so to the worker too."""
    wrong = inspect(source).wrong
    if wrong:
        raise wrong[0]
    name, version = source.parent.name, source.name
    place = settings.home / "guidelines" / name / version
    if place.exists() and load(name, version, place.parents[1]).schema != load(name, version, source.parents[1]).schema:
        raise ConfigError(
            f"{place} holds another {name} {version}.", mend="Give the changed guideline a new version, or say --fresh."
        )
    if place.resolve() != source:
        shutil.copytree(source, place, dirs_exist_ok=True)  # the examples and the quiz may have been improved
    os.environ["ANNOTATOR_GUIDELINE"] = name
    return read_settings()


def _fill(settings: Settings, week: Kind | None) -> list[Credentials]:
    """Make postings and people; a week may leave another guideline version in use, so the service is opened anew after it."""
    with opened(settings) as service:
        return demo_data.fill(service, week)


def _start_parts(settings: Settings, stack: ExitStack) -> None:
    """Start the embedded Label Studio and the worker; the stack stops them in the other order."""
    if settings.studio and not settings.studio_url:
        supervisor = Supervisor(embedded_studio(settings))
        supervisor.start()
        stack.callback(supervisor.stop)
    worker = Supervisor(Child(["worker"], settings.home / "worker.log"))
    worker.start()
    stack.callback(worker.stop)


def _welcome(console: Console, server: uvicorn.Server, service: Service, sign_ins: list[Credentials]) -> None:
    while not server.started:
        time.sleep(0.05)
    settings = service.settings
    address = settings.address
    console.print(f"\n[bold]Annotator[/bold] is at [link={address}]{address}[/link]. Ctrl-C stops it.")
    if service.studio_url:
        console.print(
            f"Label Studio comes up at {service.studio_url}; its first start takes half a minute. Nobody waits for it."
        )
        if not settings.studio_url:
            console.print(
                f"Coordinators sign in there as {EMAIL}, with the password in {settings.home}/label-studio/secrets.json."
            )
    if sign_ins:
        table = Table("Sign in as", "E-mail address", "Password", title="Demo people", title_justify="left")
        for credentials in sign_ins:
            table.add_row(credentials.email.partition("@")[0], credentials.email, credentials.password)
        console.print(table)
    else:
        _first_coordinator(console, service, address)
    service.agreement.standing()  # so that the first coordinator of the day does not wait for it


def _first_coordinator(console: Console, service: Service, address: str) -> None:
    with service.database.reading() as session:
        known = people.anyone_with(session, Role.COORDINATOR.value)
    if not known:
        lasts = timedelta(hours=service.settings.invitation_hours)
        token = invite(service.database, None, Role.COORDINATOR, service.now(), lasts)
        console.print("Nobody can sign in yet. This link works once and makes the first coordinator:")
        console.print(f"{address}/invitation?token={token}", soft_wrap=True)


def _interrupt(*_: object) -> None:
    """End on a polite request to stop as on Ctrl-C: everything that was started is stopped."""
    raise KeyboardInterrupt


def _forget(settings: Settings) -> None:
    """Remove the home folder, if it is one of ours."""
    home: Path = settings.home
    if settings.database_url:
        raise ConfigError("--fresh only forgets the embedded database.", mend="Empty your own database yourself.")
    if not home.exists():
        return
    if any(home.iterdir()) and not any((home / name).exists() for name in _OURS):
        raise ConfigError(f"{home} does not look like a home of ours.", mend="Name another with ANNOTATOR_HOME.")
    shutil.rmtree(home)
