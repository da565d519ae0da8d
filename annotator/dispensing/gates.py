"""What keeps a person out before any posting is chosen for them, and which kinds of posting they may be shown at all.

The limits of exposure are apart (`dispensing.wellbeing`): these gates are about who somebody is to the project, not about the hour.
"""

from __future__ import annotations

from sqlmodel import Session

from annotator.domain.leases import EmptyReason
from annotator.domain.roles import Role
from annotator.storage import guideline_life, onboarding, vetting
from annotator.storage.asker import Asker
from annotator.storage.known import Condition
from annotator.storage.tables import Project


def refusal(session: Session, project: Project, asker: Asker, role: str) -> EmptyReason | None:
    """Return why nothing is handed to this person in this project; None where nothing stands in the way here.

    The project is as it is in this transaction (`projects.current`).
    """
    if role != Role.VOLUNTEER:
        return EmptyReason.NOT_QUALIFIED
    if onboarding.next_step(session, asker.person_id) is not None:
        return EmptyReason.ONBOARDING
    if not (project.demonstration or guideline_life.standing(session, project.guideline_version_id).approved):
        return EmptyReason.NOT_APPROVED
    if asker.paused:
        return EmptyReason.PAUSED
    return EmptyReason.QUIZ if asker.quiz_due else None


def allowed(project: Project, asker: Asker) -> list[Condition]:
    """Return what every posting for this person must meet: a source that their checks, and the project, allow."""
    return [vetting.of_allowed_source(asker.passed), *guideline_life.allowed(project)]
