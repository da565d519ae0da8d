"""The parts behind the pages: the outbox is behind, Label Studio is away, the guideline is not approved, the worker is silent."""

from __future__ import annotations

from datetime import datetime, timedelta

from annotator.domain.alerts import Finding, Rule
from annotator.domain.words import Words, worded
from annotator.storage.outbox import OutboxState

OUTBOX_LATE = timedelta(minutes=15)
STUDIO_LATE = timedelta(minutes=10)
WORKER_LATE = timedelta(minutes=5)
_BEHIND_THE_PAGES = ((worded("Behind the pages"), "/coordinator#parts"),)


def outbox_behind(state: OutboxState, now: datetime) -> list[Finding]:
    """Return a finding where the oldest answer has waited long."""
    if state.oldest is None or now - state.oldest < OUTBOX_LATE:
        return []
    values = {"count": state.waiting, "time": _span(now - state.oldest), "failing": state.failing}
    if state.waiting == 1:
        seen = worded("{count} answer waits to be mirrored, for {time}; tries that failed: {failing}.", **values)
    else:
        seen = worded(
            "{count} answers wait to be mirrored, the oldest for {time}; {failing} of them after a failed try.",
            **values,
        )
    numbers = {"waiting": state.waiting, "failing": state.failing}
    return [
        Finding(
            Rule.OUTBOX_BEHIND,
            "",
            worded("The outbox is behind"),
            (seen,),
            state.oldest,
            numbers,
            links=_BEHIND_THE_PAGES,
        )
    ]


def studio_away(state: str, since: datetime | None, now: datetime) -> list[Finding]:
    """Return a finding where Label Studio has not been well for a while: in such a state, since then."""
    if since is None or now - since < STUDIO_LATE:
        return []
    seen = worded("Label Studio is {state}, for {time}.", state=Words(state), time=_span(now - since))
    return [Finding(Rule.STUDIO_AWAY, "", worded("Label Studio is away"), (seen,), since, links=_BEHIND_THE_PAGES)]


def not_approved(*, usable: bool, version: str, now: datetime) -> list[Finding]:
    """Return a finding where the version in use is not approved."""
    if usable:
        return []
    seen = worded("Guideline {version} is in use and not approved, so nothing is handed out.", version=version)
    links = ((worded("Versions"), "/coordinator/guideline"),)
    return [Finding(Rule.NOT_APPROVED, "", worded("The guideline is not approved"), (seen,), now, links=links)]


def worker_silent(at: datetime | None, now: datetime) -> list[Finding]:
    """Return a finding where the worker was seen once, and not lately."""
    if at is None or now - at < WORKER_LATE:
        return []
    seen = worded("The worker was last seen {time} ago.", time=_span(now - at))
    return [Finding(Rule.WORKER_SILENT, "", worded("The worker is silent"), (seen,), at, links=_BEHIND_THE_PAGES)]


def _span(time: timedelta) -> Words:
    minutes = int(time.total_seconds() // 60)
    return worded("{count} minutes", count=minutes) if minutes < 120 else worded("{count} hours", count=minutes // 60)
