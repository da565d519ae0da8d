"""`GET /api/v1/desk`: the strip of the coordinator's desk as JSON. The panels are in `panels_api`."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from annotator.domain.scopes import Scope
from annotator.insight.strip import Strip
from annotator.web.frame.security import Caller, scoped
from annotator.web.frame.service import ServiceDep

router = APIRouter(prefix="/api/v1/desk", tags=["desk"])

DeskCaller = Annotated[Caller, scoped(Scope.METRICS_READ)]


class DeskProgress(BaseModel):
    """Items by how far they are; withdrawn ones are left out."""

    agreed: int
    gold: int
    labelling: int = Field(description="Begun: answered by somebody, or held.")
    adjudicating: int
    untouched: int
    quarantined: int


class DeskStuck(BaseModel):
    cause: str
    items: int
    title: str
    why: str
    mend: str


class DeskEnding(BaseModel):
    """When the last answer is expected. Dates are null with a `reason` where there is no forecast."""

    soonest: date | None
    median: date | None
    latest: date | None
    confidence: float
    pace: float = Field(description="Answers a day over the last `days` whole days.")
    days: int
    reason: str


class DeskLeft(BaseModel):
    low: float
    expected: float
    high: float


class Desk(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "at": "2026-03-02T09:00:00Z",
                    "progress": {
                        "agreed": 310,
                        "gold": 12,
                        "labelling": 41,
                        "adjudicating": 7,
                        "untouched": 130,
                        "quarantined": 3,
                    },
                    "stuck": [
                        {
                            "cause": "adjudication",
                            "items": 2,
                            "title": "Waiting for an adjudicator for more than three days",
                            "why": "Their answers do not settle them, and nobody has decided.",
                            "mend": "Decide on them at the bench, or invite an adjudicator.",
                        }
                    ],
                    "left": {"low": 480, "expected": 530, "high": 590},
                    "ending": {
                        "soonest": "2026-03-12",
                        "median": "2026-03-15",
                        "latest": "2026-03-21",
                        "confidence": 0.9,
                        "pace": 41.3,
                        "days": 14,
                        "reason": "",
                    },
                    "answers_today": 18,
                    "active_now": 3,
                    "active_week": 11,
                    "expiring": ["item-00042"],
                }
            ]
        }
    )

    at: datetime
    progress: DeskProgress
    stuck: list[DeskStuck]
    left: DeskLeft
    ending: DeskEnding
    answers_today: int
    active_now: int
    active_week: int
    expiring: list[str] = Field(description="Public ids of the items whose leases run out within five minutes.")


@router.get("")
def get_desk(service: ServiceDep, _: DeskCaller) -> Desk:
    """How far the project is, when it may end, who is at work, and what is stuck."""
    return _strip(service.board.strip())


def _strip(strip: Strip) -> Desk:
    low, expected, high = strip.left
    return Desk(
        at=strip.at,
        progress=DeskProgress.model_validate(strip.progress, from_attributes=True),
        stuck=[
            DeskStuck(
                cause=one.cause.value,
                items=one.count,
                title=one.reason.title,
                why=one.reason.why,
                mend=one.reason.mend,
            )
            for one in strip.stuck
        ],
        left=DeskLeft(low=low, expected=expected, high=high),
        ending=_ending(strip),
        answers_today=strip.answers_today,
        active_now=len(strip.presence.now),
        active_week=len(strip.presence.week),
        expiring=[public_id for public_id, _ in strip.expiring],
    )


def _ending(strip: Strip) -> DeskEnding:
    def day(days: float | None) -> date | None:
        return None if days is None else (strip.at + timedelta(days=days)).date()

    ending = strip.ending
    return DeskEnding(
        soonest=day(ending.soonest),
        median=day(ending.median),
        latest=day(ending.latest),
        confidence=ending.confidence,
        pace=ending.pace,
        days=ending.days,
        reason=ending.reason,
    )
