"""What becomes of an item whose slots are all answered: it is agreed, goes to an adjudicator, or one more person is asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from annotator.domain.items import ItemState
from annotator.domain.overlap import Best, outcome
from annotator.domain.schema import Schema
from annotator.storage import annotation_log, audit, item_state, items, projects
from annotator.storage.database import Database
from annotator.storage.tables import Item, Project

_BATCH = 200

DOUBT = 1.5
"""An agreed item is opened again when its risk is so many times what the project allows: a fit that moves to and fro must not open
and close the same items each time."""


def finish(session: Session, project: Project, schema: Schema, item_id: str, now: datetime) -> None:
    """Settle an item, or open a slot for another opinion. The item's row must be locked."""
    bounds = projects.bounds(projects.current(session, project))
    best = best_rating(schema, items.posterior_of(session, item_id))
    state = outcome(annotation_log.ratings(session, item_id), bounds, best)
    if state is None and not item_state.ask_another(session, now, item_id, bounds.most):
        state = ItemState.ADJUDICATING
    if state is not None:
        item_state.move(session, now, audit.SERVICE, item_id, state)


def close_certain(database: Database, project: Project, schema: Schema, now: datetime) -> int:
    """Settle items that a refit has made certain while they waited for another opinion, one a transaction; return how many."""
    with database.reading() as session:
        bounds = projects.bounds(projects.current(session, project))
        if not bounds.adaptive:
            return 0
        waiting = items.certain_and_waiting(session, project.id, bounds, _BATCH)
    closed = 0
    for item_id in waiting:
        with database.writing() as session:
            item = session.get_one(Item, item_id, with_for_update=True)
            state = outcome(annotation_log.ratings(session, item_id), bounds, best_rating(schema, item.posterior))
            if state is ItemState.AGREED and item.state == ItemState.READY and item_state.close_slots(session, item_id):
                item_state.move(session, now, audit.SERVICE, item_id, state)
                closed += 1
    return closed


def reopen_doubtful(database: Database, project: Project, schema: Schema, now: datetime) -> int:
    """Ask one person more about agreed items of which a refit has become unsure, one a transaction; return how many were opened.

    Those that as many people have answered as may go to an adjudicator. Gold, and what a person has decided, is never touched.
    """
    bounds = projects.bounds(project)
    if not bounds.adaptive:
        return 0
    with database.reading() as session:
        doubtful = items.agreed_and_doubtful(session, project.id, DOUBT * bounds.risk, _BATCH)
    opened = 0
    for item_id in doubtful:
        with database.writing() as session:
            item = session.get_one(Item, item_id, with_for_update=True)
            best = best_rating(schema, item.posterior)
            if item.state != ItemState.AGREED or best is None or best.risk <= DOUBT * bounds.risk:
                continue
            asked = item_state.ask_another(session, now, item_id, bounds.most)
            state = ItemState.READY if asked else ItemState.ADJUDICATING
            reason = "a fit has become unsure of it"
            item_state.move(session, now, audit.SERVICE, item_id, state, reason=reason, risk=round(best.risk, 4))
            opened += 1
    return opened


def best_rating(schema: Schema, posterior: Sequence[float] | None) -> Best | None:
    """Return the most probable rating of an item with that posterior; None where nothing is known of it."""
    values = schema.rating.values
    if posterior is None or len(posterior) != len(values):
        return None
    top = max(range(len(values)), key=posterior.__getitem__)
    return Best(values[top], 1 - posterior[top])
