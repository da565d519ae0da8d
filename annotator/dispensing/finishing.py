"""What becomes of an item whose slots are all answered: it is agreed, goes to an adjudicator, or one more person is asked."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from annotator.domain.items import ItemState
from annotator.domain.overlap import Best, outcome
from annotator.domain.schema import Schema
from annotator.storage import annotation_log, audit, item_state, items, projects
from annotator.storage.database import Database
from annotator.storage.tables import Item, Project

_BATCH = 200


def finish(session: Session, project: Project, schema: Schema, item_id: str, now: datetime) -> None:
    """Settle an item, or open a slot for another opinion. The item's row must be locked."""
    bounds = projects.bounds(project)
    best = best_rating(schema, session.get_one(Item, item_id, populate_existing=True))
    state = outcome(annotation_log.ratings(session, item_id), bounds, best)
    if state is None and not item_state.ask_another(session, now, item_id, bounds.most):
        state = ItemState.ADJUDICATING
    if state is not None:
        item_state.move(session, now, audit.SERVICE, item_id, state)


def close_certain(database: Database, project: Project, schema: Schema, now: datetime) -> int:
    """Settle items that a refit has made certain while they waited for another opinion, one a transaction; return how many."""
    bounds = projects.bounds(project)
    if not bounds.adaptive:
        return 0
    with database.reading() as session:
        waiting = items.certain_and_waiting(session, project.id, bounds, _BATCH)
    closed = 0
    for item_id in waiting:
        with database.writing() as session:
            item = session.get_one(Item, item_id, with_for_update=True)
            state = outcome(annotation_log.ratings(session, item_id), bounds, best_rating(schema, item))
            if state is ItemState.AGREED and item.state == ItemState.READY and item_state.close_slots(session, item_id):
                item_state.move(session, now, audit.SERVICE, item_id, state)
                closed += 1
    return closed


def best_rating(schema: Schema, item: Item) -> Best | None:
    """Return the item's most probable rating; None where nothing is known of it."""
    posterior, values = item.posterior, schema.rating.values
    if posterior is None or len(posterior) != len(values):
        return None
    top = max(range(len(values)), key=posterior.__getitem__)
    return Best(values[top], 1 - posterior[top])
