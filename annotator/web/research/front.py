"""The researcher's page: what there is, how far people agree, and the export."""

from __future__ import annotations

import shutil
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import Response

from annotator.insight.agreement import MINIMUM_ITEMS
from annotator.insight.export import export_project
from annotator.insight.publish import state_of
from annotator.storage import items, releases
from annotator.web.frame.pages import render
from annotator.web.frame.security import ResearcherDep
from annotator.web.frame.service import ServiceDep
from annotator.web.research import zips

router = APIRouter(prefix="/researcher", include_in_schema=False)


@router.get("")
def data_page(request: Request, service: ServiceDep, caller: ResearcherDep) -> Response:
    standing = service.agreement.standing()
    with service.database.reading() as session:
        counts = items.count_by_state(session, service.opened.id)
        made = releases.all_of(session, service.opened.id)
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
    )


@router.post("/export")
def export(service: ServiceDep, caller: ResearcherDep) -> Response:
    """Build the export and send it as a zip."""

    def make(folder: Path) -> Path:
        out = folder / "export"
        export_project(service.database, service.project, out, caller.id, service.now())
        return Path(shutil.make_archive(str(folder / "annotator-export"), "zip", out))

    return zips.sent(service, make)
