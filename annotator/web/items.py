"""The list of items: search, filter, the next page, and the same as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response, StreamingResponse

from annotator.domain.errors import InputError
from annotator.domain.items import ItemState
from annotator.storage import annotation_log, item_search, items, projects
from annotator.storage.item_search import Order, Search
from annotator.storage.tables import Item
from annotator.web.pages import render
from annotator.web.security import DeskDep
from annotator.web.service import Service, ServiceDep

router = APIRouter(prefix="/coordinator", include_in_schema=False)

_PAGE = 50
_COUNTED = 1_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_COLUMNS = ("item", "state", "answers", "overlap", "ratings", "consensus", "risk", "campaign", "epoch", "language")


def search_of(
    service: ServiceDep,
    state: Annotated[str, Query(max_length=20)] = "",
    answered: Annotated[int, Query(ge=0, le=100)] = 0,
    text: Annotated[str, Query(max_length=200)] = "",
    campaign: Annotated[str, Query(max_length=200)] = "",
    said: Annotated[str, Query(max_length=100, description="label=value, as an answer says it")] = "",
    disagree: bool = False,
    version: Annotated[str, Query(max_length=50)] = "",
    order: Order = Order.ID,
) -> Search:
    """Read a search from an address; a form sends what was left open as an empty word."""
    if state not in {"", *ItemState}:
        raise InputError(f"{state} is no state.", where="state", mend="Choose one of the list.")
    label, _, value = said.partition("=")
    if said and (label, value) not in _said(service):
        raise InputError(f"{said} is nothing an answer says.", where="said", mend="Choose one of the list.")
    given = ItemState(state) if state else None
    return Search(given, answered, text.strip(), campaign.strip(), label, value, disagree, version, order)


SearchDep = Annotated[Search, Depends(search_of)]


@router.get("/items")
def item_list(
    request: Request,
    service: ServiceDep,
    caller: DeskDep,
    search: SearchDep,
    after: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    with service.database.reading() as session:
        found = item_search.page(session, service.project.id, search, after, _PAGE)
        ratings = annotation_log.ratings_of(session, [item.id for item in found.items])
        counts = items.count_by_state(session, service.project.id)
        total = item_search.count(session, service.project.id, search, _COUNTED)
        versions = projects.versions(session, service.schema.name)
    return render(
        request,
        "items.html",
        caller=caller,
        counts=counts,
        search=search,
        items=found.items,
        total=total,
        counted=_COUNTED,
        more=_address("items", search, after=found.cursor) if found.cursor else "",
        csv=_address("items.csv", search),
        by_risk=_address("items", search, order="" if search.order else Order.RISK.value),
        ratings=ratings,
        values=service.schema.rating.values,
        said=_said(service),
        versions=versions,
    )


@router.get("/items.csv")
def item_csv(service: ServiceDep, _: DeskDep, search: SearchDep) -> Response:
    """Send what a search finds, whole; texts stay in the service."""
    headers = {"Content-Disposition": 'attachment; filename="items.csv"'}
    return StreamingResponse(_lines(service, search), media_type="text/csv", headers=headers)


def _lines(service: Service, search: Search) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(_COLUMNS)
    values = service.schema.rating.values
    with service.database.reading() as session:
        for batch in item_search.batches(session, service.project.id, search):
            ratings = annotation_log.ratings_of(session, [item.id for item in batch])
            writer.writerows([_cell(cell) for cell in _row(item, ratings.get(item.id, []), values)] for item in batch)
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()


def _row(item: Item, ratings: list[str | None], values: tuple[str, ...]) -> list[str]:
    best = values[item.posterior.index(max(item.posterior))] if item.posterior and item.answered else ""
    risk = "" if item.risk is None or not item.answered else f"{item.risk:.6f}"
    given = " ".join(rating or "CT" for rating in ratings)
    counts = [item.state, str(item.answered), str(item.overlap)]
    return [item.public_id, *counts, given, best, risk, item.campaign or "", item.epoch or "", item.language or ""]


def _cell(value: str) -> str:
    """A cell that a spreadsheet would run as a formula is shown as text (OWASP, CSV injection)."""
    return f"'{value}" if value.startswith(_FORMULA) else value


def _said(service: Service) -> list[tuple[str, str]]:
    """Return what an answer can say, as (label, value); that something was not marked, the last value, is left out."""
    rating, *others = sorted(service.schema.labels, key=lambda spec: spec != service.schema.rating)
    return [(rating.name, value) for value in rating.values] + [
        (spec.name, value) for spec in others for value in spec.values[:-1]
    ]


def _address(page: str, search: Search, **more: str) -> str:
    """Return the address of a search."""
    fields = {
        "state": search.state.value if search.state else "",
        "answered": str(search.answered or ""),
        "text": search.text,
        "campaign": search.campaign,
        "said": f"{search.label}={search.value}" if search.label else "",
        "disagree": "true" if search.disagree else "",
        "version": search.version,
        "order": search.order.value,
    } | more
    return f"/coordinator/{page}?{urlencode({name: value for name, value in fields.items() if value})}"
