"""`ingest_file`: the whole way of one file, the same for the command and the page."""

from __future__ import annotations

from pathlib import Path

from annotator.domain.clock import Clock
from annotator.domain.intake import OF_PICTURES
from annotator.domain.schema import Media
from annotator.intake.ingest import Progress, Summary, ingest, inspect
from annotator.intake.pictures import Clearance, PictureScreen
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
    media: Media = Media.TEXT,
    clearance: Clearance | None = None,
) -> Summary:
    """Read a file in; rejected rows go to `rejects`, by default `NAME.rejects.jsonl` beside the file.

    A list of pictures comes in with a coordinator's clearance alone, under whose id it is audited.

    Raises:
        InputError: the file may not come in at all. Nothing has been stored then.
    """
    rejects = rejects or path.with_name(f"{path.stem}.rejects.jsonl")
    if media is Media.IMAGE:
        screen, facts = PictureScreen(path, clearance), inspect(path, OF_PICTURES)
        actor = clearance.person_id if clearance is not None else actor
        return ingest(database, project, path, facts, screen, screen.keep, rejects, actor, clock.now(), progress)
    facts = inspect(path)
    texts = FileScreen(database, vault, path, facts)
    return ingest(database, project, path, facts, texts, texts.keep, rejects, actor, clock.now(), progress)
