"""How long the dispenser takes from an answer that is stored to the next item chosen for that person, in process.

A pool of items with a model in use, under way: a tenth is done, ninety items are begun, people have answered hundreds. Picks by the model
(weighed for the person), by the audit and by the seeded order are timed in the same run; the seeded order is what the others
stand beside. `--storing` lets a second process write a new model's predictions into the same database meanwhile.

python -m benchmarks.next_item [--items 100000] [--people 40] [--asks 1000] [--postgres] [--storing]
"""

from __future__ import annotations

import argparse
import multiprocessing
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from sqlalchemy import insert
from sqlmodel import select

from annotator.dispensing.dispense import Dispensed, next_item
from annotator.dispensing.submit import Submission, submit
from annotator.domain.answers import Answer
from annotator.domain.ids import new_id
from annotator.domain.limits import UNLIMITED
from annotator.domain.schema import Schema
from annotator.insight.consensus import refit
from annotator.learning.training import store_predictions
from annotator.people.texts import load_texts
from annotator.storage import items, learning, onboarding, project_settings, projects
from annotator.storage.database import Database
from annotator.storage.tables import Annotation, Item, Lease, Person, Project
from benchmarks._load_pool import model_in_use
from guidelines.loader import latest, load

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
_CHUNK = 5_000
_BEGUN = 900  # of so many items a tenth is begun, about as many as the dispenser lets be


def fill(database: Database, schema: Schema, n_items: int, n_people: int) -> tuple[Project, list[str]]:
    """Store a campaign under way: a tenth of the items has its three answers, a few have one, the rest none."""
    rng = np.random.default_rng(1)
    with database.writing() as session:
        version = projects.guideline_version(session, NOW, schema)
        project = Project(
            name="bench",
            purpose="benchmark",
            guideline_version_id=version.id,
            overlap=2,
            max_overlap=5,
            audit_share=0.3,  # more than the usual, so that every kind of pick is timed often enough
            lease_seconds=600,
            order_seed=1,
            created_at=NOW,
            demonstration=True,
        )
        onboarding.publish(session, NOW, load_texts())
        projects.ensure_project(session, NOW, project)
        people = [
            Person(pseudonym=new_id(), role="volunteer", qualified_at=NOW, created_at=NOW) for _ in range(n_people)
        ]
        session.add_all(people)
        session.flush()
        for person in people:
            onboarding.complete(session, NOW, person.id)
        project_settings.set_limits(session, NOW, "bench", project.id, UNLIMITED, may_be_looser=True)
    ids = [person.id for person in people]
    for begin in range(0, n_items, _CHUNK):
        _fill_chunk(database, schema, project, ids, range(begin, min(begin + _CHUNK, n_items)), rng)
    return project, ids


def _fill_chunk(
    database: Database, schema: Schema, project: Project, people: list[str], numbers: range, rng: np.random.Generator
) -> None:
    stored: dict[type, list[dict[str, object]]] = {Item: [], Lease: [], Annotation: []}
    for number in numbers:
        item_id, answers = new_id(), {0: 3, 1: int(number < _BEGUN)}.get(number % 10, 0)
        truth = int(rng.integers(4))
        stored[Item].append(
            {
                "id": item_id,
                "project_id": project.id,
                "public_id": str(number),
                "text": f"Posting {number}. " + "Seasonal work with housing. " * int(rng.integers(8, 30)),
                "text_sha256": str(number),
                "source": "synthetic",
                "state": "agreed" if answers == 3 else "ready",
                "overlap": 3 if answers == 3 else 2,
                "leased": 0,
                "answered": answers,
                "order_key": items.order_key(1, str(number)),
                "audit_key": items.audit_key(item_id),
                "created_at": NOW,
            }
        )
        for slot, who in enumerate(rng.choice(len(people), answers, replace=False)):
            rating = str(truth if rng.random() < 0.8 else rng.integers(4))
            owner = {"item_id": item_id, "person_id": people[who]}
            lease = {"id": new_id(), **owner, "slot": slot, "state": "answered", "created_at": NOW, "expires_at": NOW}
            stored[Lease].append(lease)
            stored[Annotation].append(
                {
                    "id": new_id(),
                    "lease_id": lease["id"],
                    **owner,
                    "guideline_version_id": project.guideline_version_id,
                    "key": lease["id"],
                    "result": [],
                    "answer": {},
                    "labels": {schema.rating.name: rating},
                    "rating": rating,
                    "cannot_tell": False,
                    "lead_time": 20.0,
                    "created_at": NOW,
                }
            )
    with database.writing() as session:
        for table, rows in stored.items():
            session.execute(insert(table), rows)


def put_model_in_use(database: Database, project: Project, schema: Schema) -> None:
    """Say something of every item, as a training would, and let the refit make posteriors and priorities of it."""
    model = model_in_use(project.id, schema, NOW)
    with database.writing() as session:
        session.add(model)
    store_predictions(database, project, model.id, _said(database, 2))
    refit(database, project, schema, NOW)


def _said(database: Database, seed: int) -> dict[str, list[float]]:
    with database.reading() as session:
        ids = list(session.exec(select(Item.id)))
    p = np.random.default_rng(seed).dirichlet(np.full(4, 0.7), len(ids)) * 0.96 + 0.01
    return dict(zip(ids, p.round(6).tolist(), strict=True))


Spent = dict[str, list[tuple[float, float]]]
"""Seconds by the clock, and of them the thread's own on a processor, by what picked; storing an answer is "answer"."""


def ask(database: Database, project: Project, schema: Schema, people: list[str], asks: int) -> Spent:
    """Let people answer and ask in turn."""
    rng, spent = np.random.default_rng(3), defaultdict(list)
    for turn in range(asks):
        person = people[turn % len(people)]
        began = np.array([time.perf_counter(), time.thread_time()])
        given = next_item(database, project, schema, person, NOW, rng)
        chosen = np.array([time.perf_counter(), time.thread_time()])
        if not isinstance(given, Dispensed):
            raise SystemExit(f"nothing left after {turn} asks: {given}")
        answer = Answer(choices={schema.rating.question: (str(rng.integers(4)),)})
        submit(database, project, schema, person, Submission(given.lease_id, new_id(), 20.0, [], answer), NOW)
        spent["answer"].append(tuple(np.array([time.perf_counter(), time.thread_time()]) - chosen))
        with database.reading() as session:
            pick = session.exec(select(Lease.pick).where(Lease.id == given.lease_id)).one()
        spent[str(pick)].append(tuple(chosen - began))
    return spent


def store_over_and_over(url: str, project_id: str, stop: multiprocessing.synchronize.Event) -> None:
    """Write whole sets of predictions, one after another, as a worker that trains without a pause would."""
    database, seed = Database(url), 4
    with database.reading() as session:
        project = session.get_one(Project, project_id)
        model = learning.active(session, project_id)
    while not stop.is_set() and model is not None:
        seed += 1
        store_predictions(database, project, model.id, _said(database, seed))


@contextmanager
def _beside(url: str, project: Project, *, wanted: bool) -> Iterator[None]:
    if not wanted:
        yield
        return
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    process = context.Process(target=store_over_and_over, args=(url, project.id, stop))
    process.start()
    try:
        time.sleep(5)
        yield
    finally:
        stop.set()
        process.join()


def report(spent: Spent) -> None:
    plain = float(np.quantile([clock for clock, _ in spent["random"]], 0.95)) if "random" in spent else float("nan")
    print(
        f"{'':10}{'n':>6}{'median':>11}{'95 %':>11}{'99 %':>11}{'95 % on a processor':>22}{'95 % / seeded order':>22}"
    )
    for name in sorted(spent):
        clock, own = np.array(spent[name]).T * 1000
        middle, high, top = np.quantile(clock, [0.5, 0.95, 0.99])
        row = f"{name:10}{len(clock):6}{middle:8.1f} ms{high:8.1f} ms{top:8.1f} ms{np.quantile(own, 0.95):19.1f} ms"
        print(f"{row}{high / 1000 / plain:22.1f}")


def main() -> None:
    parser = argparse.ArgumentParser()
    for name, default in (("items", 100_000), ("people", 40), ("asks", 1000)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--postgres", action="store_true", help="PostgreSQL instead of SQLite")
    parser.add_argument("--storing", action="store_true", help="another process stores predictions meanwhile")
    given = parser.parse_args()
    schema = load("postings", latest("postings")).schema
    with tempfile.TemporaryDirectory() as folder:
        if given.postgres:
            import pgserver

            server = pgserver.get_server(Path(folder) / "pg", cleanup_mode="stop")
            url = server.get_uri()
        else:
            url = f"sqlite:///{folder}/bench.sqlite3"
        database = Database(url)
        database.migrate()
        began = time.perf_counter()
        project, people = fill(database, schema, given.items, given.people)
        print(f"filled with {given.items:,} items in {time.perf_counter() - began:.0f} s", flush=True)
        began = time.perf_counter()
        put_model_in_use(database, project, schema)
        print(f"predictions, posteriors and priorities stored in {time.perf_counter() - began:.0f} s", flush=True)
        ask(database, project, schema, people, 20)
        with _beside(url, project, wanted=given.storing):
            report(ask(database, project, schema, people, given.asks))
        database.dispose()


if __name__ == "__main__":
    main()
