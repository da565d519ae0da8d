"""What the hash chains of the audit log add to a whole answer: the same answers in turn with chained lines and with bare ones.

The two ways take turns, so that whatever else the machine does falls on both. An answer is `submit`, in process, with its commit.

python -m benchmarks.audit_answer [--answers 400] [--items 3000]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

import numpy as np
import pgserver
from sqlalchemy import insert
from sqlmodel import Session

from annotator.dispensing.dispense import Dispensed, next_item
from annotator.dispensing.submit import Submission, submit
from annotator.domain.answers import Answer
from annotator.domain.ids import new_id
from annotator.domain.schema import Schema
from annotator.storage import audit
from annotator.storage.database import Database
from annotator.storage.tables import Audit, Project
from benchmarks.next_item import NOW, fill
from guidelines.loader import latest, load

_PLACES = count(1)
Seal = Callable[[Session], None]


def bare(session: Session) -> None:
    """Store the lines that wait, with nothing of a chain but places of their own."""
    waiting = session.info.pop("audit", [])
    if waiting:
        session.flush()
        rest = {"chain": 99, "hash": "0" * 64}
        session.execute(insert(Audit), [line | rest | {"position": next(_PLACES)} for line in waiting])


def answered(database: Database, project: Project, schema: Schema, person: str, seal: Seal) -> tuple[float, float]:
    """Let a person answer once; return seconds by the clock, and of them those on a processor."""
    given = next_item(database, project, schema, person, NOW)
    if not isinstance(given, Dispensed):
        raise SystemExit(f"nothing left: {given}")
    submission = Submission(given.lease_id, new_id(), 20.0, [], Answer(choices={schema.rating.question: ("1",)}))
    chained, audit.seal = audit.seal, seal
    try:
        began = time.perf_counter(), time.thread_time()
        submit(database, project, schema, person, submission, NOW)
        return time.perf_counter() - began[0], time.thread_time() - began[1]
    finally:
        audit.seal = chained


def measured(name: str, url: str, answers: int, n_items: int) -> None:
    database, schema = Database(url), load("postings", latest("postings")).schema
    database.migrate()
    project, people = fill(database, schema, n_items, 20)
    ways: dict[str, Seal] = {"chained": audit.seal, "bare": bare}
    spent: dict[str, list[tuple[float, float]]] = {way: [] for way in ways}
    for turn in range(answers + 40):
        way = ("chained", "bare")[turn % 2]
        took = answered(database, project, schema, people[turn // 2 % len(people)], ways[way])
        if turn >= 40:  # the first ones pay for what is prepared once
            spent[way].append(took)
    clock, own = (
        {way: float(np.median([took[place] for took in spent[way]])) * 1000 for way in ways} for place in (0, 1)
    )
    print(
        f"{name:11}{clock['bare']:8.2f} ms bare{clock['chained']:8.2f} ms chained, {clock['chained'] / clock['bare']:.2f} times; "
        f"on a processor {own['bare']:.2f} and {own['chained']:.2f} ms (medians of {len(spent['bare'])})"
    )
    database.dispose()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--answers", type=int, default=400)
    parser.add_argument("--items", type=int, default=3000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measured("sqlite", f"sqlite:///{folder}/audit.sqlite3", given.answers, given.items)
        server = pgserver.get_server(Path(folder) / "pg", cleanup_mode="stop")
        measured("postgresql", server.get_uri(), given.answers, given.items)
        server.cleanup()


if __name__ == "__main__":
    main()
