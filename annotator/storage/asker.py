"""Somebody who asks for an item, read as one: what stands in their way in a project, and what they may or would not be shown."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import and_, bindparam, select
from sqlmodel import Session, col

from annotator.domain.vetting import VettingStep
from annotator.storage.prepared import Prepared
from annotator.storage.tables import Person, Project
from annotator.storage.tables_exposure import Preference
from annotator.storage.tables_people import CoordinatorPause, GuidelineActivation, QuizPass, Vetting


class Asker(NamedTuple):
    """`paused` by a coordinator; `quiz_due` where the guideline brought something new that they have not shown to have read;
    `opt_outs` are codes of indicators that they would rather not see; `passed` are the checks of them that stand.
    """

    person_id: str
    paused: bool
    quiz_due: bool
    opt_outs: frozenset[str]
    passed: frozenset[VettingStep]


def of(session: Session, project: Project, person_id: str) -> Asker:
    """Return how somebody stands in a project, under the guideline version that the caller's process has opened."""
    rows = _ASKER.rows(session, person=person_id, project=project.id, version=project.guideline_version_id)
    pause, opt_outs, questions, quiz_passed, _ = rows[0]  # of the newest activation, the only one that asks
    steps = frozenset(VettingStep(row[-1]) for row in rows if row[-1] is not None)
    return Asker(
        person_id, pause is not None, bool(questions) and quiz_passed is None, frozenset(opt_outs or ()), steps
    )


_ASKER = Prepared(
    select(
        col(CoordinatorPause.id),
        col(Preference.opt_outs),
        col(GuidelineActivation.questions),
        col(QuizPass.at),
        col(Vetting.step),
    )
    .select_from(Person)
    .outerjoin(
        CoordinatorPause, and_(col(CoordinatorPause.person_id) == Person.id, col(CoordinatorPause.resumed_at).is_(None))
    )
    .outerjoin(Preference, col(Preference.person_id) == Person.id)
    .outerjoin(
        GuidelineActivation,
        and_(
            col(GuidelineActivation.project_id) == bindparam("project"),
            col(GuidelineActivation.guideline_version_id) == bindparam("version"),
        ),
    )
    .outerjoin(
        QuizPass,
        and_(
            col(QuizPass.person_id) == Person.id,
            col(QuizPass.guideline_version_id) == GuidelineActivation.guideline_version_id,
        ),
    )
    .outerjoin(Vetting, and_(col(Vetting.person_id) == Person.id, col(Vetting.undone_at).is_(None)))
    .where(col(Person.id) == bindparam("person"))
    .order_by(col(GuidelineActivation.id).desc())
)
