"""`ingest_file`: the whole way of one file, the same for the command and the page."""

from __future__ import annotations

from pathlib import Path

from annotator.domain.clock import Clock
from annotator.intake.ingest import Progress, Summary, ingest, inspect
from annotator.intake.screens import screen_for
from annotator.storage.database import Database
from annotator.storage.tables import Project


def ingest_file(
    database: Database,
    project: Project,
    path: Path,
    actor: str,
    clock: Clock,
    *,
    rejects: Path | None = None,
    progress: Progress = lambda _: None,
) -> Summary:
    """Read a file in; rejected rows go to `rejects`, by default `NAME.rejects.jsonl` beside the file.

    Raises:
        InputError: the file may not come in at all. Nothing has been stored then.
    """
    facts = inspect(path)
    screen = screen_for(path, facts)
    rejects = rejects or path.with_name(f"{path.stem}.rejects.jsonl")
    return ingest(database, project, path, facts, screen, rejects, actor, clock.now(), progress)
