"""What coordinators do with endpoints: add, change the secret, pause, resume, remove; redeliver or discard a dead letter."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from annotator.domain.errors import ConflictError, InputError, NotFoundError
from annotator.domain.webhooks import Event
from annotator.storage import audit, webhooks
from annotator.storage.database import Database
from annotator.storage.tables_webhooks import WebhookDelivery, WebhookEndpoint
from annotator.webhooks.address import choose, read_url
from annotator.webhooks.signing import secret_of

MOST = 20


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The endpoints of one project, as changed by `actor`."""

    database: Database
    project_id: str
    actor: str

    def add(self, url: str, events: Iterable[str], now: datetime, *, private: bool) -> str:
        """Add an endpoint; return its secret, which is shown once.

        Raises:
            InputError: no webhook may go to the URL, or no event is chosen.
            ConflictError: there are as many as a project may have, or this one is there.
        """
        url, wanted = url.strip(), sorted(set(events))
        if not wanted or not set(wanted) <= {event.value for event in Event}:
            raise InputError("Choose what it is told of.", where="events", mend=f"Of {', '.join(Event)}.")
        place = read_url(url, private=private)
        try:
            found = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise InputError("The name has no address.", where="url", mend="Look for a slip of the pen.") from error
        choose([str(info[4][0]) for info in found], private=private)
        row = WebhookEndpoint(project_id=self.project_id, url=url, events=wanted, created_at=now)
        with self.database.writing() as session:
            there = webhooks.endpoints(session, self.project_id)
            if url in {one.url for one in there}:
                raise ConflictError("This URL is there already.")
            if len(there) >= MOST:
                raise ConflictError(f"There are {MOST} already.", mend="Remove one that is not needed any more.")
            session.add(row)
            session.flush()
            audit.record(session, now, self.actor, "webhook.added", row.id, events=wanted)
        return secret_of(self.database, row.id, row.generation)

    def rotate(self, endpoint_id: str, now: datetime) -> str:
        """Give an endpoint a new secret and return it; the old one signs beside it for a day."""
        with self.database.writing() as session:
            one = self._endpoint(session, endpoint_id)
            one.generation += 1
            one.rotated_at = now
            session.add(one)
            audit.record(session, now, self.actor, "webhook.secret_changed", one.id)
            generation = one.generation
        return secret_of(self.database, endpoint_id, generation)

    def pause(self, endpoint_id: str, now: datetime) -> None:
        """Send nothing to an endpoint; what happens meanwhile waits."""
        with self.database.writing() as session:
            one = self._endpoint(session, endpoint_id)
            one.paused_at = one.paused_at or now
            session.add(one)
            audit.record(session, now, self.actor, "webhook.paused", one.id)

    def resume(self, endpoint_id: str, now: datetime) -> None:
        """Go on sending to an endpoint; what waits is due at once."""
        with self.database.writing() as session:
            webhooks.resume(session, self._endpoint(session, endpoint_id), now)
            audit.record(session, now, self.actor, "webhook.resumed", endpoint_id)

    def remove(self, endpoint_id: str, now: datetime) -> None:
        """Forget an endpoint and what was on its way there."""
        with self.database.writing() as session:
            self._endpoint(session, endpoint_id)
            webhooks.remove(session, endpoint_id)
            audit.record(session, now, self.actor, "webhook.removed", endpoint_id)

    def redeliver(self, delivery_id: str, now: datetime) -> None:
        """Begin anew with a dead letter."""
        with self.database.writing() as session:
            webhooks.redeliver(session, self._letter(session, delivery_id), now)

    def discard(self, delivery_id: str, now: datetime) -> None:
        """Throw a dead letter away."""
        with self.database.writing() as session:
            letter = self._letter(session, delivery_id)
            webhooks.discard(session, letter)
            audit.record(session, now, self.actor, "webhook.discarded", letter.endpoint_id, event=letter.event)

    def _endpoint(self, session: Session, endpoint_id: str) -> WebhookEndpoint:
        found = webhooks.endpoint(session, self.project_id, endpoint_id)
        if found is None:
            raise NotFoundError("There is no such endpoint.")
        return found

    def _letter(self, session: Session, delivery_id: str) -> WebhookDelivery:
        found = webhooks.dead_letter(session, self.project_id, delivery_id)
        if found is None:
            raise NotFoundError("There is no such dead letter.")
        return found
