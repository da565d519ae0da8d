"""The rules that a project hands out by, read as one: its settings, its limits of exposure, its policy of control items."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import bindparam, select
from sqlmodel import Session, col

from annotator.domain.limits import Limits
from annotator.storage import projects, wellbeing
from annotator.storage.prepared import Prepared, read_only, whole
from annotator.storage.tables import Project
from annotator.storage.tables_exposure import Wellbeing
from annotator.storage.tables_quality import QualityPolicy


class Rules(NamedTuple):
    """What is in force in one transaction, to be read only; without a policy there are no control items."""

    project: Project
    limits: Limits
    policy: QualityPolicy | None


def of(session: Session, project: Project) -> Rules:
    """Return a project's rules; what the caller's process has opened with (the guideline version) stays the caller's."""
    limits, *row = _RULES.first(session, project=project.id)
    settings, policy = row[: len(_PROJECT)], row[len(_PROJECT) :]
    return Rules(
        projects.as_opened(project, settings),
        wellbeing.limits_from(limits),
        read_only(QualityPolicy, policy) if policy[0] is not None else None,
    )


_PROJECT: list[Any] = whole(Project)
_POLICY: list[Any] = whole(QualityPolicy)
_RULES = Prepared(
    select(col(Wellbeing.limits), *_PROJECT, *_POLICY)
    .select_from(Project)
    .outerjoin(Wellbeing, col(Wellbeing.project_id) == Project.id)
    .outerjoin(QualityPolicy, col(QualityPolicy.project_id) == Project.id)
    .where(col(Project.id) == bindparam("project"))
)
