"""`/api/v1/desk/…`: the panels of the coordinator's desk as JSON. Wellbeing is for the page alone: no token opens it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from active_learning.audit import Estimate
from annotator.domain.exposure_week import WeekOfCare
from annotator.domain.roles import Role
from annotator.domain.scopes import Scope
from annotator.insight.drift import Drift
from annotator.insight.people import Order, Standing, ordered
from annotator.learning.curve import Point
from annotator.web.desk.api import DeskCaller
from annotator.web.desk.tables import fallback_words
from annotator.web.frame.security import Caller, CoordinatorDep, admit
from annotator.web.frame.service import ServiceDep

router = APIRouter(prefix="/api/v1/desk", tags=["desk"])


def _example(**values: Any) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [values]})


class Share(BaseModel):
    """A share with its 95 % interval; `value` is null while nothing stands behind it."""

    value: float | None
    low: float
    high: float
    n: int


_SHARE = {"value": 0.21, "low": 0.14, "high": 0.3, "n": 88}


class DeskPerson(BaseModel):
    model_config = _example(
        pseudonym="V-QUIET-HERON",
        role="volunteer",
        state="qualified",
        answers=141,
        controls={"value": 0.93, "low": 0.78, "high": 0.98, "n": 28},
        median_seconds=41.5,
        last_active="2026-03-01",
    )

    pseudonym: str
    role: Role
    state: str
    answers: int = Field(description="Control items among them.")
    controls: Share = Field(description='Control items right, "cannot tell" left out; Wilson\'s interval.')
    median_seconds: float | None = Field(description="Of the newest 200 answers.")
    last_active: date | None = Field(description="The day of the newest answer; no hour is told.")


class DeskPeople(BaseModel):
    people: list[DeskPerson] = Field(description="By pseudonym unless another order is asked for.")


class DeskPoint(BaseModel):
    version: int
    labelled: int
    right: Share = Field(description="On the audit slice, judged when the version was new.")


class DeskLearning(BaseModel):
    model_config = _example(
        order="chance",
        reason="lift is not measured yet",
        fallback="The seeded random order picks items. That is what everything falls back on, and nothing is lost by it.",
        open=218,
        judgements_left={"low": 823, "expected": 846, "high": 868},
        last_trained="2026-02-26T09:00:00Z",
        curve=[{"version": 3, "labelled": 232, "right": _SHARE}],
        lift=[[40, 0.71, 0.68]],
    )

    order: str = Field(description="Who orders the pool: `model` or `chance`.")
    reason: str
    fallback: str
    open: int
    judgements_left: dict[str, float] | None
    last_trained: datetime | None
    curve: list[DeskPoint]
    lift: list[list[float]] = Field(description="Labels, AUC with chosen items, AUC with random ones; the newest look.")


class DeskBalance(BaseModel):
    rating: str
    all_items: Share = Field(description="From the audit slice alone, which chance picked.")
    given: float | None = Field(description="Among answers given: leans towards what was picked.")


class DeskEpoch(BaseModel):
    epoch: str
    items: int
    rates: dict[str, Share] = Field(description="By rating, from the audit slice alone.")


class DeskDrift(BaseModel):
    """The distance of the words of two epochs (Jensen-Shannon, bits), and what chance alone would make of it."""

    before: str
    after: str
    n_before: int
    n_after: int
    distance: float | None
    usual: float | None = Field(description="95 % of random divisions of the same postings stay under this.")
    p: float | None
    words: list[str] = Field(description="Those that moved most.")
    reason: str


class DeskData(BaseModel):
    model_config = _example(
        quarantined=3,
        quarantine={"flag: personal data": 2, "phone number": 1},
        balance=[{"rating": "2", "all_items": _SHARE, "given": 0.34}],
        epochs=[{"epoch": "2025-H1", "items": 240, "rates": {"2": _SHARE}}],
        drift=[
            {
                "before": "2024-H2",
                "after": "2025-H1",
                "n_before": 120,
                "n_after": 131,
                "distance": 0.21,
                "usual": 0.19,
                "p": 0.004,
                "words": ["deposit", "housing"],
                "reason": "",
            }
        ],
        drift_measured="2026-03-02T08:40:00Z",
        regions={"north": 120, "south": None},
    )

    quarantined: int
    quarantine: dict[str, int] = Field(description="By reason; an item may have several.")
    balance: list[DeskBalance]
    epochs: list[DeskEpoch]
    drift: list[DeskDrift]
    drift_measured: datetime | None
    regions: dict[str, int | None] = Field(
        description="Null where fewer than 10, or where it would give such a one away."
    )


class DeskWeek(BaseModel):
    """A whole week of all volunteers together. Null where fewer than five people stand behind a number."""

    model_config = _example(
        start="2026-02-16T00:00:00Z", people=12, cap_hits=9, at_cap=6, skip_rate=0.04, breaks=41, early=17
    )

    start: datetime
    people: int | None
    cap_hits: int | None
    at_cap: int | None
    skip_rate: float | None
    breaks: int | None
    early: int | None


@router.get("/people")
def get_people(
    service: ServiceDep,
    _: Annotated[Caller, admit(Role.COORDINATOR, Role.ADMIN, scope=Scope.PEOPLE_READ)],
    order: Annotated[
        Order, Query(description="Empty is by pseudonym, which says nothing of anybody.")
    ] = Order.PSEUDONYM,
) -> DeskPeople:
    """People: what they did, how control items went, where they stand. For seeing who may need help."""
    return DeskPeople(people=[_person(one) for one in ordered(service.board.people(), order)])


@router.get("/learning")
def get_learning(service: ServiceDep, _: DeskCaller) -> DeskLearning:
    """How learning stands: the curve against the audit slice, the lift, what is left to do, what picks items now."""
    learning = service.board.learning()
    pool, left = learning.pool, learning.pool.left
    return DeskLearning(
        order="model" if pool.model_orders else "chance",
        reason=pool.reason,
        fallback=fallback_words(learning),
        open=pool.open,
        judgements_left={"low": left.low, "expected": left.judgements, "high": left.high} if left else None,
        last_trained=pool.model.created_at if pool.model else None,
        curve=[_point(one) for one in learning.curve],
        lift=learning.looked.curve if learning.looked is not None else [],
    )


@router.get("/data")
def get_data(service: ServiceDep, _: DeskCaller) -> DeskData:
    """Quarantine by reason, class balance, drift between epochs, coarse regions. No item is named here."""
    data, prevalence = service.board.data(), service.board.learning().pool.prevalence
    return DeskData(
        quarantined=data.quarantined,
        quarantine=dict(data.quarantine),
        balance=[
            DeskBalance(rating=rating, all_items=_share(one), given=data.given_share(rating))
            for rating, one in prevalence.items()
        ],
        epochs=[
            DeskEpoch(epoch=one.name, items=one.items, rates={value: _share(rate) for value, rate in one.rates.items()})
            for one in data.epochs
        ],
        drift=[_drift(one) for one in (data.drift.drifts if data.drift else ())],
        drift_measured=data.drift.at if data.drift else None,
        regions=data.regions,
    )


@router.get("/wellbeing")
def get_wellbeing(service: ServiceDep, _: CoordinatorDep) -> DeskWeek:
    """Wellbeing of the newest whole week, in sums of five people at the least."""
    return _week(service.board.week())


def _share(one: Estimate | Point) -> Share:
    return Share(value=one.value if one.n else None, low=one.low, high=one.high, n=one.n)


def _person(one: Standing) -> DeskPerson:
    work, controls = one.work, one.controls
    return DeskPerson(
        pseudonym=one.person.pseudonym,
        role=Role(one.person.role),
        state=one.state,
        answers=work.answers if work else 0,
        controls=Share(value=controls.share, low=controls.low, high=controls.high, n=controls.answered)
        if controls is not None
        else Share(value=None, low=0, high=1, n=0),
        median_seconds=work.seconds if work else None,
        last_active=work.last if work else None,
    )


def _point(one: Point) -> DeskPoint:
    return DeskPoint(version=one.version, labelled=one.labelled, right=_share(one))


def _drift(one: Drift) -> DeskDrift:
    return DeskDrift(
        before=one.before,
        after=one.after,
        n_before=one.n_before,
        n_after=one.n_after,
        distance=one.distance,
        usual=one.usual,
        p=one.p,
        words=[word for word, _, _ in one.words],
        reason=one.reason,
    )


def _week(week: WeekOfCare) -> DeskWeek:
    return DeskWeek.model_validate(week, from_attributes=True)
