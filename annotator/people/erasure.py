"""Erasing an account: what says who somebody is, or how they were, goes for good. Answers they left behind stay, pseudonymous."""

from __future__ import annotations

from datetime import datetime

from annotator.people.sign_in import forget_failures_of
from annotator.storage import audit, erasure
from annotator.storage.database import Database


def erase_account(database: Database, person_id: str, now: datetime) -> None:
    """Erase a person's account. Doing it twice changes nothing. The consent must have been taken back before."""
    with database.reading() as session:
        email = erasure.address_of(session, person_id)
    if email is None:
        return
    forget_failures_of(database, email)
    with database.writing() as session:
        erasure.erase(session, person_id)
        audit.record(session, now, person_id, "account.erased", person_id)
    database.scrub()
