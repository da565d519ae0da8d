"""Decisions of adjudicators as ground truth in Label Studio, beside the answers; taken back there when an item is opened again."""

from __future__ import annotations

from annotator.domain.errors import NotFoundError
from annotator.storage import studio_gold
from annotator.storage.database import Database
from annotator.storage.tables import Project
from annotator.studio.mirror import Mirror
from annotator.studio.rows import AnnotationRow, TaskRef

ADJUDICATORS = "adjudication"
"""All decisions stand under one user there: who decided is on record here."""

_BATCH = 100


def push_gold(database: Database, project: Project, mirror: Mirror) -> int:
    """Put decisions that settle an item, take away those that were set aside; return how many there were. Twice changes nothing.

    Raises:
        StudioUnavailableError: the server does not answer; everything still waits.
    """
    with database.reading() as session:
        fresh = studio_gold.unmirrored(session, project, _BATCH)
        aside = studio_gold.set_aside(session, project, _BATCH)
    if not fresh and not aside:
        return 0
    client, ls_project = mirror.client, mirror.ls_project
    user = client.ensure_user(ADJUDICATORS) if fresh else 0
    for decision, task_id in fresh:
        row = AnnotationRow(decision.id, decision.result, user, ground_truth=True)
        try:
            there = client.put_annotation(ls_project, TaskRef(decision.item_id, task_id), row)
        except NotFoundError:
            continue  # the task was deleted there: it is made again, and then this comes again
        with database.writing() as session:
            studio_gold.mirrored(session, project, decision.id, there)
    for mirrored in aside:
        client.delete_annotation(mirrored.ls_annotation_id, mirrored.adjudication_id)
        with database.writing() as session:
            studio_gold.forget(session, mirrored)
    return len(fresh) + len(aside)
