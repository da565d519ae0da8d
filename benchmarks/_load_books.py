"""The books after a load: what the database holds, beside what clients were told that it holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from sqlmodel import Session, col, select

from annotator.storage import books
from annotator.storage.database import Database
from annotator.storage.tables import Annotation


@dataclass(frozen=True, slots=True)
class Books:
    """How often a promise is broken, each way it could be."""

    over_dispensed: int  # items with more answers and live leases than their overlap
    miscounted: int  # items whose own counters differ from their leases
    duplicates: int  # people who have two answers to an item
    lost: int  # answers that were acknowledged and are not there, exactly once

    @property
    def balanced(self) -> bool:
        return not any(asdict(self).values())


def check(database: Database, acknowledged: Iterable[tuple[str, str]]) -> Books:
    """Read the books; `acknowledged` are (key, annotation) of every answer that a client was told is saved."""
    with database.frozen() as session:
        found = list(books.tallies(session))
        return Books(
            over_dispensed=sum(tally.over_dispensed for tally in found),
            miscounted=sum(tally.miscounted for tally in found),
            duplicates=sum(1 for _ in books.answered_twice(session)),
            lost=_lost(session, acknowledged),
        )


def _lost(session: Session, acknowledged: Iterable[tuple[str, str]]) -> int:
    statement = select(col(Annotation.key), col(Annotation.id))
    stored = Counter((key, annotation) for key, annotation in session.connection().execute(statement))
    return sum(stored[key, annotation] != 1 for key, annotation in acknowledged)
