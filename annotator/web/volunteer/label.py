"""The volunteer's page: Label Studio's editor inside our own. Everything it does goes through the HTTP contract (`web.volunteer.api`)."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from annotator.domain.errors import NotFoundError
from annotator.storage import own, wellbeing
from annotator.web.frame.pages import render, render_with_editor
from annotator.web.frame.security import AnyoneSignedInDep, Caller, VolunteerDep
from annotator.web.frame.service import Service, ServiceDep
from annotator.web.volunteer.care import care_for
from annotator.web.volunteer.welcome import next_address
from guidelines.render import render as render_markdown

router = APIRouter(include_in_schema=False)


@router.get("/label")
def label_page(request: Request, service: ServiceDep, caller: VolunteerDep) -> Response:
    if address := next_address(service, caller.id):
        return RedirectResponse(address, 303)
    return editor_page(request, service, caller)


def editor_page(request: Request, service: Service, caller: Caller, *, training: bool = False) -> Response:
    """Return the page with the editor: for items, or for training cards."""
    with service.database.reading() as session:
        care = care_for(session, service.opened.id, caller.id)
        own_choice = own.choice_of(session, caller.id)
        zone, *_ = wellbeing.zones_of(session, caller.id, service.opened.id, service.now())
    return render_with_editor(
        request,
        "label.html",
        caller=caller,
        flags=service.schema.flags,
        care=care,
        own=own_choice,
        time_zone=zone.name,
        training=training,
    )


@router.get("/guideline/{name}/{version}")
def guideline_fragment(name: str, version: str, service: ServiceDep, _: AnyoneSignedInDep) -> HTMLResponse:
    """Return the guideline's text as a piece of HTML, with an anchor a clause."""
    if (name, version) != (service.schema.name, service.schema.version):
        raise NotFoundError("There is no such guideline here.")
    return HTMLResponse(render_markdown(service.guideline.text))


@router.get("/guideline")
def guideline_page(request: Request, service: ServiceDep, caller: AnyoneSignedInDep) -> Response:
    return render(
        request, "guideline.html", caller=caller, schema=service.schema, html=render_markdown(service.guideline.text)
    )
