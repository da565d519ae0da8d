"""The coordinator's pages: the desk, and postings in."""

from __future__ import annotations

from fastapi import APIRouter, Request, UploadFile
from fastapi.responses import Response

from annotator.domain.errors import AnnotatorError
from annotator.storage import guideline_life, projects
from annotator.web.desk.fragments import everything
from annotator.web.frame import health
from annotator.web.frame.errors import status_of
from annotator.web.frame.language import told
from annotator.web.frame.pages import render
from annotator.web.frame.security import CoordinatorDep
from annotator.web.frame.service import ServiceDep
from annotator.web.items.postings import read_in

router = APIRouter(prefix="/coordinator", include_in_schema=False)

_REJECTS = 100


@router.get("")
def desk(request: Request, service: ServiceDep, caller: CoordinatorDep) -> Response:
    project = service.project
    with service.database.reading() as session:
        usable = guideline_life.may_be_used(session, project.id, project.guideline_version_id)
    return render(
        request,
        "coordinator.html",
        caller=caller,
        bounds=projects.bounds(project),
        usable=usable,
        health=health.parts(service),
        studio_url=service.studio_url,
        **everything(service),
    )


@router.get("/postings")
def postings_page(request: Request, caller: CoordinatorDep) -> Response:
    return render(request, "postings.html", caller=caller, problem="", summary=None, rejects=[])


@router.post("/postings")
def postings_form(
    request: Request, service: ServiceDep, caller: CoordinatorDep, file: UploadFile, manifest: UploadFile | None = None
) -> Response:
    """Read an uploaded file in."""
    try:
        found = read_in(service, caller.id, file, manifest, _REJECTS)
    except AnnotatorError as error:
        status, problem = status_of(error), told(error)
        return render(request, "postings.html", status=status, caller=caller, problem=problem, summary=None, rejects=[])
    return render(request, "postings.html", caller=caller, problem="", summary=found.summary, rejects=found.rejects)
