"""What a release needs of the service: freezing, building and remembering it. The release itself is made in `exports`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from annotator.domain.errors import InputError
from annotator.insight.freeze import freeze
from annotator.insight.planted import Planted
from annotator.insight.release_gate import GATE_VERSION, recheck
from annotator.storage import audit
from annotator.storage.database import Database
from annotator.storage.tables import Project
from exports.build import Say
from exports.frozen import Frozen
from exports.release import Plan, Released, build_release
from guidelines.loader import Guideline


@dataclass(frozen=True, slots=True)
class Places:
    """Where a release and all that belongs to it lie: one folder a version."""

    root: Path

    @property
    def snapshot(self) -> Path:
        return self.root / "snapshot"

    @property
    def release(self) -> Path:
        return self.root / "release"

    @property
    def apart(self) -> Path:
        return self.root / "apart"


def frozen_for(
    database: Database,
    project: Project,
    guideline: Guideline,
    folder: Path,
    now: datetime,
    *,
    corpus: Path | None = None,
    advance: Callable[[int], None] = lambda _: None,
) -> Frozen:
    """Return the snapshot in a folder, frozen now where there is none yet; so that a build that stopped goes on with its own.

    Raises:
        InputError: there is nothing to release, or the folder holds something else.
    """
    if (folder / "facts.json").exists():
        return Frozen.open(folder)
    planted = Planted.read(corpus) if corpus is not None else None
    frozen = freeze(database, project, guideline, folder, now, planted=planted, advance=advance)
    if frozen.n_items == 0:
        raise InputError(
            "No item has all its judgements yet.", where="release", mend="See the desk for what is in progress."
        )
    return frozen


def built(
    database: Database,
    project: Project,
    frozen: Frozen,
    plan: Plan,
    places: Places,
    actor: str,
    now: datetime,
    *,
    processes: int = 1,
    say: Say | None = None,
) -> Released:
    """Build the release of a snapshot, with the gate over every text, and leave a line in the audit log."""
    released = build_release(
        frozen, plan, places.release, places.apart, recheck, GATE_VERSION, processes=processes, say=say
    )
    with database.writing() as session:
        audit.record(session, now, actor, "release.built", project.id, version=plan.version, digest=released.digest)
    return released
