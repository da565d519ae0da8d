"""`GET /metrics` for Prometheus: this process's requests, and the state of the service as the database has it. Counts only.

Off until a token is set; whoever scrapes sends it as a bearer token.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from annotator.domain.errors import NotFoundError, UnauthenticatedError
from annotator.storage import heartbeat, items, leases, outbox
from annotator.web.frame.observed import Seen
from annotator.web.frame.service import Service, ServiceDep

router = APIRouter(tags=["operations"])


def _scraper(request: Request, service: ServiceDep) -> None:
    """Admit who sends the token of the settings."""
    wanted = service.settings.metrics_token.get_secret_value()
    if not wanted:
        raise NotFoundError("There are no metrics here.", mend="Set ANNOTATOR_METRICS_TOKEN to have them.")
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(given.encode(), wanted.encode()):
        raise UnauthenticatedError("Send the token of ANNOTATOR_METRICS_TOKEN as a bearer token.")


_scraper.admits = frozenset({"metrics token"})  # type: ignore[attr-defined]


@router.get("/metrics", include_in_schema=False, dependencies=[Depends(_scraper)])
def metrics(request: Request, service: ServiceDep) -> Response:
    """Give the metrics in Prometheus' text format."""
    seen: Seen = request.app.state.seen
    state = CollectorRegistry()
    state.register(_State(service))
    return Response(generate_latest(seen.registry) + generate_latest(state), media_type=CONTENT_TYPE_LATEST)


class _State(Collector):
    """What the database says at the moment of the scrape."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def describe(self) -> list[Any]:
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        service, now = self._service, self._service.now()
        with service.database.reading() as session:
            by_state = items.count_by_state(session, service.opened.id)
            held = leases.live_and_overdue(session, now)
            waiting = outbox.state(session)
            beat = heartbeat.read(session)
        yield _family("annotator_items", "Items by state.", "state", {s.value: n for s, n in by_state.items()})
        yield _family(
            "annotator_leases", "Leases that are held.", "state", {"live": held.live, "overdue": held.overdue}
        )
        yield GaugeMetricFamily("annotator_outbox_waiting", "Rows that wait for Label Studio.", value=waiting.waiting)
        yield GaugeMetricFamily("annotator_outbox_failing", "Of them, tried before in vain.", value=waiting.failing)
        oldest = (now - waiting.oldest).total_seconds() if waiting.oldest else 0.0
        yield GaugeMetricFamily("annotator_outbox_oldest_seconds", "Age of the oldest of them.", value=oldest)
        if beat is None:
            return
        yield GaugeMetricFamily(
            "annotator_worker_silent_seconds", "Since the worker last said that it is well.", value=beat.silent_for(now)
        )
        failing = {duty.name: float(duty.failures) for duty in beat.duties}
        yield _family("annotator_duty_failures", "Failures of a duty since it last went well.", "duty", failing)


def _family(name: str, about: str, label: str, values: dict[str, Any]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, about, labels=(label,))
    for value, count in values.items():
        family.add_metric((value,), count)
    return family
