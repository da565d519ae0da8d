"""The desk's parts as fragments of a page, and the pages behind its numbers: what is stuck, and which leases run out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from annotator.domain.errors import NotFoundError
from annotator.insight.agreement import MINIMUM_ITEMS
from annotator.insight.stuck import REASONS, Cause, conditions
from annotator.storage import stuck
from annotator.web.desk import alerts
from annotator.web.frame.pages import render
from annotator.web.frame.security import CoordinatorDep
from annotator.web.frame.service import Service, ServiceDep

router = APIRouter(prefix="/coordinator", include_in_schema=False)

_PAGE = 50


@router.get("/desk/{part}")
def desk_part(part: str, request: Request, service: ServiceDep, caller: CoordinatorDep) -> Response:
    """Send one part of the desk by itself, as the page has it."""
    if part not in PARTS:
        raise NotFoundError("There is no such part of the desk.")
    return render(request, f"desk_{part}.html", caller=caller, **_read(service, PARTS[part]))


@router.get("/stuck")
def stuck_page(
    request: Request,
    service: ServiceDep,
    caller: CoordinatorDep,
    cause: Cause | None = None,
    after: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    strip, project, now = service.board.strip(), service.project, service.now()
    with service.database.reading() as session:
        condition = conditions(session, project, strip.presence, now).get(cause) if cause else None
        found = stuck.page(session, project.id, condition, after, _PAGE + 1) if condition is not None else []
    return render(
        request,
        "stuck.html",
        caller=caller,
        strip=strip,
        cause=cause,
        reason=REASONS[cause] if cause else None,
        items=found[:_PAGE],
        more=found[_PAGE - 1].id if len(found) > _PAGE else "",
    )


def everything(service: Service) -> dict[str, Any]:
    """Return what the whole page needs: every part, and the marks it was read under, which are never newer than the parts."""
    marks = service.board.marks()
    names = dict.fromkeys(name for needed in PARTS.values() for name in needed)
    return {**_read(service, names), "marks": marks, "week": service.board.week()}


def _read(service: Service, names: Iterable[str]) -> dict[str, Any]:
    return {name: _VALUES[name](service) for name in names}


_VALUES: dict[str, Callable[[Service], Any]] = {
    "strip": lambda service: service.board.strip(),
    "presence": lambda service: service.board.strip().presence,
    "alerts": alerts.standing,
    "agreement": lambda service: service.agreement.standing().agreement,
    "consensus": lambda service: service.board.consensus(),
    "schema": lambda service: service.schema,
    "minimum": lambda _: MINIMUM_ITEMS,
    "summary": lambda service: service.board.people_summary(),
    "learning": lambda service: service.board.learning(),
    "held": lambda service: service.board.held(),
    "drift": lambda service: service.board.drift(),
}

PARTS: dict[str, tuple[str, ...]] = {
    "strip": ("strip", "alerts"),
    "alerts": ("alerts",),
    "agreement": ("agreement", "consensus", "schema", "minimum"),
    "people": ("summary", "presence"),
    "learning": ("learning",),
    "data": ("held", "drift", "learning", "strip"),
}
"""The parts of the desk that can be sent by themselves, and the values that their templates need."""
