"""What is deleted with an account, table by table. A table that names a person is in one of the two lists, which a test checks."""

from __future__ import annotations

from sqlalchemy import delete, update
from sqlmodel import Session, SQLModel, col, select

from annotator.storage.tables import FlagReport, Identity
from annotator.storage.tables_people import Departure

ERASED = frozenset(
    {
        "identity",
        "web_session",
        "second_factor",
        "recovery_code",
        "half_sign_in",
        "outside_identity",
        "exposure",
        "preference",
        "own_choice",
        "language_choice",
        "mood",
        "vetting",
        "coordinator_pause",
        "quiz_pass",
        "adjudication_hold",
        "api_token",
        "quality_evidence",
        "quality_pause",
        "qualification_round",
        "training_attempt",
        "alert",
    }
)
"""Deleted: who somebody is, how they were, what was thought of them."""

KEPT = frozenset(
    {
        "annotation",  # consented to, pseudonymous; may be withdrawn before
        "imported_answer",  # as an annotation, which it becomes when its text is released
        "lease",
        "skill",  # what the consensus of those answers rests on
        "flag",  # keeps others safe; the words of its giver go
        "signature",  # that there was consent to the answers that stay
        "departure",
        "tombstone",
        "adjudication",
        "invitation",  # who made it, not who used it
        "recheck_vote",
        "release_approval",
        "bulk_action",
    }
)
"""Stay under the pseudonymous id, which leads to nobody any more."""


def address_of(session: Session, person_id: str) -> str | None:
    """Return the address of an account; None for one that is erased."""
    return session.exec(select(Identity.email).where(Identity.person_id == person_id)).first()


def erase(session: Session, person_id: str) -> None:
    """Delete every row of `ERASED` about a person, their clock, and the free words they left with flags."""
    for table in SQLModel.metadata.sorted_tables:
        if table.name in ERASED:
            session.execute(delete(table).where(table.c.person_id == person_id))
    clocks = SQLModel.metadata.tables["zone_choice"]
    session.execute(delete(clocks).where(clocks.c.subject == person_id))
    session.execute(update(FlagReport).where(col(FlagReport.person_id) == person_id).values(note=None))
    session.execute(update(Departure).where(col(Departure.person_id) == person_id).values(erased=True))
