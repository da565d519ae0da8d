"""The table of alerts: one row from opening to closing; of one rule and subject only one is open at a time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index
from sqlmodel import Field, SQLModel

from annotator.domain.alerts import AlertState
from annotator.domain.ids import new_id
from annotator.storage.types import UtcDateTime, partial_index

_STATES = ", ".join(f"'{state}'" for state in AlertState)


class Alert(SQLModel, table=True):
    """What was seen, as it was told; brought up to date while it stands, and kept as it was when it closed."""

    __table_args__ = (
        CheckConstraint(f"state IN ({_STATES})", name="alert_state"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="alert_closed"),
        partial_index("closed_at IS NULL", "alert_one_standing", "project_id", "rule", "subject", unique=True),
        Index("alert_opened", "project_id", "opened_at"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    project_id: str = Field(foreign_key="project.id")
    rule: str
    subject: str
    state: str
    title: str
    seen: str
    parts: dict[str, Any] = Field(
        default_factory=dict, sa_type=JSON
    )  # the same as `Words`; empty before there were any
    numbers: dict[str, Any] = Field(sa_type=JSON)
    items: list[str] = Field(sa_type=JSON)  # public ids, the most telling first
    links: list[list[str]] = Field(sa_type=JSON)  # title and address
    person_id: str | None = Field(default=None, foreign_key="person.id")  # whom it is about, if anybody
    since: datetime = Field(sa_type=UtcDateTime)
    opened_at: datetime = Field(sa_type=UtcDateTime)
    seen_at: datetime = Field(sa_type=UtcDateTime)
    acknowledged_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    acknowledged_by: str | None = Field(default=None, foreign_key="person.id")
    note: str = ""
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
