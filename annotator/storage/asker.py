"""Somebody who asks for an item, read as one: what stands in their way in a project, what they may or would not be shown, what they hold."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import and_, bindparam, select
from sqlmodel import Session, col

from annotator.domain.vetting import VettingStep
from annotator.storage import leases
from annotator.storage.leases import Holding
from annotator.storage.prepared import Prepared
from annotator.storage.tables import Lease, Person, Project
from annotator.storage.tables_exposure import Preference
from annotator.storage.tables_people import CoordinatorPause, GuidelineActivation, QuizPass, Vetting


class Asker(NamedTuple):
    """`paused` by a coordinator; `quiz_due` where the guideline brought something new that they have not shown to have read;
    `opt_outs` are codes of indicators that they would rather not see; `passed` are the checks of them that stand; `holding` is
    the lease that they hold now, expired or not.
    """

    person_id: str
    paused: bool
    quiz_due: bool
    opt_outs: frozenset[str]
    passed: frozenset[VettingStep]
    holding: Holding | None


def of(session: Session, project: Project, person_id: str) -> Asker:
    """Return how somebody stands in a project, under the guideline version that the caller's process has opened."""
    rows = _ASKER.rows(session, person=person_id, project=project.id, version=project.guideline_version_id)
    pause, opt_outs, questions, quiz_passed, _, *held = rows[0]  # of the newest activation, the only one that asks
    return Asker(
        person_id,
        paused=pause is not None,
        quiz_due=bool(questions) and quiz_passed is None,
        opt_outs=frozenset(opt_outs or ()),
        passed=frozenset(VettingStep(row[4]) for row in rows if row[4] is not None),
        holding=Holding(*held) if held[0] is not None else None,
    )


_ASKER = Prepared(
    select(
        col(CoordinatorPause.id),
        col(Preference.opt_outs),
        col(GuidelineActivation.questions),
        col(QuizPass.at),
        col(Vetting.step),
        *leases.HOLDING,
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
    .outerjoin(Lease, and_(col(Lease.person_id) == Person.id, leases.IS_LIVE))
    .outerjoin(Vetting, and_(col(Vetting.person_id) == Person.id, col(Vetting.undone_at).is_(None)))
    .where(col(Person.id) == bindparam("person"))
    .order_by(col(GuidelineActivation.id).desc())
)
