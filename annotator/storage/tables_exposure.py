"""Tables of wellbeing: the exposure ledger, a project's limits, people's time zones and preferences.

Nothing here names an item, an answer or a lease, and nothing that scores or exports reads it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, Index
from sqlmodel import Field, SQLModel

from annotator.storage.types import SERIAL, UtcDateTime, partial_index


class Exposure(SQLModel, table=True):
    """Active time of one person. `ended_at` is the latest it can end while `open`, and when it ended afterwards."""

    __table_args__ = (
        CheckConstraint("ended_at >= started_at", name="exposure_forwards"),
        Index("exposure_person_ended", "person_id", "ended_at"),
        partial_index("open", "exposure_one_open", "person_id", unique=True),
    )

    id: int | None = Field(default=None, sa_column=Column(SERIAL, primary_key=True, autoincrement=True))
    person_id: str = Field(foreign_key="person.id")
    started_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime = Field(sa_type=UtcDateTime)
    open: bool
    high_concern: bool | None = None  # None: nobody knows


class Wellbeing(SQLModel, table=True):
    """What a project has set; one that has no row has the precautionary limits."""

    project_id: str = Field(primary_key=True, foreign_key="project.id")
    limits: dict[str, Any] = Field(sa_type=JSON)
    welfare_contact: str


class ZoneChoice(SQLModel, table=True):
    """From `since` on, the clock of a person, or of a project's people who have not chosen."""

    __tablename__ = "zone_choice"
    __table_args__ = (Index("zone_choice_subject", "subject", "id"),)

    id: int | None = Field(default=None, sa_column=Column(SERIAL, primary_key=True, autoincrement=True))
    subject: str  # a person id or a project id
    zone: str
    since: datetime = Field(sa_type=UtcDateTime)


class Preference(SQLModel, table=True):
    """What a person would rather not see, and where they look for support."""

    person_id: str = Field(primary_key=True, foreign_key="person.id")
    opt_outs: list[str] = Field(sa_type=JSON)
    region: str
