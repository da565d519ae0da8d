"""The databases that a house stands on: a SQLite file, or a PostgreSQL server that can be killed and started again."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import pgserver
import psutil
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from annotator.storage.database import Database


class Postgres:
    """A real server with full durability, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._server = pgserver.get_server(self.folder, cleanup_mode="stop")
        self._made = 0
        template = self.url("template_annotator")
        self._admin(["CREATE DATABASE template_annotator"])
        made = Database(template)
        made.migrate()
        made.dispose()

    @property
    def socket(self) -> str:
        return f"{self._server.get_postmaster_info().socket_dir}/.s.PGSQL.5432"

    def url(self, name: str) -> str:
        return self._server.get_uri().replace("/postgres?", f"/{name}?")

    def new(self) -> str:
        """Make an empty, migrated database; return its name."""
        self._made += 1
        name = f"house_{self._made}"
        self._admin([f"CREATE DATABASE {name} TEMPLATE template_annotator"])
        return name

    def drop(self, name: str) -> None:
        self._admin([f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"])

    def processes(self) -> list[psutil.Process]:
        """Return the postmaster and everything it has started."""
        try:
            parent = psutil.Process(self._server.get_postmaster_info().pid)
            return [parent, *parent.children()]
        except psutil.NoSuchProcess:
            return []

    def backends(self, name: str) -> list[psutil.Process]:
        """Return the server processes that serve connections to one database."""
        found = []
        for process in self.processes()[1:]:
            try:
                if name in " ".join(process.cmdline()):
                    found.append(process)
            except psutil.NoSuchProcess:
                continue
        return found

    def kill(self) -> None:
        """Kill the server as a whole: its first process is stopped before, or it could start one more that outlives it."""
        for first in self.processes()[:1]:
            with suppress(psutil.NoSuchProcess):
                first.suspend()
        for process in reversed(self.processes()):
            with suppress(psutil.NoSuchProcess):
                process.kill()

    def use_up_log(self) -> None:
        """Fill the room that the server keeps for its log; on a full disk it stops itself then."""
        with suppress(DBAPIError):
            for _ in range(4):
                self._admin(["SELECT pg_logical_emit_message(true, 'faults', 'x')", "SELECT pg_switch_wal()"])

    def wait(self) -> None:
        """Start the server if it is down, and return once it takes connections."""
        end = time.monotonic() + 60
        while not self._takes_connections():
            if time.monotonic() > end:
                said = (self.folder / "log").read_text(errors="replace")[-2000:]
                raise RuntimeError(f"PostgreSQL did not come back:\n{said}")
            time.sleep(0.1)

    def _takes_connections(self) -> bool:
        try:
            if not self.processes():
                self._server.ensure_postgres_running()
            self._admin(["SELECT 1"])
        except (subprocess.SubprocessError, OSError, AssertionError, DBAPIError):
            return False
        return True

    def close(self) -> None:
        self._server.cleanup()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _admin(self, statements: list[str]) -> None:
        engine = create_engine(Database(self.url("postgres")).url, isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                for statement in statements:
                    connection.execute(text(statement))
        finally:
            engine.dispose()


def kill(pid: int) -> None:
    """Kill a process and return once it is gone."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    end = time.monotonic() + 10
    while psutil.pid_exists(pid) and time.monotonic() < end:
        time.sleep(0.002)
