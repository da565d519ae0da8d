"""The coordinator's page of guidelines: who approved what, what is new in a version, taking it up, and what it touches."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from annotator.domain.errors import AnnotatorError, NotFoundError
from annotator.domain.governance import Body, Review
from annotator.storage import guideline_life, projects, requeue
from annotator.web.frame.errors import status_of
from annotator.web.frame.language import told
from annotator.web.frame.pages import render
from annotator.web.frame.security import Caller, CoordinatorDep
from annotator.web.frame.service import Service, ServiceDep
from annotator.web.guideline import versions
from guidelines.loader import Guideline

router = APIRouter(prefix="/coordinator/guideline", include_in_schema=False)

_SHOWN = 200
_Words = Annotated[str, Form(max_length=5000)]


@router.get("")
def guideline_desk(request: Request, service: ServiceDep, caller: CoordinatorDep) -> Response:
    """Show the version in use, the others, agreement under each, and what a change touches."""
    project = service.project
    with service.database.reading() as session:
        stored = guideline_life.versions(session, service.schema.name)
        states = {row.version: guideline_life.standing(session, row.id) for row in stored}
        affected = requeue.affected(session, project.id, service.schema, _SHOWN)
        pending = versions.pending(service, session)
        demonstration = guideline_life.is_demonstration(session, project.id)
    return render(
        request,
        "guideline_desk.html",
        caller=caller,
        schema=service.schema,
        known=versions.known_versions(service.guideline),
        states=states,
        affected=affected,
        shown=_SHOWN,
        people=project.overlap,
        agreement=service.agreement.standing().by_version(service.schema.rating),
        pending=pending,
        is_demonstration=demonstration,
    )


@router.post("/requeue")
def ask_again(service: ServiceDep, caller: CoordinatorDep) -> Response:
    """Open the affected items for other people, each in a transaction of its own."""
    project = service.project
    with service.database.reading() as session:
        affected = requeue.affected(session, project.id, service.schema, _SHOWN)
    for item in affected:
        with service.database.writing() as session:
            requeue.requeue(session, service.now(), caller.id, item, project.guideline_version_id, project.overlap)
    return RedirectResponse("/coordinator/guideline#affected", 303)


@router.get("/{version}")
def version_page(version: str, request: Request, service: ServiceDep, caller: CoordinatorDep) -> Response:
    return _version(request, service, caller, _find(service, version))


@router.post("/{version}/reviews")
def record_review(
    version: str,
    request: Request,
    service: ServiceDep,
    caller: CoordinatorDep,
    body: Annotated[Body, Form()],
    approved: Annotated[str, Form(max_length=8)] = "",
    words: _Words = "",
    dissent: _Words = "",
) -> Response:
    """Record what a body said of a version."""
    guideline = _find(service, version)
    try:
        with service.database.writing() as session:
            row = projects.guideline_version(session, service.now(), guideline.schema)
            review = Review(body, approved == "yes", words, dissent)
            guideline_life.approve(session, service.now(), caller.id, row.id, review)
    except AnnotatorError as error:
        return _version(request, service, caller, guideline, error)
    return RedirectResponse(f"/coordinator/guideline/{version}", 303)


@router.post("/{version}/activate")
def take_up(version: str, request: Request, service: ServiceDep, caller: CoordinatorDep) -> Response:
    """Let the project take a version up at its next start."""
    guideline = _find(service, version)
    try:
        with service.database.writing() as session:
            versions.activate(session, service.now(), caller.id, service.project, service.guideline, guideline)
    except AnnotatorError as error:
        return _version(request, service, caller, guideline, error)
    return RedirectResponse("/coordinator/guideline", 303)


def _find(service: Service, version: str) -> Guideline:
    if version not in versions.known_versions(service.guideline):
        raise NotFoundError("There is no such version.")
    return versions.sibling(service.guideline, version)


def _version(
    request: Request, service: Service, caller: Caller, guideline: Guideline, error: AnnotatorError | None = None
) -> Response:
    shown = guideline.schema.version
    in_use = shown == service.schema.version
    with service.database.reading() as session:
        row = next(
            (each for each in guideline_life.versions(session, guideline.schema.name) if each.version == shown), None
        )
        reviews = guideline_life.approvals(session, row.id) if row is not None else []
        standing = guideline_life.standing(session, row.id if row is not None else "")
        may = standing.approved or guideline_life.is_demonstration(session, service.opened.id)
    return render(
        request,
        "guideline_version.html",
        status=status_of(error) if error is not None else 200,
        caller=caller,
        guideline=guideline,
        in_use=in_use,
        current=service.schema.version,
        news=None if in_use else versions.news(service.guideline, guideline),
        reviews=reviews,
        bodies=list(Body),
        standing=standing,
        may_take_up=may and not in_use,
        problem=told(error) if error is not None else "",
    )
