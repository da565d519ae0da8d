"""How long the coordinator's desk takes over a pool of 100,000 items with 300,000 answers: the page as it comes in, and each part.

"Changed" is a page whose every part has to be read anew, as when something has been stored since the last one; "unchanged" one that
finds all parts as they were. The list of items, one page with its counts, stands beside it as a yardstick of the same run.

python -m benchmarks.desk_page [--items 100000] [--url postgresql://…]
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from annotator.app import create_app
from annotator.domain.clock import ManualClock
from annotator.domain.ids import new_id
from annotator.domain.items import ItemState
from annotator.domain.roles import Role
from annotator.settings import Settings
from annotator.storage import items
from annotator.storage.database import Database
from annotator.storage.tables import Annotation, Audit, Item, Lease
from annotator.studio.editor_assets import find_editor
from annotator.web.frame.service import Service, open_service
from guidelines.loader import latest, load
from tests.web.conftest import Site
from tests.world import World, approve

ROUNDS = 7
BATCH = 5_000
PEOPLE = 40
DAYS = 28
_CHAIN = 1_000  # of the audit log, apart from the service's own
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
STATES = [ItemState.AGREED] * 70 + [ItemState.ADJUDICATING] * 3 + [ItemState.GOLD] * 5 + [ItemState.READY] * 22


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--url", default="")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = Database(given.url or f"sqlite:///{folder}/desk.sqlite3")
        database.migrate()
        settings = Settings(home=Path(folder) / "home", studio=False)
        settings.home.mkdir()
        service = open_service(settings, database, ManualClock(NOW), load("postings", latest("postings")))
        fill(service, given.items)
        measure(service, Path(folder))
        database.dispose()


def fill(service: Service, count: int) -> None:
    rng = random.Random(7)
    with service.database.writing() as session:
        approve(session, NOW, service.project.guideline_version_id)
    world = World.__new__(World)
    world.database, world.clock = service.database, service.clock
    people = world.volunteers(PEOPLE)
    words = [f"word{n}" for n in range(4000)]
    for start in range(0, count, BATCH):
        rows = {Item: [], Lease: [], Annotation: [], Audit: []}
        for n in range(start, min(start + BATCH, count)):
            for table, values in rows_of(service, rng, people, words, n):
                rows[table].append(values)
        with service.database.writing() as session:
            for table, values in rows.items():
                session.connection().execute(insert(table), values)
    if not service.database.is_sqlite:
        with service.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as server:
            server.exec_driver_sql("ANALYZE")


def rows_of(
    service: Service, rng: random.Random, people: list[str], words: list[str], n: int
) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Yield the rows of one item: itself, its leases and answers, and a line of the log."""
    project, item_id, state = service.project, new_id(), rng.choice(STATES)
    answered = rng.randrange(3) if state is ItemState.READY else 3
    text = " ".join(rng.choices(words, k=110)) + f" {n}"
    ratings = [str(rng.choice((0, 0, 0, 1, 2))) for _ in range(answered)]
    posterior = [0.7, 0.2, 0.08, 0.02]
    rng.shuffle(posterior)
    yield (
        Item,
        {
            "id": item_id,
            "project_id": project.id,
            "public_id": f"item-{n:07d}",
            "text": text,
            "text_sha256": items.text_hash(text),
            "source": "synthetic",
            "state": state.value,
            "overlap": 3,
            "leased": 0,
            "answered": answered,
            "order_key": n,
            "audit_key": items.audit_key(item_id),
            "created_at": NOW - timedelta(days=DAYS),
            "campaign": f"campaign-{rng.randrange(20_000)}",
            "epoch": f"202{rng.randrange(3, 6)}-H{rng.randrange(1, 3)}",
            "region": rng.choice(("north", "south", "east", "west", "centre")),
            "posterior": posterior if answered else None,
            "risk": 1 - max(posterior) if answered else None,
            "priority": 0.0,
            "language": "en",
            "quarter": None,
            "indicators": None,
        },
    )
    for slot, (person, rating) in enumerate(zip(rng.sample(people, answered), ratings, strict=True)):
        at, lease_id = NOW - timedelta(days=DAYS * rng.random()), new_id()
        yield (
            Lease,
            {
                "id": lease_id,
                "item_id": item_id,
                "person_id": person,
                "slot": slot,
                "state": "answered",
                "created_at": at,
                "expires_at": at,
                "ended_at": at,
            },
        )
        marked = {spec.name: spec.values[-1] for spec in service.schema.labels}
        marked |= {rng.choice(list(marked)): "present"} if rng.random() < 0.3 else {}
        yield (
            Annotation,
            {
                "id": new_id(),
                "lease_id": lease_id,
                "item_id": item_id,
                "person_id": person,
                "guideline_version_id": project.guideline_version_id,
                "key": lease_id,
                "result": [],
                "answer": {},
                "labels": marked | {service.schema.rating.name: rating},
                "rating": rating,
                "cannot_tell": False,
                "lead_time": 30 * rng.random(),
                "created_at": at,
            },
        )
    if state is not ItemState.READY:
        at = NOW - timedelta(days=10 * rng.random())
        line = {"at": at, "actor": "service", "action": f"item.{state}", "subject": item_id, "detail": {}}
        yield Audit, line | {"chain": _CHAIN, "position": n + 1, "hash": ""}


def measure(service: Service, folder: Path) -> None:
    site = Site(service, create_app(service, find_editor(folder / "editor")))
    client, board = site.enter(Role.COORDINATOR), service.board
    began = time.perf_counter()
    client.get("/coordinator")
    print(f"the first page of a process, agreement worked out: {time.perf_counter() - began:.1f} s")
    listed = timed(lambda: client.get("/coordinator/items"), lambda: None)
    print(f"a page of items: {listed:.0f} ms")
    for name, change in (("changed", board.forget), ("unchanged", lambda: None)):
        took = timed(lambda: client.get("/coordinator"), change)
        print(f"the desk, {name}: {took:.0f} ms, {took / listed:.1f} times the page of items")
    for part in ("strip", "people", "learning", "data", "week", "marks"):
        print(f"  {part}: {timed(getattr(board, part), board.forget):.0f} ms")


def timed(call: Callable[[], object], before: Callable[[], None]) -> float:
    """Return the median of some rounds in milliseconds of processor, which other work on the machine does not lengthen."""
    found = []
    for _ in range(ROUNDS):
        before()
        began = time.process_time()
        call()
        found.append(1000 * (time.process_time() - began))
    return statistics.median(found)


if __name__ == "__main__":
    main()
