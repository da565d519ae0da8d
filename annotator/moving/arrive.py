"""The whole way of an import: everything is read and mapped first, and refused before anything is stored; then texts go through
the privacy gate and come in with their answers, some at a time, each text whole. Doing it again adds nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from annotator.domain.ids import new_id
from annotator.domain.intake import RowError, check_row
from annotator.domain.items import Source
from annotator.domain.schema import Schema
from annotator.intake.ingest import FileFacts, Rejects
from annotator.intake.screens import FileScreen
from annotator.moving.mapping import Moving
from annotator.moving.people import Pseudonyms
from annotator.moving.planning import Planned, Summary, plan
from annotator.moving.record import Record
from annotator.moving.texts import Coming, Door, Ready
from annotator.privacy.vault import Vault
from annotator.storage import audit, imports
from annotator.storage.database import Database
from annotator.storage.tables import Project

_BATCH = 100
_PLAIN_ID = re.compile(r"[A-Za-z0-9._-]{1,80}")

Progress = Callable[[int, int], None]
"""Told how many texts are done, and of how many."""

Reject = Callable[[str, str], None]
"""Told the place of a text that may not come in, and why."""


@dataclass(frozen=True)
class Import:
    """Brings exports into one project by one mapping."""

    database: Database
    project: Project
    schema: Schema
    moving: Moving
    vault: Vault | None

    def bring(
        self, records: Iterable[Record], now: datetime, rejects: Path, progress: Progress = lambda _, __: None
    ) -> Summary:
        """Bring an export in; texts that may not come in go to the rejects file, by place and reason.

        Raises:
            InputError: the export or the mapping will not do, with the place. Nothing has been stored then.
        """
        summary = Summary(origin=f"{self.moving.origin}:{new_id()}")
        door, planned = self._door(rejects, summary.origin), self._plan(records, summary)
        with ExitStack() as stack:
            log = Rejects(rejects, stack, summary)
            for done, batch in _batches(planned):
                ready = self._screened(door, batch, log.add, summary)
                self._let_in(door, ready, now, log.add, summary)
                progress(done, len(planned))
        with self.database.writing() as session:
            counts = {"origin": summary.origin, **summary.counts()}
            audit.record(session, now, audit.SERVICE, imports.DONE, self.project.id, **counts)
        return summary

    def look(self, records: Iterable[Record], rejects: Path, progress: Progress = lambda _, __: None) -> Summary:
        """Say what `bring` would do, and store nothing. Raises as `bring`."""
        summary, door = Summary(), self._door(rejects, self.moving.origin)
        planned = self._plan(records, summary)

        def count(_where: str, _why: str) -> None:
            summary.rejected += 1

        for done, batch in _batches(planned):
            ready = self._screened(door, batch, count, summary)
            with self.database.reading() as session:
                for one in ready:
                    summary.add(door.look(session, one))
            progress(done, len(planned))
        return summary

    def _door(self, rejects: Path, origin: str) -> Door:
        facts = FileFacts((), frozenset({Source.DEIDENTIFIED.value}))
        screen = FileScreen(self.database, self.vault, rejects, facts)
        return Door(self.project, self.schema, self.moving, screen, origin)

    def _plan(self, records: Iterable[Record], summary: Summary) -> list[Planned]:
        with self.database.reading() as session:
            gone = imports.withdrawn_people(session)
        pseudonyms = Pseudonyms(self.database, self.moving.tool)
        return plan(self.schema, self.moving, pseudonyms, gone, records, summary)

    def _screened(self, door: Door, batch: Sequence[Planned], reject: Reject, summary: Summary) -> list[Ready]:
        """Ask the gate outside any transaction that writes, so that nobody waits for it."""
        found = []
        with self.database.reading() as session:
            for one in batch:
                try:
                    ready = door.screened(session, self._coming(door, one))
                except RowError as error:
                    reject(one.text.where, str(error))
                    continue
                summary.notes_held_back += ready.notes_held_back
                found.append(ready)
        return found

    def _coming(self, door: Door, planned: Planned) -> Coming:
        text = planned.text
        number = text.id if _PLAIN_ID.fullmatch(text.id) else door.screen.keyed(text.text)[:16]
        values = {
            "id": f"{self.moving.ids}-{number}",
            "text": text.text,
            "source": Source.DEIDENTIFIED.value,
            "language": self.moving.language,
        }
        return Coming(text.where, text.text, check_row(values), planned.said)

    def _let_in(self, door: Door, batch: Sequence[Ready], now: datetime, reject: Reject, summary: Summary) -> None:
        with self.database.writing() as session:
            for ready in batch:
                try:
                    summary.add(door.let_in(session, ready, now))
                except RowError as error:
                    reject(ready.coming.where, str(error))


def _batches(planned: list[Planned]) -> Iterator[tuple[int, list[Planned]]]:
    """Yield so many texts at a time, with how many there have been."""
    waiting, done = iter(planned), 0
    while batch := list(islice(waiting, _BATCH)):
        done += len(batch)
        yield done, batch
