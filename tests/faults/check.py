"""The check after each round: the service's own books, and what the volunteers were told against what is stored."""

from __future__ import annotations

import math
import time
from collections import Counter

from sqlalchemy.exc import OperationalError
from sqlmodel import select

from annotator.insight.books import discrepancies
from annotator.insight.consensus import drift_from_refit, refit
from annotator.storage import outbox, webhooks
from annotator.storage.consensus import MOVED
from annotator.storage.tables import Annotation, Audit, Item
from annotator.storage.tables_webhooks import WebhookDelivery, WebhookEndpoint
from annotator.studio.connect import studio_client
from annotator.worker import open_mirror
from tests.faults.house import House
from tests.faults.servers import kill

_CALM = 20.0  # seconds within which workers have to bring everything in order


def after_round(house: House, calm: float = _CALM) -> list[str]:
    """Return every discrepancy that does not go away by itself, within so many seconds."""
    house.crew.settle()
    end = time.monotonic() + calm
    while (found := _books(house)) and time.monotonic() < end:
        time.sleep(0.3)
    found += _acknowledged(house)
    for one in house.crew.volunteers:
        found += one.wrong
        one.wrong.clear()
    return found


def _books(house: House) -> list[str]:
    service = house.service
    try:
        with service.database.frozen() as session:
            found = discrepancies(session, service.schema, service.now(), mirrored=house.studio is not None)
            return [f"{one.book}: {one.subject} {one.what}" for one in found]
    except OperationalError as error:  # a server of which a process was killed may still be about to end the others
        return [f"the database is away: {error.orig}"]


def _acknowledged(house: House) -> list[str]:
    """Every answer that was acknowledged is there once, as it was given, and nobody's is there that was not."""
    columns = (Annotation.id, Annotation.person_id, Annotation.key, Annotation.lease_id, Annotation.rating)
    with house.service.database.reading() as session:
        stored = Counter(tuple(row) for row in session.exec(select(*columns)))
    told = {
        (done.annotation, one.person_id, done.key, done.lease, done.rating)
        for one in house.crew.volunteers
        for done in one.done
    }
    found = [f"acknowledged, and not stored as it was: {row}" for row in told - stored.keys()]
    found += [f"stored, and never acknowledged: {row}" for row in stored.keys() - told]
    return found + [f"stored {count} times: {row}" for row, count in stored.items() if count > 1]


def after_house(house: House) -> list[str]:
    """Return what is wrong once nobody labels any more: webhooks, a refit from scratch, Label Studio."""
    found = _studio(house) if house.studio is not None else []  # first: a worker that fills it does little else
    found += _webhooks(house)
    for part in house.of("worker"):
        kill(part.pid)  # else a refit of theirs may be storing what it found while we compare
    service = house.service
    refit(service.database, service.project, service.schema, service.now())
    drift = drift_from_refit(service.database, service.project, service.schema)
    if drift > 10 * MOVED:
        found.append(f"a posterior is {drift:.4f} off a refit from scratch")
    return found


def _webhooks(house: House) -> list[str]:
    """Every item that was agreed is told of, once by each delivery, however often it was sent."""
    database, receiver = house.service.database, house.ground.receiver
    end = time.monotonic() + 3 * _CALM
    while time.monotonic() < end:
        with database.writing() as session:
            for one in session.exec(select(WebhookEndpoint)).all():
                webhooks.resume(session, one, house.service.now())  # what waits for its next try is due now
        time.sleep(0.3)
        with database.reading() as session:
            if session.exec(select(WebhookDelivery.id)).first() is None:
                break
    with database.reading() as session:
        events = session.exec(
            select(Item.public_id).join(Audit, Audit.subject == Item.id).where(Audit.action == "item.agreed")
        )
        agreed = Counter(events)
        waiting = len(session.exec(select(WebhookDelivery.id)).all())
    found = [f"{waiting} webhooks were not delivered"] if waiting else []
    if agreed != receiver.items():
        found.append(f"webhooks told of {receiver.items().total()} agreements of {agreed.total()}")
    changed = [name for name, bodies in receiver.bodies.items() if len(bodies) != 1]
    return found + [f"webhook {name} came with two bodies" for name in changed]


def _studio(house: House) -> list[str]:
    """Every answer is in Label Studio once, when what waits has gone there; for as long as that grows less, it may take its time."""
    fewest, end = math.inf, time.monotonic() + 9 * _CALM
    while fewest and time.monotonic() < end:
        with house.service.database.reading() as session:
            waiting = outbox.state(session).waiting
        if waiting < fewest:
            fewest, end = waiting, time.monotonic() + 9 * _CALM
        time.sleep(0.5)
    with studio_client(house.service.settings) as client:
        books = open_mirror(house.service, client).books()
    balanced = (books.missing, books.twice, books.unknown) == (0, 0, house.strangers)
    return [] if balanced else [f"Label Studio: {books}, {house.strangers} of them of earlier houses"]
