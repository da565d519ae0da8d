"""What is stuck, by cause: items that wait while nothing that is going on will move them; why, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlmodel import Session

from annotator.domain.items import ItemState
from annotator.insight.presence import PRESENT, Presence
from annotator.storage import guideline_life, stuck
from annotator.storage.stuck import Condition
from annotator.storage.tables import Project

OVERDUE = timedelta(hours=1)
UNDECIDED = timedelta(days=3)
UNCHECKED = timedelta(days=7)


class Cause(StrEnum):
    APPROVAL = "approval"
    NOBODY = "nobody"
    OVERDUE = "overdue"
    ADJUDICATION = "adjudication"
    QUARANTINE = "quarantine"


@dataclass(frozen=True, slots=True)
class Reason:
    """A cause in words: what it is, why items are in it, what to do, and the page where that is done."""

    title: str
    why: str
    mend: str
    page: str
    page_title: str


REASONS = {
    Cause.APPROVAL: Reason(
        "The guideline is not approved",
        "Nothing is handed out under a guideline version before both bodies have approved it.",
        "Record what the bodies said of the version.",
        "/coordinator/guideline",
        "Versions",
    ),
    Cause.NOBODY: Reason(
        "Nobody present can be given them",
        "Every volunteer who is present and may see this kind of posting has answered or skipped the item, or holds it now. "
        f"Present is who has answered or joined within {PRESENT.days} days, is qualified, has come in, and is not paused.",
        "Invite people, record the checks that their postings ask for, or end pauses.",
        "/coordinator/people",
        "People",
    ),
    Cause.OVERDUE: Reason(
        "Held past their time",
        "A lease ends by itself when its time is up; these ended more than an hour ago and still hold their slot. "
        "The worker, which gives slots back, is not running.",
        "Start the worker; `annotator up` does, and `annotator worker` runs one by itself.",
        "/healthz",
        "State of the parts",
    ),
    Cause.ADJUDICATION: Reason(
        "Waiting for an adjudicator for more than three days",
        "Their answers do not settle them, and nobody has decided.",
        "Decide on them at the bench, or invite an adjudicator.",
        "/coordinator/adjudication",
        "Adjudication",
    ),
    Cause.QUARANTINE: Reason(
        "In quarantine for more than a week",
        "The gate or a volunteer held them back, and two people have not decided on them yet.",
        "Re-check them together with somebody else.",
        "/coordinator/recheck",
        "Re-check",
    ),
}


@dataclass(frozen=True, slots=True)
class Stuck:
    """How many items are stuck for a cause."""

    cause: Cause
    count: int

    @property
    def reason(self) -> Reason:
        return REASONS[self.cause]


def read_stuck(session: Session, project: Project, presence: Presence, now: datetime) -> list[Stuck]:
    """Count what is stuck by cause, those without any left out; no item counts twice."""
    found = conditions(session, project, presence, now)
    counts = [Stuck(cause, stuck.count(session, project.id, condition)) for cause, condition in found.items()]
    return [one for one in counts if one.count]


def conditions(session: Session, project: Project, presence: Presence, now: datetime) -> dict[Cause, Condition]:
    """Return what holds of the items of each cause."""
    late = stuck.overdue(now - OVERDUE)
    if guideline_life.may_be_used(session, project.id, project.guideline_version_id):
        waiting = {Cause.NOBODY: stuck.nobody(project.id, presence.able) & ~late}
    else:
        waiting = {Cause.APPROVAL: stuck.OPEN & ~late}
    return {
        **waiting,
        Cause.OVERDUE: late,
        Cause.ADJUDICATION: stuck.since(ItemState.ADJUDICATING, now - UNDECIDED),
        Cause.QUARANTINE: stuck.since(ItemState.QUARANTINED, now - UNCHECKED),
    }
