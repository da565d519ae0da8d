"""Queries of projects and the guideline versions they use."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from annotator.domain.errors import ConfigError
from annotator.domain.overlap import Bounds
from annotator.domain.schema import Schema
from annotator.storage import audit
from annotator.storage.prepared import Prepared, read_only, whole
from annotator.storage.tables import GuidelineVersion, Project


def guideline_version(session: Session, at: datetime, schema: Schema) -> GuidelineVersion:
    """Return the stored version of a guideline, adding it when new.

    Raises:
        ConfigError: the version is stored with another hash; answers already refer to what it said then.
    """
    known = session.exec(
        select(GuidelineVersion).where(GuidelineVersion.name == schema.name, GuidelineVersion.version == schema.version)
    ).first()
    if known is None:
        known = GuidelineVersion(name=schema.name, version=schema.version, sha256=schema.sha256, created_at=at)
        session.add(known)
        session.flush()
    elif known.sha256 != schema.sha256:
        raise ConfigError(
            f"Guideline {schema.name} {schema.version} has changed since it was first used.",
            mend="Restore its files, or put the change into a new version folder.",
        )
    return known


def ensure_project(session: Session, at: datetime, project: Project) -> Project:
    """Return the project of that name, adding it when new."""
    known = session.exec(select(Project).where(Project.name == project.name)).first()
    if known is not None:
        return known
    session.add(project)
    session.flush()
    audit.record(session, at, audit.SERVICE, "project.created", project.id, overlap=project.overlap)
    return project


def version_in_use(session: Session, name: str) -> str | None:
    """Return the guideline version that the project of that name uses; None where there is no project yet."""
    statement = select(GuidelineVersion.version).join(Project, col(Project.guideline_version_id) == GuidelineVersion.id)
    return session.exec(statement.where(Project.name == name)).first()


def current(session: Session, project: Project) -> Project:
    """Return the project with its settings as they are in this transaction; what a process has opened with (the guideline
    version) stays the caller's until the next start.
    """
    return as_opened(project, _CURRENT.first(session, project=project.id))


def as_opened(project: Project, row: Sequence[Any]) -> Project:
    """Return a project of the values of its row (`whole`), with the guideline version that the caller's process has opened."""
    now = dict(zip(Project.model_fields, row, strict=True)) | {"guideline_version_id": project.guideline_version_id}
    return read_only(Project, tuple(now.values()))


def find(session: Session, name: str) -> Project | None:
    """Return the project of that name; None where there is none yet."""
    return session.exec(select(Project).where(Project.name == name)).first()


def bounds(project: Project) -> Bounds:
    """Return between which numbers of people the project's items are settled."""
    return Bounds(project.overlap, max(project.overlap, project.max_overlap), project.risk_threshold)


_CURRENT = Prepared(select(*whole(Project)).where(Project.id == bindparam("project")))
