"""The key that secrets of second factors are sealed with: a file in the home folder, or where the settings say.

It is made by itself only where it cannot be missed later: beside the embedded database, before anything is sealed. A database that
several machines may share waits for `annotator people second-factor-key`; until then its secrets lie there as they are, and the doctor says so.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from annotator.domain.errors import ConflictError, InputError, SecondFactorKeyError
from annotator.settings import Settings
from annotator.storage import second_factor as stored
from annotator.storage.database import Database
from annotator.storage.sealed_values import ValueKey
from annotator.storage.sealing import make_key_file, read_key_file
from annotator.storage.tables_sign_in import SecondFactor

NAME = "second-factor.key"
_PURPOSE = "annotator: secrets of second factors"


@dataclass(frozen=True, slots=True)
class FactorKey:
    """Where the key lies, and whether it may be made here by itself. The file is read when it is needed."""

    path: Path
    embedded: bool

    def read(self) -> ValueKey | None:
        """Return the key; None where there is no such file.

        Raises:
            InputError: the file is no key.
        """
        return ValueKey(read_key_file(self.path), _PURPOSE) if self.path.exists() else None

    def for_sealing(self, database: Database) -> ValueKey | None:
        """Return the key for a new secret; None where it is yet to be made on purpose.

        Raises:
            SecondFactorKeyError: there was one, and it is not here.
        """
        found = self.read()
        if found is not None:
            return found
        with database.reading() as session:
            sealed = bool(stored.sealed_by(session))
        if sealed:
            raise SecondFactorKeyError(
                "The key of second factors is not on this machine.",
                mend="Whoever runs the service brings it back: annotator doctor tells how.",
            )
        return self.make() if self.embedded else None

    def make(self) -> ValueKey:
        """Make the file where there is none, and return its key."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with suppress(InputError):  # another process was quicker, and its key is the one
            make_key_file(self.path)
        return ValueKey(read_key_file(self.path), _PURPOSE)

    def secret_of(self, row: SecondFactor) -> str | None:
        """Return the secret that somebody's app shares with us; None where its key is not here."""
        if not row.sealed_by:
            return row.secret
        key = self.read()
        return key.unseal(row.secret, row.person_id) if key is not None else None


def factor_key(settings: Settings) -> FactorKey:
    return FactorKey(settings.second_factor_key_file or settings.home / NAME, embedded=not settings.database_url)


def seal_old(database: Database, key: FactorKey) -> int:
    """Seal the secrets that lie in the database as they are, where there is a key for it; return how many."""
    with database.reading() as session:
        waiting = stored.unsealed(session)
    if not waiting:
        return 0
    try:
        sealing = key.for_sealing(database)
    except (SecondFactorKeyError, InputError):
        return 0  # the doctor tells
    if sealing is None:
        return 0
    with database.writing() as session:
        sealed = [stored.seal(session, row, _sealed(sealing, row), sealing.name) for row in waiting]
    database.scrub()
    return sum(sealed)


def _sealed(key: ValueKey, row: SecondFactor) -> str:
    """Seal a secret once: one that went through an older schema is sealed and has lost the name of its key."""
    return row.secret if key.unseal(row.secret, row.person_id) is not None else key.seal(row.secret, row.person_id)


def begin_key(database: Database, key: FactorKey, *, anew: bool) -> int:
    """Make the key on purpose, seal what lies open, and return how many secrets were sealed with a key that is gone.

    Raises:
        ConflictError: secrets are sealed with a key that is not here, and nobody said that it is lost.
        InputError: the file is no key.
    """
    found = key.read()
    with database.reading() as session:
        others = stored.sealed_by(session)
    if found is None and others and not anew:
        raise ConflictError(
            f"Secrets are sealed with a key that is not at {key.path}.",
            mend="Bring it from the machine or the backup that has it; where it is lost, say --anew.",
        )
    made = found or key.make()
    seal_old(database, key)
    return sum(count for name, count in others.items() if name != made.name)
