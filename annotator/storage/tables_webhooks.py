"""Tables of what goes out: webhooks, with what has yet to get there, and decisions that are ground truth in Label Studio."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel

from annotator.domain.ids import new_id
from annotator.storage.types import UtcDateTime, partial_index


class WebhookEndpoint(SQLModel, table=True):
    """An address with the events it is told. Its secret is derived from `generation`, and stored nowhere."""

    __tablename__ = "webhook_endpoint"

    id: str = Field(default_factory=new_id, primary_key=True)
    project_id: str = Field(foreign_key="project.id", index=True)
    url: str
    events: list[str] = Field(sa_type=JSON)
    generation: int = 1
    rotated_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)
    delivered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    failures: int = 0  # in a row
    failing_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    paused_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class WebhookDelivery(SQLModel, table=True):
    """One event on its way to one endpoint; `dead_at` where it was given up."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (partial_index("dead_at IS NULL", "webhook_due", "due_at"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    endpoint_id: str = Field(foreign_key="webhook_endpoint.id", index=True)
    event: str
    body: str  # exactly the bytes that are signed and sent
    created_at: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime = Field(sa_type=UtcDateTime)
    tries: int = 0
    error: str | None = None
    dead_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class MirrorGold(SQLModel, table=True):
    """A decision that stands as ground truth in Label Studio, under one guideline version."""

    __tablename__ = "mirror_gold"

    adjudication_id: str = Field(foreign_key="adjudication.id", primary_key=True)
    guideline_version_id: str = Field(foreign_key="guideline_version.id", primary_key=True)
    ls_annotation_id: int
