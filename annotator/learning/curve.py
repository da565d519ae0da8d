"""The learning curve: how often each version of the model was right on the audit slice, kept when the version was new.

The slice is the yardstick: chance picked it, and a version is judged on each of its items by a model that has not seen the item's
campaign. A version cannot be judged later, since its parameters go when the next one comes.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

import orjson

from annotator.domain.schema import Schema
from annotator.learning.standing import read_pool
from annotator.storage import markers
from annotator.storage.database import Database
from annotator.storage.tables import Project

_MOST = 200  # versions; the oldest go first


@dataclass(frozen=True, slots=True)
class Point:
    """A version: the labelled items it learned from, and its accuracy on `n` items of the audit slice with a 95 % interval."""

    version: int
    labelled: int
    value: float
    low: float
    high: float
    n: int
    at: datetime


def keep_newest(database: Database, project: Project, schema: Schema) -> bool:
    """Judge the model in use if it has not been judged yet, and keep that; False where there is nothing to judge."""
    with database.reading() as session:
        points = read_curve(markers.get(session, kept_under(project)))
    found = read_pool(database, project, schema, n_waiting=0)
    model, accuracy = found.model, found.accuracy
    if model is None or accuracy is None or not accuracy.n or any(one.version == model.version for one in points):
        return False
    points.append(
        Point(
            model.version, model.n_labelled, accuracy.value, accuracy.low, accuracy.high, accuracy.n, model.created_at
        )
    )
    with database.writing() as session:
        kept = orjson.dumps([asdict(one) for one in points[-_MOST:]]).decode()
        markers.put(session, kept_under(project), kept)
    return True


def kept_under(project: Project) -> str:
    """Return the name under which a project's curve is kept."""
    return f"learning_curve:{project.id}"


def read_curve(kept: str | None) -> list[Point]:
    """Read what was kept, the oldest version first."""
    return [Point(**{**one, "at": datetime.fromisoformat(one["at"])}) for one in orjson.loads(kept or "[]")]
