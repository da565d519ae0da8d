"""`GET /api/v1/adjudication/queue`: what waits for a decision, what a decision is worth, and why answers have differed so far."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from annotator.adjudication.bench import Bench
from annotator.domain.scopes import Scope
from annotator.storage import adjudication, annotation_log
from annotator.web.frame.paging import Limit
from annotator.web.frame.security import Caller, scoped
from annotator.web.frame.service import ServiceDep

router = APIRouter(prefix="/api/v1/adjudication", tags=["adjudication"])


class WaitingRow(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "item": "posting-0007",
                    "value": 0.84,
                    "risk": 0.46,
                    "ratings": ["1", "3", None],
                    "held": False,
                    "decided": 0,
                }
            ]
        }
    )

    item: str
    value: float = Field(description="Steps by which the best guess at the rating is expected to be off.")
    risk: float | None
    ratings: list[str | None] = Field(description="As they were given; null is 'cannot tell'. By whom is not said.")
    held: bool = Field(description="Somebody has it on the bench.")
    decided: int = Field(description="People who have decided so far.")


class CauseRow(BaseModel):
    clause: str = Field(description="The guideline's clause; empty where none was named.")
    cause: str
    decisions: int


class QueueOut(BaseModel):
    waiting: int = Field(description="Items that wait, of which the list shows those worth most.")
    items: list[WaitingRow]
    causes: list[CauseRow] = Field(description="What decisions say of the guideline.")


@router.get("/queue")
def adjudication_queue(
    service: ServiceDep, _: Annotated[Caller, scoped(Scope.ADJUDICATION_READ)], limit: Limit = 50
) -> QueueOut:
    """The queue, worth most first, among the least certain items."""
    bench = Bench(service.database, service.project, service.schema)
    with service.database.reading() as session:
        found = adjudication.waiting(session, service.opened.id, limit)
        ids = [item.id for item in found]
        ratings = annotation_log.ratings_of(session, ids)
        decided = adjudication.counts_of(session, ids)
        held = adjudication.held(session, service.now())
        total = adjudication.count_waiting(session, service.opened.id)
        causes = adjudication.causes(session, service.opened.id)
    rows = [
        WaitingRow(
            item=item.public_id,
            value=bench.value(item),
            risk=item.risk,
            ratings=sorted(ratings.get(item.id, []), key=str),  # in no order that tells who was first
            held=item.id in held,
            decided=decided.get(item.id, 0),
        )
        for item in found
    ]
    rows.sort(key=lambda row: -row.value)
    return QueueOut(waiting=total, items=rows, causes=_causes(causes))


def _causes(counts: list[tuple[str, str, int]]) -> list[CauseRow]:
    return [CauseRow(clause=clause, cause=cause, decisions=decisions) for clause, cause, decisions in counts]
