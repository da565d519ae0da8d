"""`/api/v1/bulk`: actions on many items, looked at beforehand, done once for each key, and taken back."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from annotator.coordination.bulk import Report
from annotator.domain.bulk import WORDING, Action, Result
from annotator.domain.errors import InputError
from annotator.domain.scopes import Scope
from annotator.storage.bulk import Selection
from annotator.storage.item_search import Search
from annotator.storage.tables import Person
from annotator.web.frame import contract
from annotator.web.frame.numbers import LARGEST
from annotator.web.frame.security import Caller, scoped
from annotator.web.frame.service import Service, ServiceDep
from annotator.web.items.bulk import bulk_desk
from annotator.web.items.listing import SearchDep

router = APIRouter(prefix="/api/v1/bulk", tags=["items"])
Writer = Annotated[Caller, scoped(Scope.ITEMS_WRITE)]
_NOT_FOUND: dict[int | str, dict[str, Any]] = {
    404: {"model": contract.ErrorOut, "description": "There is no such action."}
}
_MORE_NOW: dict[int | str, dict[str, Any]] = {
    409: {
        "model": contract.ErrorOut,
        "description": "More are chosen than were expected, or the key is another action's.",
    }
}


class ChosenIn(contract.Strict):
    action: Action
    items: list[str] = Field(
        default_factory=list, max_length=1000, description="Public ids.", examples=[["posting-7", "posting-9"]]
    )
    everything: bool = Field(
        default=False,
        description="Instead: all that the search finds that stands in the query, as for `GET /api/v1/items`.",
    )


class BulkIn(ChosenIn):
    key: contract.Key = Field(
        description="Chosen by the client, kept over retries: the same key is the same action.", examples=["hold-c77-1"]
    )
    expected: int | None = Field(
        default=None,
        ge=0,
        le=LARGEST,
        description="How many the preview told; where more are chosen by now, nothing is done.",
        examples=[2],
    )


class ReasonOut(BaseModel):
    reason: str = Field(examples=["somebody is labelling it now"])
    items: int
    examples: list[str]


class PreviewOut(BaseModel):
    action: Action
    does: str
    chosen: int
    can: int = Field(description="Items that it can be done to.")
    examples: list[str]
    refused: list[ReasonOut]


class BulkOut(BaseModel):
    id: str
    action: Action
    progress: str = Field(description="`running`, `done`, `undoing` or `undone`.", examples=["done"])
    chosen: int
    done: int
    waiting: int
    refused: list[ReasonOut]
    restored: int = Field(description="Taken back.")
    stays: list[ReasonOut] = Field(description="Could not be taken back, and why.")
    by: str
    created_at: datetime
    finished_at: datetime | None


@router.post("/preview")
def preview_bulk(body: ChosenIn, service: ServiceDep, _: Writer, search: SearchDep) -> PreviewOut:
    """Say how many items an action would be done to, and why not to the others. Nothing is changed."""
    found = bulk_desk(service).preview(body.action, _selection(body, search), service.now())
    return PreviewOut(
        action=found.action,
        does=WORDING[found.action].does,
        chosen=found.total,
        can=found.can,
        examples=list(found.examples),
        refused=[ReasonOut(reason=reason, items=n, examples=list(some)) for reason, n, some in found.refused],
    )


@router.post("", status_code=201, responses=_MORE_NOW)
def start_bulk(body: BulkIn, service: ServiceDep, caller: Writer, search: SearchDep) -> BulkOut:
    """Begin an action. What is not done at once goes on in the background; ask for it by its id."""
    made = bulk_desk(service).start(
        caller.id, body.action, _selection(body, search), body.key, service.now(), expected=body.expected
    )
    return _out(service, made.id)


@router.get("/{bulk}", responses=_NOT_FOUND)
def get_bulk(bulk: str, service: ServiceDep, _: Writer) -> BulkOut:
    """How an action stands."""
    return _out(service, bulk)


@router.post("/{bulk}/undo", responses=_NOT_FOUND)
def undo_bulk(bulk: str, service: ServiceDep, caller: Writer) -> BulkOut:
    """Take an action back as far as that is possible still. Doing it twice changes nothing."""
    bulk_desk(service).undo(caller.id, bulk, service.now())
    return _out(service, bulk)


def _selection(body: ChosenIn, search: Search) -> Selection:
    if body.everything == bool(body.items):
        raise InputError("Give either items or everything.", where="items", mend="Name items, or set everything.")
    return Selection(search=search) if body.everything else Selection(tuple(body.items))


def _out(service: Service, bulk_id: str) -> BulkOut:
    report = bulk_desk(service).report(bulk_id)
    with service.database.reading() as session:
        by = session.get_one(Person, report.bulk.person_id).pseudonym
    return BulkOut(
        id=report.bulk.id,
        action=Action(report.bulk.action),
        progress=report.bulk.progress,
        chosen=report.bulk.total,
        done=report.count(Result.DONE),
        waiting=report.count(Result.WAITING),
        refused=_reasons(report, Result.REFUSED),
        restored=report.count(Result.RESTORED),
        stays=_reasons(report, Result.STAYS),
        by=by,
        created_at=report.bulk.created_at,
        finished_at=report.bulk.finished_at,
    )


def _reasons(report: Report, result: Result) -> list[ReasonOut]:
    return [
        ReasonOut(reason=tally.reason, items=tally.count, examples=list(tally.examples))
        for tally in report.tallies
        if tally.result is result
    ]
