"""Tables of adjudication: who has an item on the bench, what was decided, and how many people a decision takes.

A decision stands beside the answers it is about, never over them. One that was reopened keeps its row, with `superseded_at`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from annotator.domain.adjudication import Cause
from annotator.domain.ids import new_id
from annotator.storage.types import UtcDateTime, partial_index

_CAUSES = ", ".join(f"'{cause}'" for cause in Cause)
_STANDS = "superseded_at IS NULL"
_GOLD = "settles AND superseded_at IS NULL"


class AdjudicationHold(SQLModel, table=True):
    """An item on somebody's bench: one a person, and one person an item."""

    __tablename__ = "adjudication_hold"

    person_id: str = Field(primary_key=True, foreign_key="person.id")
    item_id: str = Field(foreign_key="item.id", unique=True)
    expires_at: datetime = Field(sa_type=UtcDateTime)


class Adjudication(SQLModel, table=True):
    """One adjudicator's decision on one item; the one that `settles` it is its gold."""

    __table_args__ = (
        UniqueConstraint("person_id", "key"),
        CheckConstraint(f"cause IN ({_CAUSES})", name="adjudication_cause"),
        partial_index(_STANDS, "adjudication_once", "item_id", "person_id", unique=True),
        partial_index(_GOLD, "adjudication_gold", "item_id", unique=True),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    item_id: str = Field(foreign_key="item.id", index=True)
    person_id: str = Field(foreign_key="person.id")
    guideline_version_id: str = Field(foreign_key="guideline_version.id")
    key: str
    result: list[dict[str, Any]] = Field(sa_type=JSON)
    answer: dict[str, Any] = Field(sa_type=JSON)
    labels: dict[str, str | None] = Field(sa_type=JSON)
    rating: str | None = None
    cannot_tell: bool = False
    cause: str
    clause: str = ""
    note: str = ""
    started_from: str | None = Field(default=None, foreign_key="annotation.id", index=True)
    settles: bool = False
    created_at: datetime = Field(sa_type=UtcDateTime)
    superseded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class AdjudicationPolicy(SQLModel, table=True):
    """A project's own rule; without a row, items that anybody rated with the highest value take two people."""

    __tablename__ = "adjudication_policy"

    project_id: str = Field(primary_key=True, foreign_key="project.id")
    two_from: str | None = None  # the rating from which two adjudicators decide; None: one always does
