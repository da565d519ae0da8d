"""Tables of the consensus: what each fit learned, and what it knows of each person. Nothing of anybody's wellbeing comes here."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlmodel import Field, SQLModel

from annotator.domain.ids import new_id
from annotator.storage.types import UtcDateTime


class ConsensusFit(SQLModel, table=True):
    """One fit of one label (the rating, or an indicator). `model` is what the posterior of one more answer needs."""

    __tablename__ = "consensus_fit"
    __table_args__ = (Index("consensus_fit_newest", "project_id", "label", "id"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    project_id: str = Field(foreign_key="project.id")
    label: str
    method: str
    fitted_at: datetime = Field(sa_type=UtcDateTime)
    n_answers: int  # answers of the project when it was fitted, those that cannot tell included
    n_labels: int
    n_items: int
    n_people: int
    converged: bool
    log_likelihood: float
    model: dict[str, Any] = Field(sa_type=JSON)


class Skill(SQLModel, table=True):
    """A person's confusion matrix `[true, observed]` for one label of a project, with a summary that may be shown."""

    person_id: str = Field(primary_key=True, foreign_key="person.id")
    project_id: str = Field(primary_key=True, foreign_key="project.id")
    label: str = Field(primary_key=True)
    fit_id: str = Field(foreign_key="consensus_fit.id")
    confusion: list[list[float]] = Field(sa_type=JSON)
    weight: list[float] | None = Field(default=None, sa_type=JSON)  # of each row of the matrix, in answers
    effective_n: float
    accuracy: float  # expected over the prevalence of the classes
    low: float
    high: float
