"""Adjudication as pages and calls: the queue with what it says of the guideline, and the bench."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import Field

from annotator.adjudication.bench import Bench, Case, Verdict
from annotator.domain.adjudication import TITLES, Cause
from annotator.domain.errors import NotFoundError
from annotator.domain.ids import new_id
from annotator.storage import adjudication, annotation_log, items
from annotator.storage.tables import Annotation, Item
from annotator.studio.results import parse_result
from annotator.web.frame.contract import NOT_HERE, Done, GuidelineOut, Id, ItemOut, Key, Strict
from annotator.web.frame.pages import render, render_with_editor
from annotator.web.frame.security import CoordinatorDep, DeskDep
from annotator.web.frame.service import Service, ServiceDep
from annotator.web.items import pictures

api = APIRouter(prefix="/api/v1/adjudication", tags=["adjudication"])
pages = APIRouter(prefix="/coordinator/adjudication", include_in_schema=False)
_SHOWN = 50
_LATELY = 20


class CaseIn(Strict):
    item: str | None = Field(default=None, max_length=200, description="A given item; without it, the one worth most.")


class AnswerShown(Strict):
    letter: str
    rating: str | None = Field(description="None is 'cannot tell'.")
    result: list[dict[str, Any]]


class CaseOut(Strict):
    item: ItemOut
    guideline: GuidelineOut
    label_config: str
    answers: list[AnswerShown] = Field(description="In an order of this adjudicator's own; who gave them is not said.")
    needed: int = Field(description="How many people decide this item.")
    decided: int = Field(description="How many have.")


class VerdictIn(Strict):
    item: str = Field(max_length=200)
    result: list[dict[str, Any]] = Field(max_length=500, description="Label Studio's result: a list of regions.")
    cause: Cause = Field(description="Why the answers differ.")
    clause: str = Field(default="", max_length=100, description="The guideline's clause in question.")
    note: str = Field(
        default="", max_length=2000, description="For those who write the guideline; no names or numbers."
    )
    started_from: str = Field(default="", max_length=1, description="The letter of the answer this began with.")
    key: Key


class VerdictOut(Strict):
    adjudication: Id
    settled: bool = Field(description="The item is gold now; else somebody else decides as well.")
    created: bool


@api.post(
    "/case", response_model=CaseOut, responses={204: {"description": "Nothing waits for this person."}, **NOT_HERE}
)
def take_case(body: CaseIn, service: ServiceDep, caller: DeskDep) -> Response | CaseOut:
    """Put an item on the caller's bench for an hour. Asking again gives the same one."""
    bench = _bench(service)
    case = bench.take(caller.id, body.item, service.now()) if body.item else bench.next_case(caller.id, service.now())
    if case is None:
        return Response(status_code=204)
    return _shown(service, case)


@api.post("/decisions", status_code=201, responses=NOT_HERE)
def decide(body: VerdictIn, service: ServiceDep, caller: DeskDep) -> VerdictOut:
    """Decide the item on the bench, once for each `key`. The answers stay as they were given."""
    with service.database.reading() as session:
        item = items.by_public_id(session, service.opened.id, body.item)
    if item is None:
        raise NotFoundError("There is no such item.")
    verdict = Verdict(
        public_id=body.item,
        key=body.key,
        result=body.result,
        answer=parse_result(service.schema, item.text, body.result),
        cause=body.cause,
        clause=body.clause,
        note=body.note.strip(),
        started_from=body.started_from,
    )
    done = _bench(service).decide(caller.id, verdict, service.now())
    return VerdictOut(adjudication=done.adjudication_id, settled=done.settled, created=done.created)


@api.post("/put-back")
def put_back(service: ServiceDep, caller: DeskDep) -> Done:
    """Clear the caller's bench; nothing is decided."""
    _bench(service).put_back(caller.id)
    return Done()


@pages.get("")
def queue(request: Request, service: ServiceDep, caller: DeskDep) -> Response:
    bench, now = _bench(service), service.now()
    with service.database.reading() as session:
        found = adjudication.waiting(session, service.opened.id, _SHOWN)
        ids = [item.id for item in found]
        ratings = annotation_log.ratings_of(session, ids)
        shown: dict[str, Any] = {
            "total": adjudication.count_waiting(session, service.opened.id),
            "held": adjudication.held(session, now),
            "decided": adjudication.counts_of(session, ids),
            "causes": adjudication.causes(session, service.opened.id),
            "two_from": bench.two_from(session),
            "lately": adjudication.met(session, service.opened.id, limit=_LATELY),
        }
    rows = sorted(((bench.value(item), item) for item in found), key=lambda row: -row[0])
    alike = {item.id for item in found if len({rating for rating in ratings.get(item.id, []) if rating}) == 1}
    return render(
        request,
        "adjudication.html",
        caller=caller,
        split=[row for row in rows if row[1].id not in alike],
        alike=[row for row in rows if row[1].id in alike],
        ratings=ratings,
        limit=_SHOWN,
        key=new_id(),
        titles={cause.value: title for cause, title in TITLES.items()},
        clauses=bench.clauses(),
        values=service.schema.rating.values,
        **shown,
    )


@pages.post("")
def set_policy(
    service: ServiceDep, caller: CoordinatorDep, two_from: Annotated[str, Form(max_length=50)] = ""
) -> Response:
    _bench(service).set_two_from(caller.id, two_from or None, service.now())
    return RedirectResponse("/coordinator/adjudication", 303)


@pages.get("/causes")
def cause_items(
    request: Request,
    service: ServiceDep,
    caller: DeskDep,
    cause: Annotated[Cause, Query()],
    clause: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """The items behind one number of the summary, with what their adjudicators noted."""
    with service.database.reading() as session:
        found = adjudication.of_cause(session, service.opened.id, clause, cause.value, _SHOWN)
    noted: dict[str, tuple[Item, list[str]]] = {}  # two people may have decided one item alike
    for item, note in found:
        noted.setdefault(item.id, (item, []))[1].append(note)
    title = _bench(service).clauses().get(clause, clause)
    return render(
        request, "adjudication_cause.html", caller=caller, noted=noted.values(), cause=TITLES[cause], clause=title
    )


@pages.post("/reopen")
def reopen(service: ServiceDep, caller: DeskDep, item: Annotated[str, Form(max_length=200)]) -> Response:
    """Adjudicate an item again: its decisions are set aside, and stay on record."""
    _bench(service).reopen(caller.id, item, service.now())
    return RedirectResponse(f"/coordinator/adjudication/bench?{urlencode({'item': item})}", 303)


@pages.get("/bench")
def bench_page(
    request: Request, service: ServiceDep, caller: DeskDep, item: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    return render_with_editor(
        request,
        "bench.html",
        caller=caller,
        item=item,
        titles=[(cause.value, title) for cause, title in TITLES.items()],
        clauses=_bench(service).clauses(),
    )


def _bench(service: Service) -> Bench:
    return Bench(service.database, service.project, service.schema)


def _shown(service: Service, case: Case) -> CaseOut:
    schema = service.schema
    return CaseOut(
        item=ItemOut(id=case.item.public_id, text=case.item.text, image=pictures.of_item(schema, case.item.public_id)),
        guideline=GuidelineOut(name=schema.name, version=schema.version, sha256=schema.sha256),
        label_config=service.label_config,
        answers=[AnswerShown(letter=letter, rating=a.rating, result=_without_notes(a)) for letter, a in case.answers],
        needed=case.needed,
        decided=case.decided,
    )


def _without_notes(annotation: Annotation) -> list[dict[str, Any]]:
    """A note says how somebody writes; it is not part of what a decision starts from."""
    return [region for region in annotation.result if region.get("type") != "textarea"]


router = APIRouter()
router.include_router(api)
router.include_router(pages)
