"""The researcher's page: what there is, how far people agree, and the export."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import mkdtemp

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, Response
from starlette.background import BackgroundTask

from annotator.insight.agreement import MINIMUM_ITEMS
from annotator.insight.export import export_project
from annotator.insight.publish import state_of
from annotator.storage import items, releases
from annotator.web.pages import render
from annotator.web.security import ResearcherDep
from annotator.web.service import ServiceDep

router = APIRouter(prefix="/researcher", include_in_schema=False)


@router.get("")
def data_page(request: Request, service: ServiceDep, caller: ResearcherDep) -> Response:
    standing = service.agreement.standing()
    with service.database.reading() as session:
        counts = items.count_by_state(session, service.project.id)
        made = releases.all_of(session, service.project.id)
        token = releases.token_of(session, caller.id)
    return render(
        request,
        "researcher.html",
        caller=caller,
        schema=service.schema,
        items=sum(counts.values()),
        answers=standing.answers,
        agreement=standing.agreement,
        minimum=MINIMUM_ITEMS,
        releases=[(release, state_of(release, service.now()).value) for release in made],
        token=token,
    )


@router.post("/export")
def export(service: ServiceDep, caller: ResearcherDep) -> Response:
    """Build the export and send it as a zip; the folder goes when it has been sent."""
    folder = Path(mkdtemp(dir=service.scratch()))
    out = folder / "export"
    export_project(service.database, service.project, out, caller.id, service.now())
    archive = shutil.make_archive(str(folder / "annotator-export"), "zip", out)
    clean_up = BackgroundTask(shutil.rmtree, folder, ignore_errors=True)
    return FileResponse(archive, filename="annotator-export.zip", media_type="application/zip", background=clean_up)
