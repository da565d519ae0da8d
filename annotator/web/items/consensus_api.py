"""`GET /api/v1/consensus`: what the answers come to, item by item, as a soft label with its risk."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from annotator.domain.scopes import Scope
from annotator.storage import consensus, items
from annotator.web.frame import contract
from annotator.web.frame.paging import Cursor, Limit
from annotator.web.frame.security import Caller, scoped
from annotator.web.frame.service import ServiceDep

router = APIRouter(prefix="/api/v1", tags=["consensus"])


class ItemConsensusOut(BaseModel):
    item: str
    answers: int
    posterior: dict[str, float] = Field(description="Probability of each rating: a soft label.")
    risk: float = Field(description="Chance that the most probable rating is wrong.")
    indicators: dict[str, dict[str, float]] = Field(description="Probability of each state, as of the newest refit.")


class ConsensusOut(BaseModel):
    guideline: contract.GuidelineOut
    fit: str | None = Field(description="Id of the newest fit; null before the first.")
    method: str | None
    items: list[ItemConsensusOut]
    next: str | None = Field(description="Cursor of the next page; null on the last.")


@router.get("/consensus")
def get_consensus(
    service: ServiceDep,
    _: Annotated[Caller, scoped(Scope.CONSENSUS_READ)],
    cursor: Cursor = "",
    limit: Limit = 200,
) -> ConsensusOut:
    """Posterior of every answered item, in pages. Answers since the newest fit have moved single items."""
    schema = service.schema
    values = {spec.name: spec.values for spec in schema.labels}
    with service.database.reading() as session:
        fit = consensus.newest_fit(session, service.opened.id, schema.rating.name)
        found = items.with_posterior(session, service.opened.id, cursor, limit + 1)
    return ConsensusOut(
        guideline=contract.GuidelineOut(name=schema.name, version=schema.version, sha256=schema.sha256),
        fit=fit.id if fit is not None else None,
        method=fit.method if fit is not None else None,
        items=[
            ItemConsensusOut(
                item=item.public_id,
                answers=item.answered,
                posterior=dict(zip(schema.rating.values, item.posterior or (), strict=False)),
                risk=item.risk or 0.0,
                indicators={
                    name: dict(zip(values[name], shares, strict=False))
                    for name, shares in (item.indicators or {}).items()
                    if name in values
                },
            )
            for item in found[:limit]
        ],
        next=found[limit - 1].id if len(found) > limit else None,
    )
