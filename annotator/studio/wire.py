"""Our rows as Label Studio's JSON, and its JSON as our rows. No request is made here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from annotator.studio.rows import Mirrored, TaskChange, TaskRow, key_number

TITLE_LENGTH = 50  # of a project's title, the server's own limit
LIGHT = "id,meta"
COUNTS = "id,meta,updated_at,total_annotations,cancelled_annotations"
FULL = "id,meta,updated_at,annotations,import_id,completed_by,result,lead_time,was_cancelled,ground_truth"
PREDICTED = "id,meta,predictions"
WHOLE = "id,data,annotations,predictions,completed_by,result,lead_time,was_cancelled,created_at"
"""The fields that are read of a task; one list serves the task and the annotations in it."""


def where(column: str, operator: str, kind: str, value: Any) -> dict[str, Any]:
    return {"filter": f"filter:tasks:{column}", "operator": operator, "type": kind, "value": value}


def task_json(row: TaskRow) -> Any:
    """The item's id stands in `data`, where the server can filter by it, and in `meta`, which is light to read."""
    return {
        "data": {"text": row.text, "item": row.item_id, **row.columns},
        "meta": {**row.meta, "item": row.item_id},
        "annotations": [
            {
                "id": key_number(annotation.key),
                "result": [dict(item) for item in annotation.result],
                "completed_by": annotation.completed_by,
                "lead_time": annotation.lead_time,
                "ground_truth": annotation.ground_truth,
            }
            for annotation in row.annotations
        ],
    }


def to_change(task: Any) -> TaskChange:
    return TaskChange(
        task_id=int(task.id),
        item_id=(task.meta or {}).get("item"),
        updated_at=task.updated_at,
        annotations=tuple(_mirrored(annotation) for annotation in task.annotations or ()),
    )


def _mirrored(annotation: Mapping[str, Any]) -> Mirrored:
    return Mirrored(
        annotation_id=int(annotation["id"]),
        key_number=annotation["import_id"],
        completed_by=annotation["completed_by"],
        updated_at=datetime.fromisoformat(annotation["updated_at"]),
        result=tuple(annotation["result"] or ()),
        lead_time=annotation["lead_time"],
        was_cancelled=bool(annotation["was_cancelled"]),
        ground_truth=bool(annotation["ground_truth"]),
    )


def find_key(task: TaskChange, key: str) -> int | None:
    number = key_number(key)
    return next((there.annotation_id for there in task.annotations if there.key_number == number), None)


def titled(title: str, ending: str) -> str:
    """Return a project's title as long as the server lets it be: the ending tells projects apart, so the title gives way."""
    left = TITLE_LENGTH - len(ending) - 1
    return f"{title if len(title) <= left else title[: left - 1].rstrip() + '…'} {ending}"
