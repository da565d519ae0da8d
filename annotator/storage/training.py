"""Queries of training: a person's own attempts, which nothing else reads."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, select

from annotator.storage.tables_quality import TrainingAttempt


def attempts_of(session: Session, person_id: str, since: datetime | None = None) -> list[TrainingAttempt]:
    """Return a person's attempts, oldest first, those before a moment left out."""
    statement = select(TrainingAttempt).where(TrainingAttempt.person_id == person_id)
    if since is not None:
        statement = statement.where(TrainingAttempt.at > since)
    return list(session.exec(statement.order_by(col(TrainingAttempt.at), col(TrainingAttempt.id))))


def by_key(session: Session, person_id: str, key: str) -> TrainingAttempt | None:
    statement = select(TrainingAttempt).where(TrainingAttempt.person_id == person_id, TrainingAttempt.key == key)
    return session.exec(statement).first()


def attempt(session: Session, person_id: str, attempt_id: str) -> TrainingAttempt | None:
    """Return an attempt of the person's own; another's is not there."""
    found = session.get(TrainingAttempt, attempt_id)
    return found if found is not None and found.person_id == person_id else None
