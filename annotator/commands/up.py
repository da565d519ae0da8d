"""`annotator up`: the whole service on one machine, and everything stopped again at the end."""

from __future__ import annotations

import shutil
import signal
import socket
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

from annotator.app import create_app
from annotator.commands import demo as demo_data
from annotator.commands.children import Worker
from annotator.commands.progress import terminal
from annotator.domain.errors import ConfigError
from annotator.domain.roles import Role
from annotator.people.accounts import Credentials, invite
from annotator.runtime import opened, read_settings
from annotator.settings import Settings
from annotator.storage import people
from annotator.studio.connect import embedded_studio
from annotator.studio.editor_assets import find_editor
from annotator.studio.server import EMAIL
from annotator.studio.supervisor import Supervisor
from annotator.web.service import Service

_OURS = ("annotator.sqlite3", "label-studio", "demo-sign-ins.csv")


def up(
    demo: Annotated[
        bool, typer.Option("--demo", help="Fill an empty home with 500 synthetic postings and people.")
    ] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget what the home folder holds and begin anew.")] = False,
) -> None:
    """Start the pages, the worker and an embedded Label Studio server; Ctrl-C stops them all.

    Example: annotator up --demo
    """
    console, settings = terminal(), read_settings()
    _require_free(settings)
    if fresh:
        _forget(settings)
    with ExitStack() as stack, console.status("Opening the database") as status:
        service = stack.enter_context(opened(settings))
        status.update("Making postings and people")
        sign_ins = demo_data.fill(service) if demo else []
        status.update("Preparing the editor")
        app = create_app(service, find_editor(settings.home / "editor"))
        _start_parts(settings, stack)
        status.stop()
        config = uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            log_level="warning",
            server_header=False,
            timeout_graceful_shutdown=5,
        )
        server = uvicorn.Server(config)
        welcome = threading.Thread(target=_welcome, args=(console, server, service, sign_ins), daemon=True)
        welcome.start()
        signal.signal(signal.SIGTERM, _interrupt)
        try:
            server.run()
        except KeyboardInterrupt:
            console.print("\nStopping …")
    console.print("Stopped.")


def _start_parts(settings: Settings, stack: ExitStack) -> None:
    """Start the embedded Label Studio and the worker; the stack stops them in the other order."""
    if settings.studio and not settings.studio_url:
        supervisor = Supervisor(embedded_studio(settings))
        supervisor.start()
        stack.callback(supervisor.stop)
    worker = Supervisor(Worker(settings.home / "worker.log"))
    worker.start()
    stack.callback(worker.stop)


def _welcome(console: Console, server: uvicorn.Server, service: Service, sign_ins: list[Credentials]) -> None:
    while not server.started:
        time.sleep(0.05)
    settings = service.settings
    address = f"http://{settings.host}:{settings.port}"
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


def _require_free(settings: Settings) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise ConfigError(
                f"Port {settings.port} of {settings.host} is taken.",
                mend="Stop what uses it, or choose another with ANNOTATOR_PORT=8010.",
            ) from error


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
