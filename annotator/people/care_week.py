"""The week's wellbeing in sums, as the desk shows it. It is read when asked for and kept nowhere."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from annotator.domain.exposure_week import WEEK, WeekOfCare, last_whole_week, sum_up
from annotator.storage import exposure, wellbeing, work


def read_week(session: Session, project_id: str, now: datetime) -> WeekOfCare:
    """Sum up the newest week that is over."""
    start = last_whole_week(now)
    span = (session, start, start + WEEK)
    return sum_up(
        start,
        exposure.ledgers_between(*span),
        work.skipped_between(*span),
        work.answered_between(*span),
        wellbeing.limits_of(session, project_id),
    )
