"""Files of anchors of the audit log, one a line: the worker adds to the one in the home folder, people keep copies elsewhere."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from annotator.domain.errors import InputError
from annotator.storage import audit_chain
from annotator.storage.audit_chain import Anchor, read_anchor
from annotator.storage.database import Database

NAME = "audit-anchors.jsonl"


def read(path: Path) -> list[Anchor]:
    """Return the anchors of a file; none where there is no file.

    Raises:
        InputError: it can't be read, or a line of it is not an anchor.
    """
    if not path.exists():
        return []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} can't be read as text.", where="anchor") from error
    return [read_anchor(line) for line in lines if line.strip()]


def keep(database: Database, path: Path, now: datetime) -> bool:
    """Add an anchor of the log as it stands to a file; False where the log has not grown since the last one."""
    with database.frozen() as session:
        made = audit_chain.anchor(session, now)
    known = read(path)
    if known and known[-1].heads == made.heads:
        return False
    with path.open("a", encoding="utf-8") as file:
        file.write(made.to_json() + "\n")
    return True
