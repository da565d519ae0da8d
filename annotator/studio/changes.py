"""What a coordinator did in Label Studio, brought back beside the raw answers and never over them: one task at a time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Session

from annotator.storage import audit, mirror, outbox, studio_gold, withdrawal
from annotator.storage.database import Database
from annotator.storage.outbox import OutboxKind
from annotator.storage.tables import Annotation, Item, StudioChange
from annotator.studio.rows import Mirrored, TaskChange, key_number


def bring_back(database: Database, change: TaskChange, now: datetime) -> int:
    """Compare one task with what we hold; return how many things done there were new to us."""
    if change.item_id is None:
        return 0
    found = 0
    with database.writing() as session:
        item = session.get(Item, change.item_id)
        if item is None:
            return 0
        ours = {key_number(answer.id): answer for answer in mirror.answers_of(session, item.id)}
        theirs = {annotation.key_number for annotation in change.annotations}
        gold = {key_number(one.id): one for one in studio_gold.ids_of_item(session, item.id).values()}
        withdrawn = {key_number(answer) for answer in withdrawal.stones_on(session, item.id)}
        for number, answer in ours.items():
            if number not in theirs and answer.ls_annotation_id is not None:
                answer.ls_annotation_id = None
                outbox.add(session, now, OutboxKind.ANNOTATION, answer.id)
                audit.record(session, now, audit.SERVICE, "annotation.restored", item.id, annotation=answer.id)
                found += 1
        for annotation in change.annotations:
            if annotation.key_number in withdrawn:
                continue  # it is about to be deleted there, and no copy of it is wanted here
            if annotation.key_number in gold and _regions(annotation) == gold[annotation.key_number].result:
                continue  # a decision, as it was put there
            answer_there = ours.get(annotation.key_number) if annotation.key_number is not None else None
            if not _same(answer_there, annotation):
                found += _note(session, item.id, answer_there, annotation, now)
    return found


def _same(answer: Annotation | None, annotation: Mirrored) -> bool:
    """A star that somebody set is a change as well: they take the answer for the truth."""
    return answer is not None and not annotation.ground_truth and _regions(annotation) == answer.result


def _regions(annotation: Mirrored) -> list[dict[str, Any]]:
    return [dict(region) for region in annotation.result]


def _note(session: Session, item_id: str, answer: Annotation | None, annotation: Mirrored, now: datetime) -> int:
    """Keep what was done there, once; return 1 when it was new."""
    change = StudioChange(
        item_id=item_id,
        annotation_id=answer.id if answer is not None else None,
        ls_annotation_id=annotation.annotation_id,
        result=_regions(annotation),
        ground_truth=annotation.ground_truth,
        changed_at=annotation.updated_at,
        seen_at=now,
    )
    if not mirror.add_change(session, change):
        return 0
    audit.record(session, now, audit.SERVICE, "studio.changed", item_id, ls_annotation=annotation.annotation_id)
    return 1
