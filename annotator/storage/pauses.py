"""Every pause of a person in one list, whoever set it: a coordinator, or the service until somebody has decided.

Setting and ending them is in `vetting` and in `annotator.quality.decisions`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from annotator.domain.quality import PauseDecision
from annotator.storage import quality, vetting


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause: when it began, what a person said of its beginning and of its end. `proposed` are those that the service began.

    `decided_at` without `ended_at` is a proposal that a person has confirmed.
    """

    at: datetime
    proposed: bool
    reason: str
    decided_at: datetime | None
    ended_at: datetime | None
    end_reason: str


def of_person(session: Session, person_id: str) -> list[Pause]:
    """Return what a person's pauses were and are, the oldest first; one that a coordinator set and has not ended is left out."""
    found = [
        Pause(row.at, False, row.reason, row.at, row.resumed_at, row.resume_reason or "")
        for row in vetting.pause_history(session, person_id)
    ]
    for row in quality.pauses_of(session, person_id):
        ended_at = row.decided_at if row.decision == PauseDecision.RESUME else None
        said = row.reason or ""
        found.append(Pause(row.opened_at, True, "" if ended_at else said, row.decided_at, ended_at, said))
    return sorted(found, key=lambda pause: (pause.at, not pause.proposed))
