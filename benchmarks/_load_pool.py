"""A pool of postings with a model in use and people who can sign in, written as fast as the database takes rows."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np

from annotator.domain.ids import new_id
from annotator.domain.limits import UNLIMITED
from annotator.domain.schema import Schema
from annotator.people.passwords import hash_password
from annotator.people.texts import load_texts
from annotator.storage import guideline_life, items, onboarding, project_settings, projects
from annotator.storage.database import Database
from annotator.storage.tables import Identity, Person, Project
from annotator.storage.tables_learning import ModelVersion

PASSWORD = "four plain words here"
_CHUNK = 20_000
_ITEM = (
    "id, project_id, public_id, text, text_sha256, source, state, overlap, leased, answered, order_key, audit_key, "
    "created_at, priority"
)
_PREDICTION = "item_id, model_id, probability, mirrored"


def fill(database: Database, schema: Schema, n_items: int, n_people: int) -> tuple[Project, list[str]]:
    """Store the pool; return the project and the people's addresses, whose password is `PASSWORD`."""
    now = datetime.now(UTC)
    hashed, emails = hash_password(PASSWORD), [f"volunteer-{n}@example.org" for n in range(n_people)]
    with database.writing() as session:
        onboarding.publish(session, now, load_texts())
        version = projects.guideline_version(session, now, schema)
        project = projects.ensure_project(session, now, _project(schema, version.id, now))
        guideline_life.set_demonstration(session, now, "load", project.id, demonstration=True)
        people = [Person(pseudonym=new_id(), role="volunteer", qualified_at=now, created_at=now) for _ in emails]
        session.add_all(people)
        session.flush()
        for person, email in zip(people, emails, strict=True):
            session.add(Identity(person_id=person.id, email=email, password_hash=hashed))
            onboarding.complete(session, now, person.id)
        project_settings.set_limits(session, now, "load", project.id, UNLIMITED, may_be_looser=True)
        model = model_in_use(project.id, schema, now)
        session.add(model)
    rng = np.random.default_rng(1)
    for begin in range(0, n_items, _CHUNK):
        numbers = range(begin, min(begin + _CHUNK, n_items))
        rows = list(_items(project, numbers, now, rng))
        _store(database, "item", _ITEM, rows)
        said = rng.dirichlet(np.full(len(schema.rating.values), 0.7), len(rows)).round(4).tolist()
        predicted = [(row[0], model.id, json.dumps(p), False) for row, p in zip(rows, said, strict=True)]
        _store(database, "prediction", _PREDICTION, predicted)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    return project, emails


def _project(schema: Schema, version_id: str, now: datetime) -> Project:
    return Project(
        name=schema.name,
        purpose="benchmark",
        guideline_version_id=version_id,
        overlap=3,
        audit_share=0.1,
        order_seed=1,
        lease_seconds=1800,
        created_at=now,
    )


def model_in_use(project_id: str, schema: Schema, now: datetime) -> ModelVersion:
    """A model that picks half of what is not the audit's."""
    return ModelVersion(
        project_id=project_id,
        version=1,
        created_at=now,
        label=schema.rating.name,
        features="",
        data_sha256="",
        n_answers=0,
        n_labelled=0,
        n_items=0,
        metrics={"pace": [8.0, 0.02]},
        curve=[],
        looks=1,
        lift_proven=False,
        lift_reason="",
        share=0.5,
        usable=True,
        active=True,
    )


def _items(project: Project, numbers: range, now: datetime, rng: np.random.Generator) -> Iterator[tuple[Any, ...]]:
    lengths, priorities = rng.integers(8, 30, len(numbers)).tolist(), rng.random(len(numbers)).tolist()
    for number, length, priority in zip(numbers, lengths, priorities, strict=True):
        item_id, name = new_id(), f"posting-{number}"
        text = f"Posting {number}. " + "Seasonal work with housing. " * length
        keys = items.order_key(project.order_seed, name), items.audit_key(item_id)
        fixed = ("synthetic", "ready", project.overlap, 0, 0)
        yield item_id, project.id, name, text, str(number), *fixed, *keys, _moment(now), round(priority, 6)


def _moment(now: datetime) -> str:
    return now.strftime("%Y-%m-%d %H:%M:%S.%f")


def _store(database: Database, table: str, columns: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Write rows past the ORM: a million of them take minutes with it."""
    connection = database.engine.raw_connection()
    try:
        cursor = connection.cursor()
        if database.is_sqlite:
            cursor.execute("BEGIN IMMEDIATE")
            places = ", ".join("?" * len(rows[0]))
            cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({places})", rows)
            cursor.execute("COMMIT")
        else:
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            connection.commit()
    finally:
        connection.close()
