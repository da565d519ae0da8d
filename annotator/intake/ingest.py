"""`ingest`: a file of postings becomes items. Two passes: the first refuses what may not come in at all, the second adds.

What becomes of a row's text is a `Screen`'s decision (`intake.screens`). A bad row goes to the rejects file with its line and
reason, and the rest go on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Protocol

import orjson
from sqlmodel import Session

from annotator.domain.errors import InputError
from annotator.domain.intake import COLUMNS, Dots, Row, RowError, check_row, identifying, required
from annotator.domain.items import ItemState
from annotator.intake.files import Numbered, read
from annotator.privacy.values import GateResult
from annotator.storage import audit, items
from annotator.storage.database import Database
from annotator.storage.tables import Project

_BATCH, _CHARACTERS = 2_000, 16_000_000
_PICTURES = 20  # rows of pictures at once
_COLUMN = re.compile(r"(?!.*\d{3})[\w.-]{1,30}(?: [\w.-]{1,30})?")

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Screened:
    """What may be stored of a row: its text as let through, or the picture in its place; its digest for telling duplicates; where
    its life starts.

    `gate` is what the gate said, where it was asked; `raw` is what must not be stored but in the vault.
    """

    text: str
    digest: str
    state: ItemState
    gate: GateResult | None = None
    raw: str | None = None
    picture: Dots | None = None


class Screen(Protocol):
    """Decides on the text or picture of each row; raises `RowError` for a row that may not come in."""

    def __call__(self, row: Row) -> Screened: ...


Passed = tuple[int, items.NewItem, Screened]
"""Line, item and what the screen said of a row that may come in."""

Keep = Callable[[Session, list[tuple[str, Screened]], datetime], None]
"""Keeps what belongs to added items beside them, in the same transaction: given item ids and what the screen said."""


@dataclass
class Summary:
    """What became of a file's rows. `left_out` are columns that are not ours and were not stored."""

    rows: int = 0
    ready: int = 0
    quarantined: int = 0
    duplicates: int = 0
    rejected: int = 0
    left_out: tuple[str, ...] = field(default=())
    rejects_file: Path | None = None

    @property
    def added(self) -> int:
        return self.ready + self.quarantined


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What the first pass found: the columns of the file, those that are ours, and the sources its rows name."""

    columns: tuple[str, ...]
    sources: frozenset[str]
    known: tuple[str, ...] = COLUMNS


def inspect(path: Path, known: tuple[str, ...] = COLUMNS) -> FileFacts:
    """Read the whole file once and refuse it where it may not come in at all; `known` are the columns that are ours.

    Raises:
        InputError: a column could identify a person, or a needed column is nowhere.
    """
    columns: dict[str, None] = {}
    sources: set[str] = set()
    for row in read(path):
        if row.values is not None:
            columns.update(dict.fromkeys(map(str, row.values)))
            sources.add(str(row.values.get("source", "")))
    refused = set(identifying(columns, known))
    if refused:
        names = [shown for name, shown in zip(columns, _shown(columns), strict=True) if name in refused]
        raise InputError(
            f"These columns could identify a person: {', '.join(names)}.",
            where=path.name,
            mend="Remove them from the file (or rename one that holds something else). Nothing was read in.",
        )
    missing = [column for column in required(known) if column not in columns]
    if missing:
        raise InputError(
            f"These columns are missing: {', '.join(missing)}.",
            where=path.name,
            mend=f"A file has {', '.join(required(known))}, and may have {', '.join(known[len(required(known)) :])}.",
        )
    return FileFacts(tuple(columns), frozenset(sources), known)


def ingest(
    database: Database,
    project: Project,
    path: Path,
    facts: FileFacts,
    screen: Screen,
    keep: Keep,
    rejects: Path,
    actor: str,
    now: datetime,
    progress: Progress = lambda _: None,
) -> Summary:
    """Add the file's rows and return what became of them; `progress` is told how far reading has come."""
    names = zip(facts.columns, _shown(facts.columns), strict=True)
    summary = Summary(left_out=tuple(shown for column, shown in names if column not in facts.known))
    with ExitStack() as stack:
        log = Rejects(rejects, stack, summary)
        for batch in _batches(read(path), _BATCH if facts.known == COLUMNS else _PICTURES):
            summary.rows += len(batch)
            rows = list(_screened(batch, facts.known, screen, log))
            _add(database, project, rows, keep, summary, log, now)
            progress(batch[-1].done)
    with database.writing() as session:
        counts = {name: getattr(summary, name) for name in ("rows", "ready", "quarantined", "duplicates", "rejected")}
        audit.record(session, now, actor, "items.ingested", project.id, **counts)
    return summary


class Counted(Protocol):
    """What a rejects file keeps count in."""

    rejected: int
    rejects_file: Path | None


class Rejects:
    """The rejects file, made only when a row goes there."""

    def __init__(self, path: Path, stack: ExitStack, summary: Counted) -> None:
        self._path, self._stack, self._summary = path, stack, summary
        self._file: IO[bytes] | None = None

    def add(self, line: int | str, reason: str) -> None:
        if self._file is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._stack.enter_context(self._path.open("wb"))
            self._summary.rejects_file = self._path
        self._file.write(orjson.dumps({"line": line, "reason": reason}, option=orjson.OPT_APPEND_NEWLINE))
        self._summary.rejected += 1


def _shown(columns: Iterable[str]) -> list[str]:
    """Return what may be said of columns: a name of a word or two; else its place, for a file without a header has text there."""
    return [column if _COLUMN.fullmatch(column) else f"#{place}" for place, column in enumerate(columns, start=1)]


def _batches(rows: Iterator[Numbered], most: int) -> Iterator[list[Numbered]]:
    """Yield rows in batches, of so many rows and so many characters at most."""
    batch: list[Numbered] = []
    held = 0
    for row in rows:
        batch.append(row)
        held += sum(len(value) for value in (row.values or {}).values() if isinstance(value, str))
        if len(batch) >= most or held >= _CHARACTERS:
            yield batch
            batch, held = [], 0
    if batch:
        yield batch


def _screened(batch: list[Numbered], known: tuple[str, ...], screen: Screen, log: Rejects) -> Iterator[Passed]:
    for numbered in batch:
        try:
            if numbered.values is None:
                raise RowError(numbered.problem)
            row = check_row(numbered.values, known)
            screened = screen(row)
        except RowError as error:
            log.add(numbered.line, str(error))
            continue
        yield numbered.line, new_item(row, screened), screened


def new_item(row: Row, screened: Screened) -> items.NewItem:
    """Return what is added of a row, as the screen let it through."""
    return items.NewItem(
        public_id=row.id,
        text=screened.text,
        text_sha256=screened.digest,
        source=row.source.value,
        state=screened.state,
        language=row.language,
        campaign=row.campaign,
        epoch=row.epoch,
        region=row.region,
        quarter=row.quarter,
    )


def _add(
    database: Database,
    project: Project,
    rows: list[Passed],
    keep: Keep,
    summary: Summary,
    log: Rejects,
    now: datetime,
) -> None:
    """Add a batch; of rows that clash, those with a known text are duplicates and those with a known id are rejects."""
    fresh: dict[str, items.NewItem] = {}
    texts: set[str] = set()
    lines: dict[str, int] = {}
    screened_by_id: dict[str, Screened] = {}
    for line, row, screened in rows:
        if row.text_sha256 in texts:
            summary.duplicates += 1
        elif row.public_id in fresh:
            log.add(line, _SAME_ID)
        else:
            fresh[row.public_id] = row
            texts.add(row.text_sha256)
            lines[row.public_id] = line
            screened_by_id[row.id] = screened
    with database.writing() as session:
        clashes = items.add(session, project, list(fresh.values()), now)
        clashing = {clash.public_id for clash in clashes}
        added = [row for row in fresh.values() if row.public_id not in clashing]
        keep(session, [(row.id, screened_by_id[row.id]) for row in added], now)
    for clash in clashes:
        if clash.same_text:
            summary.duplicates += 1
        else:
            log.add(lines[clash.public_id], _SAME_ID)
    summary.ready += sum(row.state is ItemState.READY for row in added)
    summary.quarantined += sum(row.state is ItemState.QUARANTINED for row in added)


_SAME_ID = "column 'id' was used before with another text"
