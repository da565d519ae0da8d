"""Open items follow the settings: after a change of how many people an item gets, each is brought to where it would be had the
new numbers held all along. Nobody loses what they hold, and no answer is dropped.

A change leaves a marker in its own transaction (`storage.project_settings`). Whoever finds it, the request that made the change
or the worker, goes on from there, a batch a transaction; stopping in between loses nothing.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from itertools import chain

from sqlmodel import Session

from annotator.dispensing.finishing import best_rating
from annotator.domain.items import ItemState
from annotator.domain.overlap import Bounds, outcome
from annotator.domain.schema import Schema
from annotator.storage import annotation_log, audit, item_state, items, markers, projects
from annotator.storage.batches import writing_in_turn
from annotator.storage.database import Database
from annotator.storage.project_settings import open_items_marker
from annotator.storage.tables import Item, Project

_BATCH = 200


def follow_settings(
    database: Database, project: Project, schema: Schema, now: datetime, *, batches: int | None = None
) -> int:
    """Bring open items in line with the settings in force, so many batches at the most; return how many changed."""
    changed = 0
    while batches is None or batches > 0:
        with database.reading() as session:
            if markers.get(session, open_items_marker(project.id)) is None:
                return changed
        with writing_in_turn(database) as session:
            changed += _batch(session, project, schema, now)
        batches = None if batches is None else batches - 1
    return changed


def _batch(session: Session, project: Project, schema: Schema, now: datetime) -> int:
    marker = markers.locked(session, open_items_marker(project.id))
    if marker is None:
        return 0
    bounds = projects.bounds(projects.current(session, project))
    found = items.open_after(session, project.id, marker.value, _BATCH)
    if not found:
        session.delete(marker)
        return 0
    marker.value = found[-1].id
    session.add(marker)
    wanted: dict[int, list[str]] = defaultdict(list)
    settled: list[tuple[str, ItemState]] = []
    for item in found:
        overlap, state = _standing(session, schema, bounds, item)
        if overlap != item.overlap:
            wanted[overlap].append(item.id)
        if state is not None:
            settled.append((item.id, state))
    for overlap, ids in wanted.items():
        item_state.set_overlap(session, now, ids, overlap)
    for item_id, state in settled:
        item_state.move(session, now, audit.SERVICE, item_id, state, reason="the settings have changed")
    return len({*chain(*wanted.values()), *(item_id for item_id, _ in settled)})


def _standing(session: Session, schema: Schema, bounds: Bounds, item: Item) -> tuple[int, ItemState | None]:
    """Return the slots an item should have, never fewer than are held or answered; and what it comes to, where that is settled."""
    floor = max(bounds.least, item.at_least)
    held = item.answered + item.leased
    if item.state == ItemState.QUARANTINED or held < floor or item.answered < floor:
        return max(floor, held), None
    if item.leased:
        return held, None  # whoever holds it may answer; then it is finished as ever
    state = outcome(annotation_log.ratings(session, item.id), bounds, best_rating(schema, item.posterior))
    if state is None and item.answered < bounds.most:
        return item.answered + 1, None
    return item.answered, state or ItemState.ADJUDICATING
