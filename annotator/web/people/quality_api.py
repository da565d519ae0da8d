"""`GET /api/v1/quality`: control answers and pauses over everybody. Single people are on the page, for those who can help them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from annotator.domain.quality import accuracy_interval
from annotator.domain.scopes import Scope
from annotator.storage import controls, quality
from annotator.web.frame.security import Caller, scoped
from annotator.web.frame.service import ServiceDep

router = APIRouter(prefix="/api/v1", tags=["quality"])

FEWEST = 5
"""With fewer people than this nothing is said: a figure over four is a figure about each of them."""


class QualityOut(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "people": 12,
                    "answered": 118,
                    "right": 109,
                    "share": 0.924,
                    "low": 0.862,
                    "high": 0.959,
                    "pauses_open": 1,
                    "appeals_waiting": 0,
                    "controls_in_use": 40,
                }
            ]
        }
    )

    people: int = Field(description="People with answers to control items.")
    answered: int | None = Field(description="Answers to control items; null with fewer than five people.")
    right: int | None
    share: float | None
    low: float | None = Field(description="95 % interval (Wilson).")
    high: float | None
    pauses_open: int
    appeals_waiting: int
    controls_in_use: int


@router.get("/quality")
def get_quality(service: ServiceDep, _: Annotated[Caller, scoped(Scope.QUALITY_READ)]) -> QualityOut:
    """How control items are answered, over everybody, and how many pauses wait for a decision."""
    with service.database.reading() as session:
        counts = quality.control_counts(session)
        opened, appeals = quality.count_open_pauses(session)
        policy = controls.policy(session, service.opened.id)
        bank = controls.bank(session, policy.bank_id) if policy is not None else []
    right, answered = (sum(each) for each in zip((0, 0), *counts.values(), strict=True))
    told = len(counts) >= FEWEST
    low, high = accuracy_interval(right, answered)
    return QualityOut(
        people=len(counts),
        answered=answered if told else None,
        right=right if told else None,
        share=right / answered if told else None,
        low=low if told else None,
        high=high if told else None,
        pauses_open=opened,
        appeals_waiting=appeals,
        controls_in_use=sum(control.retired_at is None for control, _ in bank),
    )
