"""`export_project`: take a frozen snapshot and hand it to `exports`, leaving a line in the audit log."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from annotator import __version__
from annotator.storage import audit, snapshot
from annotator.storage.database import Database
from annotator.storage.tables import GuidelineVersion, Project
from exports.files import Snapshot, Written, write_export


def export_project(database: Database, project: Project, out: Path, actor: str, now: datetime) -> list[Written]:
    """Write the project's items and annotations into `out`, as they stand in one transaction.

    Raises:
        InputError: the folder holds something already.
    """
    with database.frozen() as session:
        version = session.get_one(GuidelineVersion, project.guideline_version_id)
        facts = {
            "project": project.name,
            "purpose": project.purpose,
            "guideline": {"name": version.name, "version": version.version, "sha256": version.sha256},
            "made_by": f"annotator {__version__}",
            "made_at": now.isoformat(timespec="seconds"),
        }
        frozen = Snapshot(snapshot.items_of(session, project.id), snapshot.annotations_of(session, project.id), facts)
        written = write_export(frozen, out)
    with database.writing() as session:
        rows = {file.name: file.rows for file in written}
        audit.record(session, now, actor, "export.made", project.id, rows=rows)
    return written
