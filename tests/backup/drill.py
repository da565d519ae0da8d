"""Clients that write while a backup is made, and the databases to restore into."""

from __future__ import annotations

import threading
import uuid
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import text

from annotator.dispensing.dispense import Dispensed
from annotator.storage.database import Database
from annotator.storage.sealing import Key
from tests.world import World

KEY = Key(b"k" * 32)


@dataclass
class Clients:
    """A few volunteers who answer without a pause until told to stop; `acknowledged` grows by every answer that was stored."""

    world: World
    count: int = 4
    acknowledged: list[str] = field(default_factory=list)
    failed: list[Exception] = field(default_factory=list)
    _threads: list[threading.Thread] = field(default_factory=list)

    @contextmanager
    def working(self):
        stopping = threading.Event()
        people = self.world.volunteers(self.count)
        self._threads = [threading.Thread(target=self._work, args=(person, stopping)) for person in people]
        for thread in self._threads:
            thread.start()
        try:
            yield self
        finally:
            stopping.set()
            for thread in self._threads:
                thread.join()
        assert self.failed == []

    def wait_for(self, count: int) -> None:
        """Return once so many answers are stored."""
        while len(self.acknowledged) < count:
            assert any(thread.is_alive() for thread in self._threads), "the clients have come to their end"
            threading.Event().wait(0.005)

    def _work(self, person: str, stopping: threading.Event) -> None:
        try:
            while not stopping.is_set() and isinstance(given := self.world.next(person), Dispensed):
                self.acknowledged.append(self.world.answer(person, given.lease_id).annotation_id)
        except Exception as error:  # noqa: BLE001  told to the test, which fails by it
            self.failed.append(error)


@contextmanager
def empty_database(kind: str, request, folder):
    """Give the URL of a database that holds nothing, not even tables."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / f'{uuid.uuid4().hex}.sqlite3'}"
        return
    base, admin = request.getfixturevalue("postgres_url"), request.getfixturevalue("postgres_admin")
    name = f"r{uuid.uuid4().hex[:12]}"
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield Database(base.replace("/postgres?", f"/{name}?")).url
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
