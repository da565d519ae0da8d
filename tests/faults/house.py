"""A house: one database with two web processes, two workers, proxies between them, and people who label."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import psutil

from annotator.domain.clock import SystemClock
from annotator.domain.ids import new_id
from annotator.domain.items import ItemState
from annotator.domain.limits import UNLIMITED
from annotator.domain.roles import Role
from annotator.domain.webhooks import Event
from annotator.people.sign_in import open_session
from annotator.settings import Settings
from annotator.storage import items, onboarding, project_settings
from annotator.storage.database import Database
from annotator.storage.tables import Person
from annotator.studio.connect import studio_client
from annotator.web.frame.service import Service, open_service
from annotator.webhooks.endpoints import Endpoints
from annotator.worker import open_mirror
from guidelines.loader import Guideline, latest, load
from tests.faults.disk import Disk
from tests.faults.proxy import Network, Proxy
from tests.faults.receiver import Receiver
from tests.faults.servers import Postgres, kill
from tests.faults.volunteers import Crew, Volunteer
from tests.faults.zygote import set_clock
from tests.ports import free_port
from tests.world import approve

ITEMS = 1500
PEOPLE = 6
_START = 60.0


class Zygote:
    """The parent that forks web and worker processes."""

    def __init__(self, editor: Path) -> None:
        command = [sys.executable, "-m", "tests.faults.zygote", str(editor)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout.readline() == "ready\n", "the zygote did not start"

    def fork(self, **order) -> int:
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        self._process.kill()  # what it forked ends with it
        self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()


@dataclass
class Part:
    """A process of ours: where it is reached, and how it is started."""

    role: str
    number: int
    port: int
    clock: Path
    pid: int = 0

    @property
    def alive(self) -> bool:
        return self.pid > 0 and psutil.pid_exists(self.pid)


@dataclass
class Ground:
    """What outlives a house: the zygote, a network, a PostgreSQL server, somebody's program, perhaps a Label Studio."""

    folder: Path
    zygote: Zygote
    network: Network
    receiver: Receiver
    disk: Disk
    postgres: Postgres | None = None
    guideline: Guideline = field(default_factory=lambda: load("postings", latest("postings")))


class House:
    """Opened on an empty database; closed again after some rounds."""

    def __init__(self, ground: Ground, kind: str, number: int, rng: random.Random, studio=None) -> None:
        self.ground, self.kind, self.rng, self.studio = ground, kind, rng, studio
        self.home = ground.folder / f"house-{number}"
        shutil.rmtree(self.home, ignore_errors=True)
        self.home.mkdir(parents=True)
        self.name = ground.postgres.new() if kind == "postgresql" else ""
        self.lines: dict[str, Proxy] = {}
        self.note = ""
        self._open_lines()
        self.service = self._service()
        self.parts = [self._part("web", n) for n in range(2)] + [self._part("worker", n) for n in range(2)]
        self.lines["clients"] = ground.network.to_port(lambda: self.parts[0].port)
        self.crew = self._crew()
        ground.receiver.forget()
        self.strangers = self._in_studio() if studio is not None else 0  # of earlier houses
        self.start()

    def _in_studio(self) -> int:
        with studio_client(self.service.settings) as client:
            return open_mirror(self.service, client).books().unknown

    def _open_lines(self) -> None:
        if self.kind == "postgresql":
            self.lines["database"] = self.ground.network.to_socket(self.ground.postgres.socket)
        if self.studio is not None:
            self.lines["studio"] = self.ground.network.to_port(lambda: self.studio.port)

    def settings(self, port: int = 0) -> dict:
        """Return the settings of a process; it reaches database and Label Studio over a proxy."""
        made = {"home": str(self.home), "port": port or 1, "webhooks_private": True, "sweep_seconds": 1}
        made |= {"control_rate": 0, "control_first": 0, "retrain_every": 300, "studio": self.studio is not None}
        if self.kind == "postgresql":
            made["database_url"] = f"postgresql://postgres@127.0.0.1:{self.lines['database'].port}/{self.name}"
        if self.studio is not None:
            made["studio_url"] = f"http://127.0.0.1:{self.lines['studio'].port}"
            made["studio_token"] = self.studio.secrets.token
        return made

    def _service(self) -> Service:
        """Open the service past the proxies: for setting up, and for reading the books."""
        url = self.ground.postgres.url(self.name) if self.name else ""
        settings = Settings(**{**self.settings(), "database_url": url})
        database = Database(settings.database)
        database.migrate()
        return open_service(settings, database, SystemClock(), self.ground.guideline)

    def _part(self, role: str, number: int) -> Part:
        clock = self.home / f"{role}-{number}.clock"
        set_clock(clock, 0.0)
        return Part(role, number, free_port(), clock)

    def _crew(self) -> Crew:
        database, now = self.service.database, self.service.now()
        project = self.service.project
        rows = [self._item(n) for n in range(ITEMS)]
        people = [
            Person(pseudonym=new_id(), role=Role.VOLUNTEER.value, qualified_at=now, created_at=now)
            for _ in range(PEOPLE)
        ]
        with database.writing() as session:
            approve(session, now, project.guideline_version_id)
            project_settings.set_limits(session, now, "test", project.id, UNLIMITED, may_be_looser=True)
            assert items.add(session, project, rows, now) == []
            session.add_all(people)
            session.flush()
            for person in people:
                onboarding.complete(session, now, person.id)
        endpoints = Endpoints(database, project.id, "test")
        endpoints.add(self.ground.receiver.url, [Event.ITEM_AGREED.value], now, private=True)
        return Crew([self._volunteer(person) for person in people])

    def _item(self, number: int) -> items.NewItem:
        words = f"Posting {number}: seasonal work with housing, {self.rng.randrange(10**9)}."
        return items.NewItem(f"item-{number:05d}", words, items.text_hash(words), "synthetic", ItemState.READY)

    def _volunteer(self, person: Person) -> Volunteer:
        signed_in = open_session(self.service.database, person, self.service.now(), timedelta(days=900))
        return Volunteer(person.id, signed_in.token, signed_in.csrf, self.ports, random.Random(self.rng.random()))

    def ports(self) -> list[int]:
        """Return where clients may ask: the first web process is behind a proxy."""
        return [self.lines["clients"].port, self.parts[1].port]

    def of(self, role: str) -> list[Part]:
        return [part for part in self.parts if part.role == role]

    def start(self) -> None:
        """Start whatever is dead, and wait until pages are served."""
        if self.name:
            self.ground.postgres.wait()
        end = time.monotonic() + _START
        while time.monotonic() < end:
            for part in self.parts:
                if not part.alive:
                    self._fork(part)
            if all(_answers(part.port) for part in self.of("web")):
                return
            time.sleep(0.1)
        raise RuntimeError(f"the pages did not come back; see {self.home}")

    def _fork(self, part: Part) -> None:
        log = str(self.home / f"{part.role}-{part.number}.log")
        order = {"role": part.role, "log": log, "clock": str(part.clock), "settings": self.settings(part.port)}
        part.pid = self.ground.zygote.fork(**order)

    def fill_disk(self, left: int | None) -> None:
        """Leave so many bytes for what database and service write; None makes room again."""
        if left is not None and not self.name:
            self.service.database.scrub()  # else the log, which has room of its own, would take everything
        self.ground.disk.fill([part.pid for part in self.parts if part.alive], left)
        if left is not None and self.name:
            self.ground.postgres.use_up_log()

    def shift(self, part: Part, seconds: float) -> None:
        set_clock(part.clock, seconds)

    def close(self) -> None:
        for part in self.parts:
            kill(part.pid)
        for line in self.lines.values():
            line.close()
        self.service.database.dispose()
        if self.name:
            self.ground.postgres.drop(self.name)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as reply:
            return reply.status == 200
    except OSError:
        return False
