"""What the model in use says of items, as predictions of their tasks in Label Studio: for coordinators, never for a first answer.

A task holds one prediction of ours, that of the newest version which moved it; predictions that somebody else made stay. Pushing
anything twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from annotator.domain.schema import LabelSpec
from annotator.storage import learning
from annotator.storage.database import Database
from annotator.storage.learning import Unmirrored
from annotator.storage.tables import Project
from annotator.studio.client import StudioClient
from annotator.studio.failures import explained
from annotator.studio.label_config import TEXT
from annotator.studio.mirror import Mirror
from annotator.studio.rows import TaskRef
from annotator.studio.wire import PREDICTED, where

OURS = "annotator "
"""How the name of every model version of ours begins in Label Studio."""

_BATCH = 500


@dataclass(frozen=True, slots=True)
class PredictionRow:
    """One prediction: the region it comes to, the probability of that (`score`), and the version that said so."""

    task: TaskRef
    result: Sequence[dict[str, Any]]
    score: float
    model_version: str


def push_predictions(database: Database, project: Project, mirror: Mirror, spec: LabelSpec) -> int:
    """Push one batch of what Label Studio does not have yet; return how many there were.

    Raises:
        StudioUnavailableError: the server does not answer; everything still waits.
    """
    with database.reading() as session:
        waiting = learning.unmirrored(session, project, _BATCH)
    if waiting:
        put_predictions(mirror.client, mirror.ls_project, [_row(one, spec) for one in waiting])
        with database.writing() as session:
            learning.mirrored(session, waiting)
    return len(waiting)


def put_predictions(client: StudioClient, project: int, rows: Sequence[PredictionRow]) -> int:
    """Put each row in the place of what we said of its task before; a task that is gone is passed over. Return how many were put."""
    from label_studio_sdk import PredictionRequest

    sdk = client.sdk
    there = _read(client, project, [row.task.task_id for row in rows])
    found = [row for row in rows if row.task.task_id in there and there[row.task.task_id].item_id == row.task.item_id]
    _remove_ours(client, project, [there[row.task.task_id] for row in found])
    if found:
        with explained(f"Importing {len(found)} predictions"):
            sdk.projects.import_predictions(
                id=project,
                request=[
                    PredictionRequest(
                        task=row.task.task_id,
                        result=list(row.result),
                        score=row.score,
                        model_version=row.model_version,
                    )
                    for row in found
                ],
                request_options={"max_retries": 0},
            )
    return len(found)


@dataclass(frozen=True, slots=True)
class _Held:
    """A task with the ids of its predictions: ours, and whether there are others."""

    task_id: int
    item_id: str | None
    ours: list[int]
    others: bool


def _read(client: StudioClient, project: int, task_ids: Sequence[int]) -> dict[int, _Held]:
    if not task_ids:
        return {}
    page = client.page(project, [where("id", "in_list", "List", list(task_ids))], PREDICTED, len(task_ids))
    return {int(task.id): _held(task) for task in page}


def _held(task: Any) -> _Held:
    predictions = task.predictions or ()
    ours = [int(one.id) for one in predictions if (one.model_version or "").startswith(OURS)]
    return _Held(int(task.id), (task.meta or {}).get("item"), ours, others=len(ours) < len(predictions))


def _remove_ours(client: StudioClient, project: int, tasks: Sequence[_Held]) -> None:
    """Delete what we said before: in one go where a task holds nothing else, singly beside what others said."""
    sdk = client.sdk
    alone = [task.task_id for task in tasks if task.ours and not task.others]
    with explained("Deleting earlier predictions"):
        if alone:
            sdk.actions.create(
                id="delete_tasks_predictions", project=project, selected_items={"all": False, "included": alone}
            )
        for prediction in (one for task in tasks if task.others for one in task.ours):
            sdk.predictions.delete(id=prediction)


def _row(one: Unmirrored, spec: LabelSpec) -> PredictionRow:
    top = max(range(len(spec.values)), key=one.probability.__getitem__)
    region = {
        "id": "prediction",
        "from_name": spec.question,
        "to_name": TEXT,
        "type": "choices",
        "value": {"choices": [spec.values[top]]},
    }
    return PredictionRow(TaskRef(one.item_id, one.task_id), [region], one.probability[top], f"{OURS}{one.version}")
