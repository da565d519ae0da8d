"""The audit log: who did what to what, written in the transaction of the change itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from annotator.storage.tables import Audit

SERVICE = "service"


def record(session: Session, at: datetime, actor: str, action: str, subject: str, **detail: Any) -> None:
    """Add one line. `actor` is a person id or `SERVICE`; `detail` never holds raw text or an identity."""
    session.add(Audit(at=at, actor=actor, action=action, subject=subject, detail=detail))


def history(session: Session, subject: str) -> list[Audit]:
    """Return the lines about one subject, oldest first."""
    return list(session.exec(select(Audit).where(Audit.subject == subject).order_by(col(Audit.id))))
