"""A real Label Studio server, with tasks and users of its own, on the same kind of database as ours."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

from annotator.storage.database import Database
from annotator.studio.client import StudioClient
from annotator.studio.label_config import build_label_config
from annotator.studio.rows import TaskRow
from annotator.studio.server import EmbeddedStudio
from guidelines.loader import latest, load
from tests.ports import free_port

MOST_TASKS = 10_000
_NAME = "studio"


@dataclass(frozen=True, slots=True)
class Peer:
    url: str
    pid: int
    project: int
    tokens: list[str]


class _Studio(EmbeddedStudio):
    """The embedded server, told to use a PostgreSQL database instead of its own file where there is one."""

    postgres = ""

    def _environment(self) -> dict[str, str]:
        found = super()._environment()
        if not self.postgres:
            return found
        url = make_url(self.postgres)
        return found | {
            "DJANGO_DB": "default",
            "POSTGRE_NAME": _NAME,
            "POSTGRE_USER": url.username or "postgres",
            "POSTGRE_PASSWORD": url.password or "",
            "POSTGRE_HOST": str(url.query.get("host") or url.host),
            "POSTGRE_PORT": str(url.query.get("port") or url.port or 5432),
        }


@contextmanager
def label_studio(url: str, folder: Path, kind: str, tasks: int, users: int) -> Iterator[Peer]:
    """Start the server, fill a project and make users; `url` is our own database, beside which a PostgreSQL one is made."""
    studio = _Studio(folder / "label-studio", port=free_port())
    if kind == "postgresql":
        with create_engine(Database(url).url, isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text(f"CREATE DATABASE {_NAME}"))
        studio.postgres = url
    began = time.perf_counter()
    studio.start()
    try:
        studio.wait_ready(600)
        client = StudioClient(studio.url, studio.secrets.token, timeout=120, bulk_timeout=600)
        config = build_label_config(load("postings", latest("postings")).schema)
        project = client.ensure_project("load", "Load", config)
        rows = [TaskRow(f"posting-{n}", f"Posting {n}. " + "Seasonal work with housing. " * 18) for n in range(tasks)]
        client.import_tasks(project, rows)
        made = [client.ensure_user(f"load-{n}") for n in range(users)]
        print(f"Label Studio ready with {tasks:,} tasks in {time.perf_counter() - began:.0f} s", flush=True)
        assert studio.pid is not None
        yield Peer(studio.url, studio.pid, project, _tokens(url, studio, made))
    finally:
        studio.stop()


def _tokens(url: str, studio: _Studio, users: list[int]) -> list[str]:
    """Return the users' API tokens, which the server makes with each user, from its own database."""
    if studio.postgres:
        address = make_url(Database(url).url).set(database=_NAME)
    else:
        (file,) = (studio.home / "data").glob("*.sqlite3")
        address = make_url(f"sqlite:///{file}")
    engine = create_engine(address)
    with engine.connect() as connection:
        found = dict(connection.execute(text("SELECT user_id, key FROM authtoken_token")).tuples().all())
    engine.dispose()
    return [str(found[user]) for user in users]
