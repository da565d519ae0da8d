"""`ingest_file`: the whole way of one file, the same for the command and the page."""

from __future__ import annotations

from pathlib import Path

from annotator.domain.clock import Clock
from annotator.intake.ingest import Progress, Summary, ingest, inspect
from annotator.intake.screens import FileScreen
from annotator.privacy.vault import Vault
from annotator.storage.database import Database
from annotator.storage.tables import Project


def ingest_file(
    database: Database,
    project: Project,
    path: Path,
    actor: str,
    clock: Clock,
    *,
    vault: Vault | None = None,
    rejects: Path | None = None,
    progress: Progress = lambda _: None,
) -> Summary:
    """Read a file in; rejected rows go to `rejects`, by default `NAME.rejects.jsonl` beside the file.

    Raises:
        InputError: the file may not come in at all. Nothing has been stored then.
    """
    facts = inspect(path)
    screen = FileScreen(database, vault, path, facts)
    rejects = rejects or path.with_name(f"{path.stem}.rejects.jsonl")
    return ingest(database, project, path, facts, screen, screen.keep, rejects, actor, clock.now(), progress)
