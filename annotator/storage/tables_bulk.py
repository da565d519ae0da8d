"""Tables of bulk actions: what somebody did to many items at once, and what each of them was before, for taking it back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from annotator.domain.bulk import Action, Progress, Result
from annotator.domain.ids import new_id
from annotator.storage.types import UtcDateTime

_ACTIONS = ", ".join(f"'{action}'" for action in Action)
_PROGRESS = ", ".join(f"'{progress}'" for progress in Progress)
_RESULTS = ", ".join(f"'{result}'" for result in Result)


class BulkAction(SQLModel, table=True):
    """One thing done to many items. `key` makes a repeated request the same action."""

    __tablename__ = "bulk_action"
    __table_args__ = (
        UniqueConstraint("person_id", "key"),
        CheckConstraint(f"action IN ({_ACTIONS})", name="bulk_action_action"),
        CheckConstraint(f"progress IN ({_PROGRESS})", name="bulk_action_progress"),
        Index("bulk_action_project", "project_id", "id"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    project_id: str = Field(foreign_key="project.id")
    person_id: str = Field(foreign_key="person.id")
    key: str
    action: str
    chosen: dict[str, Any] = Field(sa_type=JSON)  # the search, or that items were chosen one by one
    total: int
    progress: str
    created_at: datetime = Field(sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    undone_by: str | None = Field(default=None, foreign_key="person.id")
    undone_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class BulkItem(SQLModel, table=True):
    """One item of a bulk action: what became of it, why not, and what it was before."""

    __tablename__ = "bulk_item"
    __table_args__ = (
        CheckConstraint(f"result IN ({_RESULTS})", name="bulk_item_result"),
        Index("bulk_item_result_item", "bulk_id", "result", "item_id"),
        Index("bulk_item_item", "item_id"),
    )

    bulk_id: str = Field(primary_key=True, foreign_key="bulk_action.id")
    item_id: str = Field(primary_key=True, foreign_key="item.id")
    result: str
    reason: str = ""
    before: dict[str, Any] | None = Field(default=None, sa_type=JSON)
