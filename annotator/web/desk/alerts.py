"""Alerts for coordinators: what stands, what has closed, one with its numbers and items, and taking one on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from annotator.alerts.parts import worker_silent
from annotator.domain.alerts import ADVICE, Advice, AlertState, Rule
from annotator.domain.errors import AnnotatorError
from annotator.domain.scopes import Scope
from annotator.domain.words import Words
from annotator.storage import alert_data, alerts, heartbeat, people
from annotator.storage.tables_alerts import Alert
from annotator.web.frame.errors import status_of
from annotator.web.frame.language import told, told_text
from annotator.web.frame.pages import render
from annotator.web.frame.paging import Cursor, Limit, Page
from annotator.web.frame.security import Caller, CoordinatorDep, scoped
from annotator.web.frame.service import Service, ServiceDep

pages = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api/v1", tags=["alerts"])
_PAGE = 50


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands, and, apart from what is stored, whether the worker that looks for it is silent."""

    alerts: list[Alert]
    silent: Words | None
    advice: dict[str, Advice]

    @property
    def open(self) -> int:
        """How many nobody has taken on yet."""
        return sum(alert.state == AlertState.OPEN for alert in self.alerts) + bool(self.silent)

    @staticmethod
    def words(alert: Alert) -> AlertWords:
        """Return an alert in the words of the page."""
        return alert_words(alert)


@dataclass(frozen=True, slots=True)
class AlertWords:
    """An alert in the language of the page: what it is called, what was seen, and pages that help, as (title, address)."""

    title: str
    seen: str
    links: list[tuple[str, str]]


def alert_words(alert: Alert) -> AlertWords:
    """Say an alert in the current language; one from before its parts were kept, in English."""
    if not alert.parts:
        return AlertWords(alert.title, alert.seen, [(title, href) for title, href in alert.links])
    title, *rest = (told_text(Words.from_json(each)) for each in [alert.parts["title"], *alert.parts["seen"]])
    links = [told_text(Words.from_json(each)) for each in alert.parts["links"]]
    return AlertWords(title, " ".join(rest), [(said, href) for said, (_, href) in zip(links, alert.links, strict=True)])


class AlertOut(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "01JXAMPLE0000000000000ALRT",
                    "rule": "campaign_floods",
                    "state": "open",
                    "title": "Campaign c-12 floods the pool",
                    "seen": "90 of 569 postings that came in the last seven days (16%, 99 % interval 12% to 20%) are of this campaign.",
                    "why": "Copies of one advertiser's posting take places from others.",
                    "what_to_do": "Open the items. Keep a few that show the template, and hold the rest.",
                    "since": "2026-03-06T06:00:00Z",
                    "opened_at": "2026-03-06T06:02:00Z",
                    "acknowledged_at": None,
                    "note": "",
                    "closed_at": None,
                    "numbers": {"count": 90, "of": 569, "low": 0.12, "high": 0.2, "usual": 5, "pool": 275},
                    "items": ["posting-0001", "posting-0002"],
                }
            ]
        }
    )

    id: str
    rule: Rule
    state: AlertState
    title: str = Field(examples=["Agreement on Concern for review fell after guideline 1.1.0"])
    seen: str = Field(description="What was seen, in numbers with their intervals and counts.")
    why: str
    what_to_do: str
    since: datetime = Field(description="Since when it is so, as far as is known.")
    opened_at: datetime
    acknowledged_at: datetime | None
    note: str
    closed_at: datetime | None
    numbers: dict[str, Any]
    items: list[str] = Field(description="Public ids, the most telling first, at most 50.")


def standing(service: Service) -> Standing:
    """Return what stands now, for the desk and its pages."""
    with service.database.reading() as session:
        found = alerts.open_alerts(session, service.opened.id)
        beat = heartbeat.read(session)
    silent = worker_silent(beat.at if beat is not None else None, service.now())
    found.sort(key=lambda alert: alert.state != AlertState.OPEN)
    return Standing(found, silent[0].seen[0] if silent else None, _advice())


@pages.get("/coordinator/alerts")
def alerts_page(
    request: Request, service: ServiceDep, caller: CoordinatorDep, after: Annotated[str, Query(max_length=64)] = ""
) -> Response:
    with service.database.reading() as session:
        known = alerts.history(session, service.opened.id, _PAGE + 1, after)
    return render(
        request,
        "alerts.html",
        caller=caller,
        standing=standing(service),
        closed=[alert for alert in known[:_PAGE] if alert.closed_at is not None],
        more=f"/coordinator/alerts?after={known[_PAGE - 1].id}" if len(known) > _PAGE else "",
    )


@pages.get("/coordinator/alerts/{alert}")
def alert_page(alert: str, request: Request, service: ServiceDep, caller: CoordinatorDep) -> Response:
    return _one(request, service, caller, alert)


@pages.post("/coordinator/alerts/{alert}")
def take_on(
    alert: str,
    request: Request,
    service: ServiceDep,
    caller: CoordinatorDep,
    note: Annotated[str, Form(max_length=4000)] = "",
) -> Response:
    """Say that somebody looks after it."""
    try:
        with service.database.writing() as session:
            alerts.by_id(session, service.opened.id, alert)
            alerts.acknowledge(session, alert, caller.id, note, service.now())
    except AnnotatorError as error:
        if status_of(error) == 404:
            raise
        return _one(request, service, caller, alert, error)
    return RedirectResponse(f"/coordinator/alerts/{alert}", 303)


@api.get("/alerts")
def get_alerts(
    service: ServiceDep, _: Annotated[Caller, scoped(Scope.ALERTS_READ)], cursor: Cursor = "", limit: Limit = 50
) -> Page[AlertOut]:
    """List alerts, closed ones too, the newest first, each with what was seen, since when, why it matters and what to do."""
    with service.database.reading() as session:
        found = alerts.history(session, service.opened.id, limit + 1, cursor)
    more = found[limit - 1].id if len(found) > limit else None
    return Page(items=[_out(alert) for alert in found[:limit]], next=more)


def _one(
    request: Request, service: Service, caller: Caller, alert_id: str, error: AnnotatorError | None = None
) -> Response:
    with service.database.reading() as session:
        alert = alerts.by_id(session, service.opened.id, alert_id)
        found = alert_data.by_public_ids(session, service.opened.id, alert.items)
        label = str(alert.numbers.get("label", service.schema.rating.name))
        said = alert_data.said_of(session, [item.id for item in found], label)
        names = people.pseudonyms(session)
    place = {public_id: at for at, public_id in enumerate(alert.items)}
    return render(
        request,
        "alert.html",
        status=status_of(error) if error is not None else 200,
        caller=caller,
        alert=alert,
        told=alert_words(alert),
        advice=_advice()[alert.rule],
        items=sorted(found, key=lambda item: place[item.public_id]),
        said=said,
        label=service.schema.title_of(label),
        taken_by=names.get(alert.acknowledged_by or "", ""),
        longest=alerts.LONGEST,
        problem=told(error) if error is not None else "",
    )


def _advice() -> dict[str, Advice]:
    return {rule.value: advice for rule, advice in ADVICE.items()}


def _out(alert: Alert) -> AlertOut:
    advice = ADVICE[Rule(alert.rule)]
    kept = alert.model_dump(include=set(AlertOut.model_fields))
    return AlertOut(**kept, why=advice.why, what_to_do=advice.what)


router = APIRouter()
router.include_router(api)
router.include_router(pages)
