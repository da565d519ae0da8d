"""The operations page: the parts of the service, each duty of the worker, and how quickly this process answers."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from annotator import __version__
from annotator.storage import heartbeat, leases
from annotator.web.frame import health
from annotator.web.frame.observed import Seen
from annotator.web.frame.pages import render
from annotator.web.frame.security import CoordinatorDep
from annotator.web.frame.service import ServiceDep

router = APIRouter(prefix="/coordinator/operations", include_in_schema=False)

_FAILED = 500


@dataclass(frozen=True, slots=True)
class RouteSeen:
    """A route as this process has seen it: requests, how many failed, mean milliseconds."""

    method: str
    route: str
    requests: int
    failed: int
    mean_ms: float


@router.get("")
def operations(request: Request, service: ServiceDep, caller: CoordinatorDep) -> Response:
    """Show how the parts are, without anybody's name."""
    now = service.now()
    with service.database.reading() as session:
        beat = heartbeat.read(session)
        held = leases.live_and_overdue(session, now)
        revision = service.database.revision()
    silent = None if beat is None else beat.silent_for(now)
    return render(
        request,
        "operations.html",
        caller=caller,
        version=__version__,
        revision=revision,
        health=health.parts(service),
        held=held,
        beat=beat,
        silent=silent,
        gone=silent is None or silent > heartbeat.SILENT,
        routes=_routes(request.app.state.seen),
    )


def _routes(seen: Seen) -> list[RouteSeen]:
    """Return what this process has seen since it started, the most asked first."""
    counts: dict[tuple[str, str], list[int]] = {}
    for sample in next(iter(seen.requests.collect())).samples:
        method, route, status = (sample.labels[name] for name in ("method", "route", "status"))
        tally = counts.setdefault((method, route), [0, 0])
        tally[0] += int(sample.value)
        tally[1] += int(sample.value) if int(status) >= _FAILED else 0
    seconds = {
        (sample.labels["method"], sample.labels["route"]): sample.value
        for sample in next(iter(seen.seconds.collect())).samples
        if sample.name.endswith("_sum")
    }
    found = [
        RouteSeen(*key, requests, failed, 1000 * seconds.get(key, 0.0) / requests)
        for key, (requests, failed) in counts.items()
    ]
    return sorted(found, key=lambda one: -one.requests)
