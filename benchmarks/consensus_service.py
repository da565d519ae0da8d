"""What consensus and agreement cost the service on SQLite: reading all labels, agreement of each, a refit, one answer's update.

The read stands beside orjson over the same texts.

python -m benchmarks.consensus_service [--items 100000] [--overlap 3] [--people 200]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from statistics import median

import numpy as np
import orjson
from sqlalchemy import insert, text

from annotator.dispensing.posterior import update_posterior
from annotator.domain.clock import ManualClock
from annotator.domain.ids import new_id
from annotator.domain.schema import Schema
from annotator.insight.agreement import agreement_by_label
from annotator.insight.consensus import drift_from_refit, refit
from annotator.insight.labels import LabelTable
from annotator.storage import projects
from annotator.storage.database import Database
from annotator.storage.tables import Annotation, Item, Lease, Person, Project
from guidelines.loader import latest, load

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def fill(database: Database, schema: Schema, n_items: int, overlap: int, n_people: int) -> Project:
    """Store answers of people who are right seven to nine times in ten, without the dispenser."""
    rng = np.random.default_rng(1)
    with database.writing() as session:
        version = projects.guideline_version(session, NOW, schema)
        project = Project(
            name="bench",
            purpose="benchmark",
            guideline_version_id=version.id,
            overlap=overlap,
            lease_seconds=60,
            order_seed=1,
            created_at=NOW,
        )
        projects.ensure_project(session, NOW, project)
        people = [Person(pseudonym=new_id(), role="volunteer", created_at=NOW) for _ in range(n_people)]
        session.add_all(people)
        version_id, project_id, ids = version.id, project.id, [person.id for person in people]
    skill = rng.uniform(0.7, 0.9, n_people)
    common = {"guideline_version_id": version_id, "lead_time": 3.0, "created_at": NOW, "result": [], "answer": {}}
    for begin in range(0, n_items, 5_000):
        items, leases, annotations = [], [], []
        for number in range(begin, min(begin + 5_000, n_items)):
            item = new_id()
            truth = {spec.name: _true(spec.values, rng) for spec in schema.labels}
            items.append(
                {
                    "id": item,
                    "project_id": project_id,
                    "public_id": str(number),
                    "text": f"Posting {number}. " + "Seasonal work with housing. " * 12,
                    "text_sha256": str(number),
                    "source": "synthetic",
                    "state": "agreed",
                    "overlap": overlap,
                    "leased": 0,
                    "answered": overlap,
                    "order_key": number,
                    "created_at": NOW,
                }
            )
            for slot, place in enumerate(rng.choice(n_people, overlap, replace=False)):
                lease, right = new_id(), rng.random(len(truth)) < skill[place] ** 0.5
                labels = {
                    spec.name: spec.values[truth[spec.name] if ok else rng.integers(len(spec.values))]
                    for spec, ok in zip(schema.labels, right, strict=True)
                }
                owner = {"item_id": item, "person_id": ids[place]}
                times = {"created_at": NOW, "expires_at": NOW}
                leases.append({"id": lease, **owner, "slot": slot, "state": "answered", **times})
                rating = labels[schema.rating.name]
                annotations.append(
                    {"id": new_id(), "lease_id": lease, "key": lease, **owner, **common, "labels": labels}
                )
                annotations[-1] |= {"rating": rating, "cannot_tell": False}
        with database.writing() as session:
            for table, rows in ((Item, items), (Lease, leases), (Annotation, annotations)):
                session.execute(insert(table), rows)
    return project


def _true(values: tuple[str, ...], rng: np.random.Generator) -> int:
    """Ratings are spread evenly; an indicator is present in one item of ten."""
    return int(rng.integers(len(values))) if len(values) > 3 else (len(values) - 1 if rng.random() < 0.9 else 0)


def timed(work: Callable[[], object], times: int = 1) -> float:
    spent = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        spent.append(time.perf_counter() - began)
    return median(spent)


def main() -> None:
    parser = argparse.ArgumentParser()
    for name, default in (("items", 100_000), ("overlap", 3), ("people", 200)):
        parser.add_argument(f"--{name}", type=int, default=default)
    given = parser.parse_args()
    schema = load("postings", latest("postings")).schema
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/bench.sqlite3")
        database.migrate()
        project = fill(database, schema, given.items, given.overlap, given.people)
        now = ManualClock(NOW).now()
        with database.reading() as session:
            table = LabelTable.read(session, schema, project.id)
            read = timed(lambda: LabelTable.read(session, schema, project.id), 3)
            texts = session.execute(text("SELECT labels FROM annotation")).scalars().all()
            peer = timed(lambda: [orjson.loads(each) for each in texts], 3)
        print(f"{table.n_answers:,} answers of {given.items:,} items, {len(schema.labels)} labels each")
        print(f"read as columns: {read:.2f} s ({read / peer:.1f} x orjson over the same texts, which it includes)")
        print(
            f"agreement of all labels, 1,000 resamplings each: {timed(lambda: agreement_by_label(schema, table), 3):.2f} s"
        )
        print(f"refit, compiling and every item written: {timed(lambda: refit(database, project, schema, now)):.1f} s")
        print(f"refit that moves no item: {timed(lambda: refit(database, project, schema, now)):.1f} s")
        print(f"drift from a fit from scratch: {drift_from_refit(database, project, schema):.1e}")
        with database.writing() as session:
            items = session.execute(text("SELECT id FROM item LIMIT 300")).scalars().all()
            moves = [
                timed(lambda each=each: update_posterior(session, project.id, schema.rating, each)) for each in items
            ]
        print(f"one answer's update: {1e3 * median(moves):.2f} ms")
        database.dispose()


if __name__ == "__main__":
    main()
