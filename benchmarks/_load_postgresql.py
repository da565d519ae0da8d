"""A PostgreSQL server that ends with the run: the one from the wheel, or this machine's own, which has the extensions that Label Studio needs."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.ports import free_port

OWNER = "postgres"
"""Runs the machine's own server where we are root, which PostgreSQL refuses to be."""


@contextmanager
def from_the_wheel(folder: Path) -> Iterator[str]:
    """Give the URL of an empty database of `pgserver`."""
    import pgserver

    server = pgserver.get_server(folder, cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


@contextmanager
def of_the_machine(folder: Path) -> Iterator[str]:
    """Give the URL of an empty database of the `postgres` that is on the path, at a Unix socket as `pgserver` is."""
    folder.mkdir()
    user = OWNER if os.geteuid() == 0 else None
    if user is not None:
        folder.parent.chmod(0o711)
        shutil.chown(folder, user)
    port = free_port()
    subprocess.run(
        ["initdb", "-D", folder, "-U", OWNER, "-A", "trust"], user=user, check=True, stdout=subprocess.DEVNULL
    )
    options = [f"port={port}", "listen_addresses=", f"unix_socket_directories={folder}"]
    command = ["postgres", "-D", str(folder), *(part for option in options for part in ("-c", option))]
    with (folder.parent / "postgres.log").open("wb") as log:
        server = subprocess.Popen(command, user=user, stdout=log, stderr=log)
    try:
        _wait(server, folder)
        yield f"postgresql://{OWNER}@/postgres?host={folder}&port={port}"
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(60)


def _wait(server: subprocess.Popen[bytes], folder: Path) -> None:
    """Wait until the server says in its file that it is ready."""
    end, status = time.monotonic() + 60, folder / "postmaster.pid"
    while not (status.exists() and status.read_text().rstrip().endswith("ready")):
        if server.poll() is not None or time.monotonic() > end:
            raise RuntimeError(f"PostgreSQL did not start: {(folder.parent / 'postgres.log').read_text()}")
        time.sleep(0.1)
