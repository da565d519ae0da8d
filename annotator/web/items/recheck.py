"""The two-person re-check as pages: what waits, one text at a time, accept, mask more, destroy."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from markupsafe import Markup, escape

from annotator.domain.errors import AnnotatorError
from annotator.domain.recheck import Decision, Outcome
from annotator.domain.words import marked
from annotator.intake.recheck import MASKABLE, RecheckDesk
from annotator.intake.screens import open_vault
from annotator.privacy.values import Kind
from annotator.storage import recheck
from annotator.web.frame.errors import status_of
from annotator.web.frame.language import say, told
from annotator.web.frame.numbers import LARGEST
from annotator.web.frame.pages import render
from annotator.web.frame.security import Caller, CoordinatorDep
from annotator.web.frame.service import Service, ServiceDep
from annotator.web.items import pictures

router = APIRouter(prefix="/coordinator/recheck", include_in_schema=False)

_SHOWN = 200
_PLACEHOLDER = re.compile("|".join(re.escape(kind.placeholder) for kind in Kind))
_DONE = {
    Outcome.RELEASED: marked("Two people accepted it: it is released."),
    Outcome.DESTROYED: marked("Two people decided to destroy it: it is gone."),
}


@router.get("")
def waiting(request: Request, service: ServiceDep, caller: CoordinatorDep, done: Outcome | None = None) -> Response:
    with service.database.reading() as session:
        rows = recheck.waiting(session, service.opened.id, _SHOWN)
    said = say(_DONE[done]) if done in _DONE else ""
    return render(request, "recheck_list.html", caller=caller, rows=rows, shown=_SHOWN, said=said)


@router.get("/{public_id:path}")
def one(public_id: str, request: Request, service: ServiceDep, caller: CoordinatorDep) -> Response:
    return _show(request, service, caller, public_id)


@router.post("/{public_id:path}")
def act(
    public_id: str,
    request: Request,
    service: ServiceDep,
    caller: CoordinatorDep,
    action: Annotated[str, Form(pattern="^(accept|destroy|mask)$")],
    version: Annotated[int, Form(ge=1, le=LARGEST)],
    words: Annotated[str, Form(max_length=2000)] = "",
    kind: Annotated[Kind, Form()] = Kind.UNCLEAR,
) -> Response:
    """Keep what the person decided; when it is the second of its kind, the item is released or destroyed."""
    desk = _desk(service)
    try:
        if action == "mask":
            desk.mask(public_id, caller.id, words, kind, version, service.now())
            return RedirectResponse(request.url.path, 303)
        outcome = desk.decide(public_id, caller.id, Decision(action), version, service.now())
    except AnnotatorError as error:
        return _show(request, service, caller, public_id, told(error), status_of(error))
    return RedirectResponse(f"/coordinator/recheck?done={outcome.value}", 303)


def _show(
    request: Request, service: Service, caller: Caller, public_id: str, problem: str = "", status: int = 200
) -> Response:
    shown = _desk(service).show(public_id, caller.id, service.now())
    mine = shown.votes.get(caller.id)
    return render(
        request,
        "recheck_item.html",
        status=status,
        caller=caller,
        item=shown.item,
        recheck=shown.recheck,
        picture=pictures.of_item(service.schema, public_id),
        text=_highlighted(shown.text) if shown.text is not None else None,
        kinds=MASKABLE,
        others=len(shown.votes) - (mine is not None),
        mine=mine,
        problem=problem,
    )


def _desk(service: Service) -> RecheckDesk:
    return RecheckDesk(service.database, service.project, service.schema, open_vault(service.settings))


def _highlighted(text: str) -> Markup:
    """Return the text with its placeholders set off; everything else is escaped."""
    parts, begin = [], 0
    for match in _PLACEHOLDER.finditer(text):
        parts += [escape(text[begin : match.start()]), Markup("<mark>{}</mark>").format(match.group())]
        begin = match.end()
    return Markup("").join([*parts, escape(text[begin:])])
