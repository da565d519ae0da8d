"""Tables of releases: what was built, who approved it. The data lie in files."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from annotator.domain.ids import new_id
from annotator.storage.types import UtcDateTime


class Release(SQLModel, table=True):
    """One built version. `digest` is the SHA-256 of its list of checksums: what people approve is exactly those bytes."""

    __table_args__ = (
        UniqueConstraint("project_id", "version"),
        CheckConstraint("(published_at IS NULL) = (expires_at IS NULL)", name="release_expires"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    project_id: str = Field(foreign_key="project.id")
    name: str
    version: str
    folder: str  # of `release/`, `apart/` and `snapshot/`
    digest: str
    apart_digest: str
    snapshot_digest: str
    rows: dict[str, Any] = Field(sa_type=JSON)  # split → table → rows
    built_by: str  # a pseudonymous person id, or the part of the service
    built_at: datetime = Field(sa_type=UtcDateTime)
    published_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ReleaseApproval(SQLModel, table=True):
    """One person's approval; the database holds that nobody counts twice."""

    __tablename__ = "release_approval"
    __table_args__ = (UniqueConstraint("release_id", "person_id"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    release_id: str = Field(foreign_key="release.id")
    person_id: str = Field(foreign_key="person.id")
    at: datetime = Field(sa_type=UtcDateTime)
