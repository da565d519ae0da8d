"""Tables of what came from other tools: answers that wait with a quarantined text, which texts have come before,
and which imports were withdrawn.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field, SQLModel

from annotator.domain.ids import new_id
from annotator.storage.types import UtcDateTime


class ImportedText(SQLModel, table=True):
    """A text as it came, by a keyed hash, and the item that it became: the same text never becomes two."""

    __tablename__ = "imported_text"
    __table_args__ = (UniqueConstraint("project_id", "digest"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    project_id: str = Field(foreign_key="project.id")
    item_id: str = Field(foreign_key="item.id", index=True)
    digest: str


class ImportedAnswer(SQLModel, table=True):
    """An answer whose text is in quarantine. It holds offsets and no words of the text; when the item is released it becomes
    an annotation, and when the item is destroyed it goes with it.
    """

    __tablename__ = "imported_answer"
    __table_args__ = (UniqueConstraint("item_id", "person_id"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    item_id: str = Field(foreign_key="item.id")
    person_id: str = Field(foreign_key="person.id", index=True)
    guideline_version_id: str = Field(foreign_key="guideline_version.id")
    origin: str
    result: list[dict[str, Any]] = Field(sa_type=JSON)
    answer: dict[str, Any] = Field(sa_type=JSON)
    labels: dict[str, str | None] = Field(sa_type=JSON)
    rating: str | None = None
    cannot_tell: bool = False
    lead_time: float
    given_at: datetime = Field(sa_type=UtcDateTime)


class WithdrawnImport(SQLModel, table=True):
    """An import whose answers are to go; the row stays when they have gone."""

    __tablename__ = "withdrawn_import"

    origin: str = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
