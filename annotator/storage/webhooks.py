"""Queries of webhooks out. `emit` writes a delivery for every endpoint in the transaction of the change it tells of.

Whoever changes both locks the endpoint before its deliveries, so that nobody deadlocks.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, func, or_
from sqlmodel import Session, col, select, update
from sqlmodel.sql.expression import SelectOfScalar

from annotator.domain.webhooks import LONGEST_PAUSE, TRIES, Event, to_be_paused
from annotator.storage import audit
from annotator.storage.prepared import Prepared
from annotator.storage.tables_webhooks import WebhookDelivery, WebhookEndpoint

_AHEAD = timedelta(minutes=5)


def emit(session: Session, at: datetime, project_id: str, event: Event, data: Mapping[str, str]) -> None:
    """Tell the project's endpoints of an event. `data` holds ids and states, never a text or a person.

    The endpoints stay until the transaction ends: a delivery to one that is being removed would undo the change it tells of.
    """
    body = json.dumps({"type": event.value, "timestamp": at.isoformat(), "data": dict(data)}, separators=(",", ":"))
    for endpoint_id, events in _LISTENING.rows(session, project=project_id):
        if event.value in events:
            row = WebhookDelivery(endpoint_id=endpoint_id, event=event.value, body=body, created_at=at, due_at=at)
            session.add(row)


def endpoints(session: Session, project_id: str) -> list[WebhookEndpoint]:
    """Return a project's endpoints, the oldest first."""
    return list(session.exec(_of_project(project_id)))


def endpoint(session: Session, project_id: str, endpoint_id: str) -> WebhookEndpoint | None:
    """Return one of a project's endpoints, locked."""
    found = session.get(WebhookEndpoint, endpoint_id, with_for_update=True)
    return found if found is not None and found.project_id == project_id else None


def remove(session: Session, endpoint_id: str) -> None:
    """Forget an endpoint and what was on its way there."""
    session.exec(delete(WebhookDelivery).where(col(WebhookDelivery.endpoint_id) == endpoint_id))
    session.exec(delete(WebhookEndpoint).where(col(WebhookEndpoint.id) == endpoint_id))


def due(session: Session, now: datetime, limit: int) -> dict[str, tuple[WebhookEndpoint, list[WebhookDelivery]]]:
    """Return by endpoint what is to be sent now, up to `limit` each, oldest first; paused endpoints are left out.

    What a clock that ran ahead has left does not wait for that moment.
    """
    untried = (col(WebhookDelivery.created_at) > now + _AHEAD) & (col(WebhookDelivery.tries) == 0)
    come = or_(col(WebhookDelivery.due_at) <= now, col(WebhookDelivery.due_at) > now + LONGEST_PAUSE, untried)
    living = select(WebhookEndpoint).where(col(WebhookEndpoint.paused_at).is_(None))
    found = {}
    for one in session.exec(living.order_by(WebhookEndpoint.id)):
        waiting = select(WebhookDelivery).where(
            WebhookDelivery.endpoint_id == one.id,
            col(WebhookDelivery.dead_at).is_(None),
            come,
        )
        rows = list(session.exec(waiting.order_by(WebhookDelivery.id).limit(limit)))
        if rows:
            found[one.id] = (one, rows)
    return found


def delivered(session: Session, delivery: WebhookDelivery, now: datetime) -> None:
    """Forget a delivery that was taken; the endpoint is well."""
    well = update(WebhookEndpoint).where(col(WebhookEndpoint.id) == delivery.endpoint_id)
    session.execute(well.values(delivered_at=now, failures=0, failing_since=None))
    session.exec(delete(WebhookDelivery).where(col(WebhookDelivery.id) == delivery.id))


def failed(
    session: Session, delivery: WebhookDelivery, now: datetime, error: str, pause: timedelta, *, gone: bool = False
) -> None:
    """Put a delivery off, or give it up after its last try; pause an endpoint that is ill for long, or says that it is gone."""
    one = session.get(WebhookEndpoint, delivery.endpoint_id, with_for_update=True)
    row = session.get(WebhookDelivery, delivery.id, with_for_update=True)
    if one is None or row is None:
        return  # the endpoint was removed meanwhile
    row.tries += 1
    row.error, row.due_at = error, now + pause
    if row.tries >= TRIES:
        row.dead_at = now
    one.failures += 1
    one.failing_since = one.failing_since or now
    if one.paused_at is None and (gone or to_be_paused(one.failures, one.failing_since, now)):
        one.paused_at = now
        audit.record(session, now, audit.SERVICE, "webhook.paused", one.id, failures=one.failures)
    session.add_all([row, one])


def resume(session: Session, one: WebhookEndpoint, now: datetime) -> None:
    """Go on sending to an endpoint; what waits is due at once."""
    one.paused_at = one.failing_since = None
    one.failures = 0
    session.add(one)
    waiting = update(WebhookDelivery).where(
        col(WebhookDelivery.endpoint_id) == one.id, col(WebhookDelivery.dead_at).is_(None)
    )
    session.execute(waiting.values(due_at=now))


def counts(session: Session) -> dict[str, tuple[int, int]]:
    """Return (waiting, dead) deliveries by endpoint, where there are any."""
    dead = func.count(col(WebhookDelivery.dead_at))
    statement = select(WebhookDelivery.endpoint_id, func.count(), dead).group_by(WebhookDelivery.endpoint_id)
    return {one: (every - gone, gone) for one, every, gone in session.exec(statement)}


def dead_letters(session: Session, project_id: str, limit: int) -> list[tuple[WebhookDelivery, WebhookEndpoint]]:
    """Return deliveries that were given up, with where they were to go, the newest first."""
    statement = (
        select(WebhookDelivery, WebhookEndpoint)
        .join(WebhookEndpoint, col(WebhookEndpoint.id) == WebhookDelivery.endpoint_id)
        .where(WebhookEndpoint.project_id == project_id, col(WebhookDelivery.dead_at).is_not(None))
    )
    rows = session.exec(statement.order_by(col(WebhookDelivery.id).desc()).limit(limit))
    return [(delivery, one) for delivery, one in rows]


def dead_letter(session: Session, project_id: str, delivery_id: str) -> WebhookDelivery | None:
    """Return one of a project's dead letters, locked."""
    known = session.get(WebhookDelivery, delivery_id)
    if known is None or endpoint(session, project_id, known.endpoint_id) is None:
        return None
    found = session.get(WebhookDelivery, delivery_id, with_for_update=True, populate_existing=True)
    return found if found is not None and found.dead_at is not None else None


def redeliver(session: Session, delivery: WebhookDelivery, now: datetime) -> None:
    """Begin anew with a dead letter."""
    delivery.dead_at, delivery.tries, delivery.due_at = None, 0, now
    session.add(delivery)


def discard(session: Session, delivery: WebhookDelivery) -> None:
    session.delete(delivery)


def _of_project(project_id: str) -> SelectOfScalar[WebhookEndpoint]:
    return select(WebhookEndpoint).where(WebhookEndpoint.project_id == project_id).order_by(WebhookEndpoint.id)


_LISTENING = Prepared(
    select(WebhookEndpoint.id, WebhookEndpoint.events)
    .where(WebhookEndpoint.project_id == bindparam("project"))
    .order_by(WebhookEndpoint.id)
    .with_for_update(read=True, key_share=True)
)
