"""A campaign in bulk, with what a coordinator has to find: after a change of the guideline people agree less on one indicator, one
person answers carelessly, and two values of the rating get mixed up.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
from sqlalchemy import insert
from sqlmodel import Session

from annotator.domain.ids import new_id
from annotator.domain.items import ItemState
from annotator.domain.roles import Role
from annotator.domain.schema import Level, Schema
from annotator.storage.database import Database
from annotator.storage.items import text_hash
from annotator.storage.tables import Annotation, GuidelineVersion, Item, Lease, Person, Project
from annotator.storage.tables_people import GuidelineActivation
from annotator.web.frame.service import Service

CARELESS = "V-03"
_BATCH = 5_000


def add_people(session: Session, count: int, now: datetime) -> list[str]:
    """Add volunteers V-00, V-01, …; return their ids."""
    people = [
        Person(pseudonym=f"V-{number:02d}", role=Role.VOLUNTEER.value, qualified_at=now, created_at=now)
        for number in range(count)
    ]
    session.add_all(people)
    session.flush()
    return [person.id for person in people]


def fill(
    database: Database,
    project_id: str,
    schema: Schema,
    versions: Sequence[str],
    start: datetime,
    *,
    items: int,
    people: int,
    per_item: int = 3,
    days: int = 28,
    seed: int = 7,
) -> None:
    """Add items that were answered in turn over so many days, an equal stretch of them under each version."""
    rng = np.random.default_rng(seed)
    with database.writing() as session:
        ids = add_people(session, people, start)
    careless = np.arange(people) == int(CARELESS[2:])
    for first in range(0, items, _BATCH):
        numbers = range(first, min(first + _BATCH, items))
        rows: dict[type, list[dict]] = {Item: [], Lease: [], Annotation: []}
        for number in numbers:
            version = number * len(versions) // items
            when = start + timedelta(days=days * number / items)
            _one(rows, rng, schema, (project_id, versions[version], ids), careless, when, number, version, per_item)
        with database.writing() as session:
            for table, values in rows.items():
                session.connection().execute(insert(table), values)


def _one(rows, rng, schema, owners, careless, when, number, version, per_item) -> None:
    project_id, version_id, ids = owners
    text = f"Posting {number}: seasonal work with housing, and a fee."
    item = _item(project_id, number, text, when, per_item)
    rows[Item].append(item)
    truth = int(rng.choice(4, p=(0.4, 0.3, 0.2, 0.1)))
    marked = {spec.name: rng.random() < 0.15 for spec in schema.labels}
    for slot, who in enumerate(rng.choice(len(ids), per_item, replace=False)):
        labels = _labels(rng, schema, truth, marked, careless=careless[who], version=version)
        at = when + timedelta(minutes=7 * slot)
        lease, common = new_id(), {"item_id": item["id"], "person_id": ids[who], "created_at": at}
        rows[Lease].append(common | {"id": lease, "slot": slot, "state": "answered", "expires_at": at, "ended_at": at})
        answer = common | {"id": new_id(), "lease_id": lease, "guideline_version_id": version_id, "key": lease}
        rating = labels[schema.rating.name]
        said = {"choices": {}, "spans": _spans(schema, text, labels, slot), "notes": {}}
        given = {"result": [], "answer": said, "labels": labels, "rating": rating}
        rows[Annotation].append(answer | given | {"cannot_tell": rating is None, "lead_time": 20.0})


def _labels(rng, schema, truth, marked, *, careless, version) -> dict[str, str | None]:
    labels: dict[str, str | None] = {}
    for place, spec in enumerate(schema.labels):
        if spec.level is Level.ORDINAL:
            steps = len(spec.values)
            near = int(
                np.clip(truth + (rng.random() < 0.35) * (1 if truth == 1 else rng.choice((-1, 1))), 0, steps - 1)
            )
            labels[spec.name] = spec.values[int(rng.integers(steps)) if careless and rng.random() < 0.6 else near]
            if rng.random() < 0.03:
                labels[spec.name] = None
        else:
            slip = 0.3 if place == 1 and version > 0 else 0.06
            says = marked[spec.name] != (rng.random() < (0.15 if careless else slip if marked[spec.name] else slip / 6))
            labels[spec.name] = spec.values[0] if says else spec.values[-1]
    return labels


def _spans(schema: Schema, text: str, labels: dict[str, str | None], slot: int) -> list[dict]:
    """Everybody marks the same first two words of a passage, and each second person one more."""
    begins = [match.start() for match in re.finditer(r"\w+", text)]
    found = []
    for place, spec in enumerate(schema.labels):
        if schema.spans is not None and spec.question == schema.spans.id and labels[spec.name] != spec.unmarked:
            first = place % (len(begins) - 3)
            start, end = begins[first], begins[first + 2 + slot % 2] - 1
            about = {"question": spec.question, "label": spec.name, "state": labels[spec.name]}
            found.append({**about, "start": start, "end": end, "text": text[start:end]})
    return found


def _item(project_id: str, number: int, text: str, when: datetime, answers: int) -> dict:
    return {
        "id": new_id(),
        "project_id": project_id,
        "public_id": f"item-{number:06d}",
        "text": text,
        "text_sha256": text_hash(text),
        "source": "synthetic",
        "state": ItemState.AGREED.value,
        "overlap": answers,
        "leased": 0,
        "answered": answers,
        "order_key": number,
        "created_at": when,
        "priority": 0.0,
        "audit_key": number,
    }


def add_version(session: Session, project: Project, name: str, version: str, at: datetime) -> str:
    """Store another version of the guideline that the project took up at that moment; return its id."""
    row = GuidelineVersion(name=name, version=version, sha256=version.ljust(64, "0"), created_at=at)
    session.add(row)
    session.flush()
    previous = project.guideline_version_id
    session.add(
        GuidelineActivation(
            project_id=project.id,
            guideline_version_id=row.id,
            previous_id=previous,
            clauses=["fee"],
            questions=[],
            activated_by="coordinator",
            at=at,
        )
    )
    return row.id


def have(service: Service, *, items: int, people: int, days: int = 28) -> None:
    """Let a service have had its bad weeks: half of the items under the version in use, half under a newer one."""
    now = service.now()
    with service.database.writing() as session:
        middle = now - timedelta(days=days / 2)
        newer = add_version(session, service.project, service.schema.name, "1.1.0", middle)
    versions = [service.project.guideline_version_id, newer]
    start = now - timedelta(days=days)
    fill(service.database, service.project.id, service.schema, versions, start, items=items, people=people, days=days)
