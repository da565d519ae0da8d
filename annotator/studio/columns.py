"""What stands in the columns of the Data Manager: where an item is, and how sure its rating is. Kept up in batches, where it changed.

A task is made with the columns of an item that nobody has answered, so only what has moved is ever written again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from annotator.domain.schema import LabelSpec
from annotator.storage import annotation_log, studio_columns
from annotator.storage.database import Database
from annotator.storage.studio_columns import Shown
from annotator.storage.tables import Project
from annotator.studio.column_names import AGREEMENT, ANSWERS, PROBABILITY, RATING, RISK, STATE
from annotator.studio.failures import explained
from annotator.studio.mirror import Mirror
from annotator.studio.wire import LIGHT, where

_BATCH = 200


def push_columns(database: Database, project: Project, mirror: Mirror, spec: LabelSpec) -> int:
    """Write one batch of columns that have moved; return how many there were.

    Raises:
        StudioUnavailableError: the server does not answer; what was not written still waits.
    """
    with database.reading() as session:
        waiting = studio_columns.moved(session, project, _BATCH)
        ratings = annotation_log.ratings_of(session, [one.item_id for one in waiting])
    if not waiting:
        return 0
    client, ls_project = mirror.client, mirror.ls_project
    page = client.page(
        ls_project, [where("id", "in_list", "List", [one.task_id for one in waiting])], LIGHT, len(waiting)
    )
    there = {int(task.id): (task.meta or {}).get("item") for task in page}
    for one in waiting:
        if there.get(one.task_id) == one.item_id:  # else the task is gone, and is made again with what holds then
            shown = {**mirror.picture(one.public_id), **columns(one, ratings.get(one.item_id, ()), spec)}
            data = {"text": one.text, "item": one.item_id, **shown}
            with explained("Writing the columns of a task"):
                client.sdk.tasks.update(id=str(one.task_id), data=data, request_options={"max_retries": 0})
        with database.writing() as session:
            studio_columns.shown(session, project, one)
    return len(waiting)


def columns(one: Shown, ratings: Sequence[str | None], spec: LabelSpec) -> dict[str, Any]:
    """Return the columns of an item. `agreement` is the share of those who rated it that gave its most frequent rating."""
    given = [rating for rating in ratings if rating is not None]
    known = one.posterior if one.answers and one.posterior and len(one.posterior) == len(spec.values) else None
    top = max(range(len(known)), key=known.__getitem__) if known else None
    return {
        STATE: one.state,
        ANSWERS: one.answers,
        RATING: spec.values[top] if top is not None else None,
        PROBABILITY: round(known[top], 3) if known and top is not None else None,
        RISK: round(one.risk, 3) if known and one.risk is not None else None,
        AGREEMENT: round(max(map(given.count, given)) / len(given), 3) if len(given) > 1 else None,
    }
