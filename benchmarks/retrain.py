"""What a retraining costs the worker, and what it brings: features, fit, scoring, storing and the refit that follows.

Synthetic postings with planted truth; people who are right about it eight times in ten rate some of them twice. The rating is
compared with the truth before the classifier stands as a prior, and after. The cost of the fit stands beside scikit-learn's own
`LogisticRegression` on the same rows, fitted once.

python -m benchmarks.retrain [--items 20000] [--labelled 3000]
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from pathlib import Path

import numpy as np
import orjson
from sklearn.linear_model import LogisticRegression
from sqlalchemy import insert
from sqlmodel import select

from active_learning.features import Weighting
from annotator.domain.clock import SystemClock
from annotator.domain.ids import new_id
from annotator.insight.consensus import refit
from annotator.intake.run import ingest_file
from annotator.learning import features, training
from annotator.storage import consensus, projects
from annotator.storage.database import Database
from annotator.storage.tables import Annotation, Item, Lease, Person, Project
from annotator.synthetic.corpus import POSTINGS, write_corpus
from guidelines.loader import latest, load

SKILL = 0.8
PEOPLE = 30


def label(database: Database, project: Project, name: str, truth: dict[str, str], n_labelled: int) -> None:
    """Let two people each rate the first items of the seeded order; one in five ratings is a step off."""
    rng, clock = np.random.default_rng(2), SystemClock()
    people = [Person(pseudonym=new_id(), role="volunteer", created_at=clock.now()) for _ in range(PEOPLE)]
    with database.writing() as session:
        session.add_all(people)
    ids = [person.id for person in people]
    with database.writing() as session:
        chosen = session.exec(select(Item).order_by(Item.order_key).limit(n_labelled)).all()
        leases, annotations = [], []
        for item in chosen:
            for slot, who in enumerate(rng.choice(PEOPLE, 2, replace=False)):
                right = int(truth[item.public_id])
                said = right if rng.random() < SKILL else int(np.clip(right + rng.choice([-1, 1]), 0, 3))
                owner = {"item_id": item.id, "person_id": ids[who]}
                times = {"created_at": clock.now(), "expires_at": clock.now()}
                leases.append({"id": new_id(), **owner, "slot": slot, "state": "answered", **times})
                common = {"guideline_version_id": project.guideline_version_id, "result": [], "answer": {}}
                given = {"labels": {name: str(said)}, "rating": str(said), "cannot_tell": False, "lead_time": 20.0}
                key = {"id": new_id(), "lease_id": leases[-1]["id"], "key": leases[-1]["id"], "created_at": clock.now()}
                annotations.append({**key, **owner, **common, **given})
            item.answered = 2
            session.add(item)
        session.flush()
        session.execute(insert(Lease), leases)
        session.execute(insert(Annotation), annotations)


def right(database: Database, truth: dict[str, str]) -> float:
    """Return how often the most probable rating of an answered item is the true one."""
    with database.reading() as session:
        stored = consensus.stored(session, session.exec(select(Project.id)).one())
        names = dict(session.exec(select(Item.id, Item.public_id)).all())
    return float(np.mean([int(np.argmax(p)) == int(truth[names[item]]) for item, p in stored.items()]))


class Watch:
    """Prints each step with how long it took."""

    def __init__(self) -> None:
        self.began = time.perf_counter()

    def says(self, what: str) -> float:
        took, self.began = time.perf_counter() - self.began, time.perf_counter()
        print(f"{what:58}{took:8.1f} s", flush=True)
        self.began = time.perf_counter()
        return took


def main() -> None:
    parser = argparse.ArgumentParser()
    for name, default in (("items", 20_000), ("labelled", 3_000)):
        parser.add_argument(f"--{name}", type=int, default=default)
    given = parser.parse_args()
    schema, clock = load("postings", latest("postings")).schema, SystemClock()
    with tempfile.TemporaryDirectory() as folder:
        home, database = Path(folder), Database(f"sqlite:///{folder}/bench.sqlite3")
        database.migrate()
        with database.writing() as session:
            version = projects.guideline_version(session, clock.now(), schema)
            project = Project(
                name="bench",
                purpose="benchmark",
                guideline_version_id=version.id,
                overlap=2,
                lease_seconds=60,
                order_seed=1,
                created_at=clock.now(),
            )
            project = projects.ensure_project(session, clock.now(), project)
        write_corpus(home, given.items, 1)
        ingest_file(database, project, home / POSTINGS, "bench", clock)
        rows = (orjson.loads(line) for line in (home / "truth.jsonl").read_bytes().splitlines())
        truth = {row["id"]: str(row["rating"]) for row in rows}
        label(database, project, schema.rating.name, truth, given.labelled)
        common = (database, project, schema)
        refit(*common, clock.now())
        alone = right(database, truth)
        print(f"{given.items:,} items, {given.labelled:,} rated by two people each")

        watch, store = Watch(), features.open_store(home)
        material = training.read_material(*common)
        watch.says("answers and pool read")
        features.catch_up(database, store, [item.id for item in material.pool])
        watch.says("features of every item computed and stored, the first time")
        weighting = Weighting.fit(store.matrix(), store.features.blocks)
        labelled = weighting.transform(store.rows(material.labelled))
        watch.says("rarity of words counted, labelled rows weighted")
        LogisticRegression(max_iter=300, tol=1e-4).fit(labelled, material.targets.argmax(axis=1))
        peer = watch.says("LogisticRegression on the same rows, once")
        classifier, model = training.fit(store, material, np.random.default_rng(1))
        took = watch.says("classifier fitted: soft targets, five folds by campaign")
        print(f"{'':58}{took / peer:8.1f} x the peer's one fit")
        said = training.predict(store, material, classifier, model)
        watch.says("every item scored")
        done = training.train(*common, home, clock.now())
        watch.says("a whole training as the worker does it, stored")
        refit(*common, clock.now())
        watch.says("the refit that takes it in")
        if done is not None:
            print(f"out of fold: {done.metrics}; usable as a prior: {done.usable}; {len(said):,} scored")
        print(f"ratings right: {alone:.4f} by people alone, {right(database, truth):.4f} with the classifier as prior")
        print(f"most memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")
        database.dispose()


if __name__ == "__main__":
    main()
