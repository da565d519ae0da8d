"""Tables of active learning: the registry of models, and what the one in use says of each item.

Nothing here is ever shown to a volunteer: a suggestion seen before the first answer would be no second opinion.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from annotator.domain.ids import new_id
from annotator.storage.types import UtcDateTime, partial_index


class ModelVersion(SQLModel, table=True):
    """One training: what it was trained on, what it came to, and whether it is the one in use."""

    __tablename__ = "model_version"
    __table_args__ = (
        UniqueConstraint("project_id", "version"),
        partial_index("active", "model_version_active", "project_id", unique=True),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    project_id: str = Field(foreign_key="project.id")
    version: int  # 1, 2, 3 … within the project
    created_at: datetime = Field(sa_type=UtcDateTime)
    label: str
    features: str  # version of the features, as the feature store names it
    data_sha256: str  # of the answers and items trained on
    n_answers: int  # answers of the project when it was trained, those that cannot tell included
    n_labelled: int
    n_items: int
    metrics: dict[str, Any] = Field(sa_type=JSON)  # out of fold
    curve: list[list[float]] = Field(
        sa_type=JSON
    )  # of the newest look of the lift meter: labels, AUC chosen, AUC random
    looks: int  # of the lift meter, this version's included
    lift_proven: bool
    lift_reason: str
    share: float  # of the picks that the audit leaves, how many the model may order
    usable: bool  # whether its probability may stand as an item's prior
    parameters: bytes | None = Field(default=None, sa_type=LargeBinary)  # of the version in use only
    active: bool


class Prediction(SQLModel, table=True):
    """A model's probability of each value of the rating; from models that have not seen the item where it is labelled."""

    item_id: str = Field(primary_key=True, foreign_key="item.id")
    model_id: str = Field(foreign_key="model_version.id", index=True)
    probability: list[float] = Field(sa_type=JSON)
    mirrored: bool = Field(default=False, index=True)  # whether Label Studio has it
