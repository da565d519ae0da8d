"""`GET /api/v1/learning`: the pool, the model in use and its lift, what is left to do, and what the audit slice tells."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from active_learning.audit import Estimate
from annotator.domain.scopes import Scope
from annotator.learning.standing import Left, read_pool
from annotator.storage import learning
from annotator.storage.tables_learning import ModelVersion
from annotator.web.frame import contract
from annotator.web.frame.security import Caller, scoped
from annotator.web.frame.service import ServiceDep

router = APIRouter(prefix="/api/v1", tags=["learning"])

_VERSIONS = 50


class EstimateOut(BaseModel):
    """A share from the audit slice; `value` is null while nothing of it is answered."""

    value: float | None
    low: float
    high: float
    n: int


class LeftOut(BaseModel):
    judgements: float
    low: float
    high: float
    confidence: float = Field(description="Share of the plays that the interval holds.")
    certain: float = Field(description="Expected share of the open items that end certain; the rest is adjudicated.")
    at: datetime


class VersionOut(BaseModel):
    version: int
    created_at: datetime
    features: str
    data_sha256: str
    n_labelled: int
    n_items: int
    metrics: dict[str, Any] = Field(description="Out of fold: of each item by models that have not seen its campaign.")
    lift_proven: bool
    lift_reason: str
    curve: list[list[float]] = Field(
        description="Labels, AUC with chosen items, AUC with random ones; the newest look."
    )
    prior_of_consensus: bool
    active: bool


class LearningOut(BaseModel):
    guideline: contract.GuidelineOut
    states: dict[str, int]
    open: int
    order: str = Field(description="Who orders the pool: `model` or `chance`.", examples=["chance"])
    reason: str
    audit_share: float
    left: LeftOut | None
    audited: int = Field(description="Answered items of the audit slice.")
    prevalence: dict[str, EstimateOut]
    model_accuracy: EstimateOut | None
    versions: list[VersionOut] = Field(description="Newest first.")


@router.get("/learning")
def get_learning(service: ServiceDep, _: Annotated[Caller, scoped(Scope.LEARNING_READ)]) -> LearningOut:
    """How active learning stands. No item is named here, and nothing of it ever reaches a volunteer."""
    schema = service.schema
    found = read_pool(service.database, service.project, schema, n_waiting=0)
    with service.database.reading() as session:
        versions = learning.versions(session, service.opened.id, _VERSIONS)
    return LearningOut(
        guideline=contract.GuidelineOut(name=schema.name, version=schema.version, sha256=schema.sha256),
        states={state.value: count for state, count in found.states.items()},
        open=found.open,
        order="model" if found.model_orders else "chance",
        reason=found.reason,
        audit_share=service.project.audit_share,
        left=_left(found.left),
        audited=found.audited,
        prevalence={value: _estimate(one) for value, one in found.prevalence.items()},
        model_accuracy=_estimate(found.accuracy) if found.accuracy is not None else None,
        versions=[_version(one) for one in versions],
    )


def _left(left: Left | None) -> LeftOut | None:
    if left is None:
        return None
    return LeftOut(
        judgements=left.judgements,
        low=left.low,
        high=left.high,
        confidence=left.confidence,
        certain=left.certain,
        at=left.at,
    )


def _estimate(one: Estimate) -> EstimateOut:
    return EstimateOut(value=one.value if one.n else None, low=one.low, high=one.high, n=one.n)


def _version(one: ModelVersion) -> VersionOut:
    return VersionOut(prior_of_consensus=one.usable, **one.model_dump(exclude={"usable", "parameters"}))
