"""Actions on many items as pages: look at what would happen, confirm, see what became of it, take it back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from annotator.coordination.bulk import BulkDesk
from annotator.domain.bulk import WORDING, Action, Progress, Result
from annotator.domain.errors import ConflictError, InputError
from annotator.domain.ids import new_id
from annotator.storage import bulk, people
from annotator.storage.bulk import Selection
from annotator.storage.item_search import Search
from annotator.web.frame.language import told
from annotator.web.frame.numbers import LARGEST
from annotator.web.frame.pages import render
from annotator.web.frame.security import Caller, CoordinatorDep
from annotator.web.frame.service import Service, ServiceDep
from annotator.web.items.listing import SearchDep, address
from annotator.web.items.pairs import Paired, PairedDep

router = APIRouter(prefix="/coordinator/bulk", include_in_schema=False)

_SHOWN = 50


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a form asks for: an action on the items that are chosen, and the search they were chosen from."""

    search: Search
    paired: Paired
    action: Action
    selection: Selection


def _asked(
    search: SearchDep,
    paired: PairedDep,
    action: Annotated[Action, Form()],
    item: Annotated[list[str] | None, Form(max_length=1000)] = None,
    everything: Annotated[bool, Form()] = False,
) -> _Asked:
    return _Asked(search, paired, action, _selection(search, item, everything=everything))


_AskedDep = Annotated[_Asked, Depends(_asked)]


@router.get("")
def bulk_list(request: Request, service: ServiceDep, caller: CoordinatorDep) -> Response:
    with service.database.reading() as session:
        found = bulk.latest(session, service.opened.id, _SHOWN)
        pseudonyms = people.pseudonyms(session)
    return render(request, "bulk_list.html", caller=caller, found=found, pseudonyms=pseudonyms, wording=WORDING)


@router.post("/preview")
def bulk_preview(request: Request, service: ServiceDep, caller: CoordinatorDep, asked: _AskedDep) -> Response:
    """Say what would happen; nothing is changed."""
    return _preview(request, service, caller, asked)


@router.post("")
def bulk_form(
    request: Request,
    service: ServiceDep,
    caller: CoordinatorDep,
    asked: _AskedDep,
    key: Annotated[str, Form(min_length=1, max_length=100)],
    expected: Annotated[int, Form(ge=0, le=LARGEST)],
) -> Response:
    """Do it; where more items are chosen by now than were shown, show them first."""
    desk = bulk_desk(service)
    try:
        made = desk.start(caller.id, asked.action, asked.selection, key, service.now(), expected=expected)
    except ConflictError as error:
        return _preview(request, service, caller, asked, told(error))
    return RedirectResponse(f"/coordinator/bulk/{made.id}", 303)


@router.get("/{bulk_id}")
def bulk_page(bulk_id: str, request: Request, service: ServiceDep, caller: CoordinatorDep) -> Response:
    report = bulk_desk(service).report(bulk_id)
    with service.database.reading() as session:
        pseudonyms = people.pseudonyms(session)
    return render(
        request,
        "bulk_action.html",
        caller=caller,
        report=report,
        bulk=report.bulk,
        wording=WORDING[Action(report.bulk.action)],
        counts={result.value: report.count(result) for result in Result},
        going=report.bulk.progress in {Progress.RUNNING, Progress.UNDOING},
        pseudonyms=pseudonyms,
    )


@router.post("/{bulk_id}/undo")
def bulk_undo(bulk_id: str, service: ServiceDep, caller: CoordinatorDep) -> Response:
    """Take it back, as far as that is possible still."""
    bulk_desk(service).undo(caller.id, bulk_id, service.now())
    return RedirectResponse(f"/coordinator/bulk/{bulk_id}", 303)


def bulk_desk(service: Service) -> BulkDesk:
    return BulkDesk(service.database, service.opened)


def _selection(search: Search, items: list[str] | None, *, everything: bool) -> Selection:
    if everything:
        return Selection(search=search)
    if not items:
        raise InputError("No item is chosen.", where="item", mend="Tick some, or choose all that the search finds.")
    return Selection(tuple(items))


def _preview(request: Request, service: Service, caller: Caller, asked: _Asked, problem: str = "") -> Response:
    return render(
        request,
        "bulk_preview.html",
        status=409 if problem else 200,
        caller=caller,
        preview=bulk_desk(service).preview(asked.action, asked.selection, service.now()),
        wording=WORDING[asked.action],
        action=asked.action,
        selection=asked.selection,
        confirm=address("bulk", asked.search, asked.paired),
        back=address("items", asked.search, asked.paired),
        key=new_id(),
        problem=problem,
    )
