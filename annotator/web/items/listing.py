"""The list of items: search, filter, the next page, and the same as CSV."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from sqlmodel import Session

from annotator.domain.bulk import WORDING
from annotator.domain.errors import InputError
from annotator.domain.items import ItemState
from annotator.domain.schema import LabelSpec
from annotator.insight.labels import said as in_words, titles
from annotator.storage import annotation_log, guideline_life, item_search, items
from annotator.storage.item_search import Order, Place, Progress, Search
from annotator.storage.tables import Item
from annotator.web.frame.csv_files import csv_file
from annotator.web.frame.pages import render
from annotator.web.frame.security import DeskDep
from annotator.web.frame.service import Service, ServiceDep
from annotator.web.items.letters import require_may_name
from annotator.web.items.pairs import Paired, PairedDep

router = APIRouter(prefix="/coordinator", include_in_schema=False)

_PAGE = 50
_COUNTED = 10_000
_COLUMNS = ("item", "state", "answers", "overlap", "ratings", "consensus", "risk", "campaign", "epoch", "language")


def search_of(
    service: ServiceDep,
    paired: PairedDep,
    state: Annotated[str, Query(max_length=20)] = "",
    answered: Annotated[int, Query(ge=0, le=100)] = 0,
    text: Annotated[str, Query(max_length=200)] = "",
    campaign: Annotated[str, Query(max_length=200)] = "",
    said: Annotated[str, Query(max_length=100, description="label=value, as an answer says it")] = "",
    disagree: bool = False,
    version: Annotated[str, Query(max_length=50)] = "",
    order: Order = Order.ID,
    progress: Progress = Progress.ANY,
    place: Place = Place.ANY,
    clause: Annotated[str, Query(max_length=100)] = "",
) -> Search:
    """Read a search from an address; a form sends what was left open as an empty word."""
    if state not in {"", *ItemState}:
        raise InputError(f"{state} is no state.", where="state", mend="Choose one of the list.")
    label, _, value = said.partition("=")
    if said and (label, value) not in {(spec.name, each) for spec, each in _said(service)}:
        raise InputError(f"{said} is nothing an answer says.", where="said", mend="Choose one of the list.")
    if clause and clause not in service.schema.clauses:
        raise InputError(f"{clause} is no clause.", where="clause", mend="Choose one of the list.")
    return Search(
        state=ItemState(state) if state else None,
        answered=answered,
        text=text.strip(),
        campaign=campaign.strip(),
        label=label,
        value=value,
        disagree=disagree,
        version=version,
        order=order,
        progress=progress,
        place=place,
        clause=clause,
        rests_on=service.schema.rests_on(clause) if clause else (),
        pair=paired.pair,
        since=paired.since,
        until=paired.until,
    )


SearchDep = Annotated[Search, Depends(search_of)]


@router.get("/items")
def item_list(
    request: Request,
    service: ServiceDep,
    caller: DeskDep,
    search: SearchDep,
    paired: PairedDep,
    after: Annotated[str, Query(max_length=100)] = "",
    exact: bool = False,
) -> Response:
    require_may_name(caller.role, search)
    with service.database.reading() as session:
        found = item_search.page(session, service.opened.id, search, after, _PAGE)
        ratings = annotation_log.ratings_of(session, [item.id for item in found.items])
        counts = items.count_by_state(session, service.opened.id)
        whole = not after and not found.cursor  # what is on the page is all there is
        total = len(found.items) if whole else _count(session, service.opened.id, search, exact=exact)
        versions = guideline_life.versions(session, service.schema.name)
    named = titles(service.schema)
    return render(
        request,
        "items.html",
        caller=caller,
        counts=counts,
        search=search,
        items=found.items,
        total=total,
        counted=None if exact else _COUNTED,
        exactly=address("items", search, paired, exact="true"),
        clauses=service.schema.clauses,
        paired=paired,
        more=address("items", search, paired, after=found.cursor) if found.cursor else "",
        csv=address("items.csv", search, paired),
        ratings=ratings,
        values=service.schema.rating.values,
        said=[
            (spec.name, value, named[spec.name], in_words(service.schema, spec, value))
            for spec, value in _said(service)
        ],
        versions=versions,
        bulk=address("bulk/preview", search, paired),
        actions=WORDING,
    )


@router.get("/items.csv")
def item_csv(service: ServiceDep, caller: DeskDep, search: SearchDep) -> Response:
    """Send what a search finds, whole; texts stay in the service."""
    require_may_name(caller.role, search)
    return csv_file("items", _COLUMNS, _rows(service, search))


def _rows(service: Service, search: Search) -> Iterator[list[str]]:
    values = service.schema.rating.values
    with service.database.reading() as session:
        for batch in item_search.batches(session, service.opened.id, search):
            ratings = annotation_log.ratings_of(session, [item.id for item in batch])
            yield from (_row(item, ratings.get(item.id, []), values) for item in batch)


def _row(item: Item, ratings: list[str | None], values: tuple[str, ...]) -> list[str]:
    best = values[item.posterior.index(max(item.posterior))] if item.posterior and item.answered else ""
    risk = "" if item.risk is None or not item.answered else f"{item.risk:.6f}"
    given = " ".join(rating or "CT" for rating in ratings)
    counts = [item.state, str(item.answered), str(item.overlap)]
    return [item.public_id, *counts, given, best, risk, item.campaign or "", item.epoch or "", item.language or ""]


def _count(session: Session, project_id: str, search: Search, *, exact: bool) -> int | None:
    """Count what a search finds: to the end where asked to, else to a round number, and not at all where that takes long."""
    if not (exact or search.cheap):
        return None
    return item_search.count(session, project_id, search, None if exact else _COUNTED)


def _said(service: Service) -> list[tuple[LabelSpec, str]]:
    """Return what an answer can say, as labels and their values; that something was not marked, the last value, is left out."""
    rating, *others = sorted(service.schema.labels, key=lambda spec: spec != service.schema.rating)
    return [(rating, value) for value in rating.values] + [
        (spec, value) for spec in others for value in spec.values[:-1]
    ]


def address(page: str, search: Search, paired: Paired, **more: str) -> str:
    """Return the address of a search."""
    fields = (
        {
            "state": search.state.value if search.state else "",
            "answered": str(search.answered or ""),
            "text": search.text,
            "campaign": search.campaign,
            "said": f"{search.label}={search.value}" if search.label else "",
            "disagree": "true" if search.disagree else "",
            "version": search.version,
            "order": search.order.value,
            "progress": search.progress.value,
            "place": search.place.value,
            "clause": search.clause,
        }
        | paired.fields
        | more
    )
    return f"/coordinator/{page}?{urlencode({name: value for name, value in fields.items() if value})}"
