"""The rules that a project hands out by, read as one: its settings, its limits of exposure, its policy of control items, where the
model in use stands, and whether anything was raised before all else.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, exists, select
from sqlmodel import Session, col

from annotator.domain.limits import Limits
from annotator.storage import candidates, learning, projects, wellbeing
from annotator.storage.learning import Standing
from annotator.storage.prepared import Prepared, read_only, whole
from annotator.storage.tables import Item, Project
from annotator.storage.tables_exposure import Wellbeing
from annotator.storage.tables_learning import ModelVersion
from annotator.storage.tables_quality import QualityPolicy


class Rules(NamedTuple):
    """What is in force in one transaction, to be read only; without a policy there are no control items, without a `standing` no
    model is in use. `raised`: some item with an open slot comes before all others, for somebody.
    """

    project: Project
    limits: Limits
    policy: QualityPolicy | None
    standing: Standing | None
    raised: bool


def of(session: Session, project: Project) -> Rules:
    """Return a project's rules; what the caller's process has opened with (the guideline version) stays the caller's."""
    limits, raised, *row = _RULES.first(session, project=project.id)
    settings, policy, standing = (row[part] for part in _PARTS)
    return Rules(
        projects.as_opened(project, settings),
        wellbeing.limits_from(limits),
        read_only(QualityPolicy, policy) if policy[0] is not None else None,
        learning.standing_from(*standing) if standing[0] is not None else None,
        bool(raised),
    )


_PROJECT: list[Any] = whole(Project)
_POLICY: list[Any] = whole(QualityPolicy)
_PARTS = (
    slice(len(_PROJECT)),
    slice(len(_PROJECT), len(_PROJECT) + len(_POLICY)),
    slice(len(_PROJECT) + len(_POLICY), None),
)
_RAISED = exists().where(
    col(Item.project_id) == Project.id, candidates.HAS_SLOT, candidates.at_precedence(candidates.RAISED)
)
_RULES = Prepared(
    select(col(Wellbeing.limits), _RAISED, *_PROJECT, *_POLICY, *learning.STANDING)
    .select_from(Project)
    .outerjoin(Wellbeing, col(Wellbeing.project_id) == Project.id)
    .outerjoin(QualityPolicy, col(QualityPolicy.project_id) == Project.id)
    .outerjoin(ModelVersion, and_(col(ModelVersion.project_id) == Project.id, col(ModelVersion.active)))
    .where(col(Project.id) == bindparam("project"))
)
