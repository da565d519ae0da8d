"""Taking a withdrawn answer out of Label Studio. It is found by its key: one whose reply was lost is there without our knowing."""

from __future__ import annotations

from annotator.storage import mirror, withdrawal
from annotator.storage.database import Database
from annotator.studio.client import StudioClient
from annotator.studio.rows import key_number


def remove_withdrawn(
    database: Database, client: StudioClient, ls_project: int, version_id: str, annotation_id: str
) -> None:
    """Delete every copy of a withdrawn answer on its item's task. Doing it twice changes nothing."""
    with database.reading() as session:
        stone = withdrawal.stone(session, annotation_id)
        task_id = mirror.task_of(session, stone.item_id, version_id) if stone is not None else None
    if task_id is None:
        return
    task = client.read_tasks(ls_project, [task_id]).get(task_id)
    for annotation in task.annotations if task is not None else ():
        if annotation.key_number == key_number(annotation_id):
            client.delete_annotation(annotation.annotation_id, annotation_id)
