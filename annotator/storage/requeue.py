"""Queries of what a new guideline version touches: items whose answers rest on clauses that changed since they were given."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, exists, false, or_
from sqlmodel import Session, col, select

from annotator.domain.items import ItemState
from annotator.domain.schema import Kind, Schema
from annotator.storage import item_state
from annotator.storage.tables import Annotation, Item
from annotator.storage.tables_people import GuidelineActivation, Requeue

_DONE = (ItemState.AGREED.value, ItemState.ADJUDICATING.value)


def affected(session: Session, project_id: str, schema: Schema, limit: int) -> list[Item]:
    """Return finished items that an answer under an earlier version made rest on a clause that has changed since, in id order;
    those that were opened again are left out.
    """
    activations = session.exec(
        select(GuidelineActivation).where(GuidelineActivation.project_id == project_id).order_by(GuidelineActivation.id)
    ).all()
    if not activations:
        return []
    statement = (
        select(Item)
        .where(
            Item.project_id == project_id,
            col(Item.state).in_(_DONE),
            exists().where(col(Annotation.item_id) == Item.id, _outdated(schema, activations)),
            ~exists().where(
                col(Requeue.item_id) == Item.id,
                col(Requeue.guideline_version_id) == activations[-1].guideline_version_id,
            ),
        )
        .order_by(Item.id)
        .limit(limit)
    )
    return list(session.exec(statement))


def requeue(session: Session, at: datetime, actor: str, item: Item, version_id: str, people: int) -> None:
    """Open an item for so many people more. What was answered stays, under the version it was answered under."""
    locked = session.get_one(Item, item.id, with_for_update=True, populate_existing=True)
    if locked.state not in _DONE or session.get(Requeue, (item.id, version_id)) is not None:
        return
    session.add(Requeue(item_id=item.id, guideline_version_id=version_id, asked_by=actor, at=at))
    item_state.open_slots(session, item.id, people)
    item_state.move(session, at, actor, item.id, ItemState.READY, reason="the guideline has changed")


def _outdated(schema: Schema, activations: Sequence[GuidelineActivation]) -> ColumnElement[bool]:
    """An answer given before an activation, whose labels rest on a clause that changed with it."""
    earlier: set[str] = set()
    found = []
    for activation in activations:
        if activation.previous_id is not None:
            earlier.add(activation.previous_id)
        rests = _rests_on(schema, set(activation.clauses))
        found.append(col(Annotation.guideline_version_id).in_(sorted(earlier)) & rests)
    return or_(*found)


def _rests_on(schema: Schema, clauses: set[str]) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = [false()]
    for question in schema.questions:
        for choice in question.choices:
            if choice.clause not in clauses:
                continue
            label = col(Annotation.labels)[choice.value].as_string()
            if question.kind is Kind.RATING:
                cannot_tell, chosen = col(Annotation.cannot_tell).is_(True), col(Annotation.rating) == choice.value
                conditions.append(cannot_tell if choice.missing else chosen)
            elif question.kind is Kind.SPANS:
                conditions.append(label.in_([state.value for state in question.states]))
            else:
                conditions.append(label == "yes")
    return or_(*conditions)
