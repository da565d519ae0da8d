"""A volunteer's own page on how their labelling goes: a pause explained and appealed, and control answers explained afterwards.

Theirs alone, without a score and without anybody else's. A control item is told of once it is retired or the session is over, so
that nobody meets one knowingly.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from annotator.domain.errors import InputError
from annotator.domain.exposure import next_session
from annotator.domain.feedback import Comparison, comparison
from annotator.quality import decisions
from annotator.quality.decisions import LONGEST
from annotator.storage import exposure, quality, wellbeing
from annotator.web.frame.language import told
from annotator.web.frame.pages import render
from annotator.web.frame.security import Caller, VolunteerDep
from annotator.web.frame.service import Service, ServiceDep
from guidelines.excerpt import Excerpt, excerpts

router = APIRouter(include_in_schema=False)
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Explained:
    """One answer to a control item beside what was expected."""

    at: datetime
    compared: Comparison
    clauses: list[Excerpt]


@router.get("/me/labelling")
def my_labelling(request: Request, service: ServiceDep, caller: VolunteerDep, saved: str = "") -> Response:
    return _page(request, service, caller, saved=bool(saved))


@router.post("/me/labelling")
def my_appeal(
    request: Request, service: ServiceDep, caller: VolunteerDep, appeal: Annotated[str, Form(max_length=4000)] = ""
) -> Response:
    try:
        decisions.appeal(service.database, caller.id, appeal, service.now())
    except InputError as error:
        return _page(request, service, caller, problem=told(error), status=422)
    return RedirectResponse("/me/labelling?saved=yes", 303)


def _page(
    request: Request, service: Service, caller: Caller, *, saved: bool = False, problem: str = "", status: int = 200
) -> Response:
    with service.database.reading() as session:
        pauses = quality.pauses_of(session, caller.id)
    return render(
        request,
        "own_quality.html",
        status=status,
        caller=caller,
        pause=pauses[-1] if pauses else None,
        paused=caller.person.paused_at is not None,
        explained=_explained(service, caller.id),
        longest=LONGEST,
        saved=saved,
        problem=problem,
    )


def _explained(service: Service, person_id: str) -> list[Explained]:
    """Return what may be told by now, the newest first."""
    now, schema = service.now(), service.schema
    with service.database.reading() as session:
        rows = quality.explained(session, person_id, _SHOWN)
        limits = wellbeing.limits_of(session, service.opened.id)
        session_over = next_session(now, exposure.ledger(session, person_id, now), limits) <= now
    found = []
    for _, annotation, control, item in rows:
        if control.retired_at is None and not session_over:
            continue
        compared = comparison(schema, item.text, control.expected, control.spans, annotation.labels)
        anchors = dict.fromkeys(row.clause for row in compared.rows if not row.right and row.clause)
        found.append(Explained(annotation.created_at, compared, excerpts(service.guideline.text, anchors)))
    return found
