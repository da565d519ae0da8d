"""Taking a withdrawn answer out of Label Studio. It is found by its key: one whose reply was lost is there without our knowing."""

from __future__ import annotations

from annotator.storage import mirror, withdrawal
from annotator.storage.database import Database
from annotator.studio.client import StudioClient
from annotator.studio.rows import key_number


def remove_withdrawn(
    database: Database, client: StudioClient, ls_project: int, version_id: str, annotation_id: str
) -> None:
    """Delete every copy of a withdrawn answer: in the project of the version in use (`ls_project`), and in those of versions before.

    Doing it twice changes nothing.
    """
    with database.reading() as session:
        stone = withdrawal.stone(session, annotation_id)
        tasks = mirror.tasks_of(session, stone.item_id) if stone is not None else []
    for version, project, task_id in tasks:
        where = ls_project if version == version_id else project
        task = client.read_tasks(where, [task_id]).get(task_id) if where is not None else None
        for annotation in task.annotations if task is not None else ():
            if annotation.key_number == key_number(annotation_id):
                client.delete_annotation(annotation.annotation_id, annotation_id)
