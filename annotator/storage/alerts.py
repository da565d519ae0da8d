"""Queries of alerts: bringing what stands into step with what is seen now, taking note of one, the history."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from annotator.domain.alerts import AlertState, Finding
from annotator.domain.errors import ConflictError, InputError, NotFoundError
from annotator.domain.words import in_english
from annotator.storage import audit
from annotator.storage.tables_alerts import Alert

LONGEST = 1000
"""Characters of a note."""


def reconcile(session: Session, project_id: str, findings: Iterable[Finding], now: datetime) -> list[Alert]:
    """Open what is new, bring what stands up to date, close what is seen no more; return what was opened."""
    standing = {(alert.rule, alert.subject): alert for alert in open_alerts(session, project_id)}
    opened = []
    for finding in findings:
        alert = standing.pop((finding.rule.value, finding.subject), None)
        if alert is None:
            alert = _opened(project_id, finding, now)
            opened.append(alert)
            audit.record(session, now, audit.SERVICE, "alert.opened", alert.id, rule=alert.rule, about=alert.subject)
        _tell(alert, finding, now)
        session.add(alert)
    for alert in standing.values():
        alert.state, alert.closed_at = AlertState.CLOSED.value, now
        session.add(alert)
        audit.record(session, now, audit.SERVICE, "alert.closed", alert.id, rule=alert.rule)
    session.flush()
    return opened


def acknowledge(session: Session, alert_id: str, actor: str, note: str, now: datetime) -> Alert:
    """Say that somebody has taken an alert on, and what they think of it; the newest word stands, each is in the audit log.

    Raises:
        NotFoundError: there is no such alert.
        ConflictError: it has closed.
        InputError: the note is too long.
    """
    note = note.strip()
    if len(note) > LONGEST:
        raise InputError(f"Write at most {LONGEST} characters.", where="note")
    alert = session.get(Alert, alert_id, with_for_update=True)
    if alert is None:
        raise NotFoundError("There is no such alert.")
    if alert.closed_at is not None:
        raise ConflictError("This alert has closed itself.", mend="Nothing is left to do.")
    alert.state, alert.note = AlertState.ACKNOWLEDGED.value, note
    alert.acknowledged_at, alert.acknowledged_by = now, actor
    session.add(alert)
    audit.record(session, now, actor, "alert.acknowledged", alert.id, noted=bool(note))
    return alert


def open_alerts(session: Session, project_id: str) -> list[Alert]:
    """Return what stands, oldest first."""
    statement = select(Alert).where(Alert.project_id == project_id, col(Alert.closed_at).is_(None))
    return list(session.exec(statement.order_by(col(Alert.opened_at), col(Alert.id))))


def history(session: Session, project_id: str, limit: int, after: str = "") -> Sequence[Alert]:
    """Return alerts, the newest first, behind a cursor: the id of the last one seen."""
    statement = select(Alert).where(Alert.project_id == project_id)
    if after:
        statement = statement.where(Alert.id < after)
    return session.exec(statement.order_by(col(Alert.id).desc()).limit(limit)).all()


def by_id(session: Session, project_id: str, alert_id: str) -> Alert:
    """Return an alert. Raises `NotFoundError` where there is none of that id."""
    alert = session.get(Alert, alert_id)
    if alert is None or alert.project_id != project_id:
        raise NotFoundError("There is no such alert.")
    return alert


def _opened(project_id: str, finding: Finding, now: datetime) -> Alert:
    return Alert(
        project_id=project_id,
        rule=finding.rule.value,
        subject=finding.subject,
        state=AlertState.OPEN.value,
        title="",
        seen="",
        person_id=finding.person_id,
        numbers={},
        items=[],
        links=[],
        since=finding.since,
        opened_at=now,
        seen_at=now,
    )


def _tell(alert: Alert, finding: Finding, now: datetime) -> None:
    alert.title, alert.seen = str(finding.title), in_english(finding.seen)
    alert.parts = {
        "title": finding.title.to_json(),
        "seen": [sentence.to_json() for sentence in finding.seen],
        "links": [title.to_json() for title, _ in finding.links],
    }
    alert.since, alert.seen_at = finding.since, now
    alert.numbers, alert.items = dict(finding.numbers), list(finding.items)
    alert.links = [[str(title), href] for title, href in finding.links]
