"""The life of a lease: `live → answered | skipped | expired | released`; an expired or released one may live again, a skipped one by an undo."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum


class LeaseState(StrEnum):
    LIVE = "live"
    ANSWERED = "answered"
    SKIPPED = "skipped"  # the volunteer would rather not; never offered to them again, unless they take it back at once
    EXPIRED = "expired"  # time ran out; offered again when nothing fresh is left
    RELEASED = "released"  # the volunteer left, or the item was taken away; as expired


class EmptyReason(StrEnum):
    """Why there is nothing to label right now."""

    ONBOARDING = "onboarding"  # something is left to read, agree to or choose first
    NOT_APPROVED = "not_approved"  # the guideline has not been approved yet
    QUIZ = "quiz"  # the guideline has changed: a few questions on what is new come first
    NOT_QUALIFIED = "not_qualified"
    TRAINED = "trained"  # training only: every card is done
    PAUSED = "paused"
    NONE = "none"  # no item is ready for anybody
    HELD = "held"  # others hold what is left for you; it may come back
    DONE = "done"  # you have seen all that still needs answers
    BREAK = "break"  # limits of exposure, from here on: a short break is due
    SESSION_OVER = "session_over"
    DAY_OVER = "day_over"
    WEEK_OVER = "week_over"
    QUIET_HOURS = "quiet_hours"


UNDO = timedelta(minutes=5)
"""For so long a skip, or a flag that shuts nothing away, can be taken back by whoever made it."""
