"""Texts in the vault that no item names: their batch was rolled back, or the process ended between the vault and the database.

The vault is written before the database commits, since a text that is named and lies nowhere would be lost. What is left over is
found here and goes by two coordinators' word, as everything that leaves the vault: a database that was set back to an earlier day, or
another one on the same home, names fewer texts than there are, and nothing but people can tell.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from annotator.domain.errors import ForbiddenError, NotFoundError
from annotator.domain.ids import made_at
from annotator.domain.roles import COORDINATORS
from annotator.privacy.vault import Vault
from annotator.storage import audit, people, recheck
from annotator.storage.database import Database

LONGEST_BATCH = timedelta(hours=1)


def orphans(database: Database, vault: Vault, now: datetime) -> list[str]:
    """Return the entries that no re-check names, oldest first; those of the last hour may belong to a batch under way."""
    entries = vault.ids()  # before the database is read: what comes in between is not looked at
    with database.reading() as session:
        named = recheck.raw_refs(session)
    return [entry for entry in entries if entry not in named and made_at(entry) < now - LONGEST_BATCH]


def destroy_orphans(database: Database, vault: Vault, first: str, second: str, now: datetime) -> int:
    """Delete them for good, as two people have decided, given by their pseudonyms; return how many there were.

    Raises:
        NotFoundError: nobody has one of the pseudonyms.
        ForbiddenError: both are one person's, or one of them is no coordinator.
    """
    with database.writing() as session:
        who = [people.by_pseudonym(session, pseudonym) for pseudonym in (first, second)]
        known = [person.id for person in who if person is not None]
        if len(known) < len(who):
            raise NotFoundError("Nobody has that pseudonym.", mend="Pseudonyms stand on the page of people.")
        if any(person.role not in COORDINATORS for person in who if person is not None):
            raise ForbiddenError("Coordinators decide about the vault.", mend="Name two of them.")
        found = orphans(database, vault, now)
        vault.destroy_all(found, *known)
        for person in known:
            audit.record(session, now, person, "vault.orphans_destroyed", "vault", entries=len(found))
    return len(found)
