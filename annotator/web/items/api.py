"""`/api/v1/items`: a search of items in pages, one item, the answers it was given, and what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from annotator.domain.errors import NotFoundError
from annotator.domain.items import SHUT
from annotator.domain.scopes import Scope
from annotator.storage import annotation_log, audit, item_search, items, people
from annotator.storage.tables import Annotation, Audit, Item
from annotator.web.frame import contract
from annotator.web.frame.paging import Cursor, Limit, Page, unchanged
from annotator.web.frame.security import Caller, scoped
from annotator.web.frame.service import Service, ServiceDep
from annotator.web.items.letters import knows_people, letter, require_may_name
from annotator.web.items.listing import SearchDep

router = APIRouter(prefix="/api/v1/items", tags=["items"])

_NOT_FOUND: dict[int | str, dict[str, Any]] = {
    404: {"model": contract.ErrorOut, "description": "There is no such item."}
}
_PublicId = Annotated[str, Path(max_length=200, description="Public id, as the lists have it.")]
_Reader = Annotated[Caller, scoped(Scope.ITEMS_READ)]


class ItemRow(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "posting-0001",
                    "state": "agreed",
                    "text": "Pickers wanted for the season. Housing is offered.",
                    "source": "synthetic",
                    "language": "en",
                    "campaign": "c-12",
                    "epoch": None,
                    "answers": 3,
                    "overlap": 3,
                    "posterior": {"0": 0.01, "1": 0.96, "2": 0.02, "3": 0.01},
                    "risk": 0.04,
                    "created_at": "2026-03-02T09:00:00Z",
                }
            ]
        }
    )

    id: str
    state: str = Field(description="`quarantined`, `ready`, `leased`, `agreed`, `adjudicating`, `gold` or `withdrawn`.")
    text: str | None = Field(description="As volunteers see it; null while the item is shut away.")
    source: str
    language: str | None
    campaign: str | None
    epoch: str | None
    answers: int
    overlap: int = Field(description="People who are to answer it.")
    posterior: dict[str, float] | None = Field(description="Probability of each rating; null before the first answer.")
    risk: float | None = Field(description="Chance that the most probable rating is wrong.")
    created_at: datetime


class AnswerRow(BaseModel):
    id: str
    by: str = Field(description="A pseudonym; to adjudicators, who are not told, a letter.")
    at: datetime
    guideline_version: str = Field(description="Id of the version it was given under.")
    rating: str | None
    cannot_tell: bool
    labels: dict[str, str | None] = Field(description="What it says of every label, flat.")
    result: list[dict[str, Any]] = Field(description="Label Studio's result; notes stay in the service.")


class EventRow(BaseModel):
    at: datetime
    by: str = Field(description="A pseudonym, or `service`; to adjudicators `person` in the place of a pseudonym.")
    action: str = Field(examples=["item.agreed"])
    detail: dict[str, Any]


@router.get("")
def list_items(
    service: ServiceDep, caller: _Reader, search: SearchDep, cursor: Cursor = "", limit: Limit = 100
) -> Page[ItemRow]:
    """Search items: all conditions hold together. The order is that of their making, or by `order=risk`."""
    require_may_name(caller.role, search)
    with service.database.reading() as session:
        found = item_search.page(session, service.opened.id, search, cursor, limit)
    return Page(items=[_row(service, item) for item in found.items], next=found.cursor or None)


@router.get("/{item:path}/answers", responses=_NOT_FOUND)
def item_answers(
    item: _PublicId, service: ServiceDep, caller: Annotated[Caller, scoped(Scope.ANSWERS_READ)]
) -> list[AnswerRow]:
    """Every single answer, oldest first, as it was given; nothing that comes later writes over it."""
    with service.database.reading() as session:
        found = _found(session, service, item)
        given = [] if found.state in SHUT else annotation_log.of_item(session, found.id)
    named = knows_people(caller.role)
    return [_answer(one, pseudonym if named else letter(place)) for place, (one, pseudonym) in enumerate(given)]


@router.get("/{item:path}/history", responses=_NOT_FOUND)
def item_history(item: _PublicId, service: ServiceDep, caller: _Reader) -> list[EventRow]:
    """What became of the item, oldest first. When somebody held it or gave it back is their own time, and not told."""
    with service.database.reading() as session:
        lines = audit.history(session, _found(session, service, item).id)
        names = people.pseudonyms(session)
    if not knows_people(caller.role):
        names = dict.fromkeys(names, "person")
    return [_event(line, names) for line in lines if not line.action.startswith("lease.")]


@router.get(
    "/{item:path}",
    responses=_NOT_FOUND | {304: {"description": "It is as it was: see `If-None-Match`."}},
    response_model=ItemRow,
)
def get_item(
    item: _PublicId, request: Request, response: Response, service: ServiceDep, _: _Reader
) -> Response | ItemRow:
    """One item as it stands, with an `ETag`."""
    with service.database.reading() as session:
        row = _row(service, _found(session, service, item))
    return unchanged(request, response, row.model_dump_json()) or row


def _found(session: Session, service: Service, public_id: str) -> Item:
    found = items.by_public_id(session, service.opened.id, public_id)
    if found is None:
        raise NotFoundError("There is no such item.")
    return found


def _row(service: Service, item: Item) -> ItemRow:
    known = item.posterior is not None and item.answered > 0  # nobody decides on a classifier's word alone
    return ItemRow(
        id=item.public_id,
        state=item.state,
        text=None if item.state in SHUT else item.text,
        source=item.source,
        language=item.language,
        campaign=item.campaign,
        epoch=item.epoch,
        answers=item.answered,
        overlap=item.overlap,
        posterior=dict(zip(service.schema.rating.values, item.posterior or (), strict=False)) if known else None,
        risk=item.risk if known else None,
        created_at=item.created_at,
    )


def _answer(given: Annotation, pseudonym: str) -> AnswerRow:
    return AnswerRow(
        id=given.id,
        by=pseudonym,
        at=given.created_at,
        guideline_version=given.guideline_version_id,
        rating=given.rating,
        cannot_tell=given.cannot_tell,
        labels=given.labels,
        result=[region for region in given.result if region.get("type") != "textarea"],
    )


def _event(line: Audit, names: dict[str, str]) -> EventRow:
    return EventRow(at=line.at, by=names.get(line.actor, line.actor), action=line.action, detail=line.detail)
