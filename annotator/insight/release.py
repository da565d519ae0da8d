"""Making a release of what the service holds: freezing, looking for what blocks it, building, remembering it. What a release is
lives in `exports`; who may hand it out lives in `publish`.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from annotator.domain.errors import AnnotatorError, ConflictError, InputError
from annotator.insight.freeze import freeze
from annotator.insight.planted import Planted
from annotator.insight.release_gate import GATE_VERSION, recheck
from annotator.insight.release_plan import blockers, check_blockers
from annotator.storage import audit, releases
from annotator.storage.database import Database
from annotator.storage.tables import Project
from annotator.storage.tables_releases import Release
from exports import load
from exports.build import Say
from exports.checksums import NAME, sha256_of
from exports.frozen import FACTS, Frozen
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
    if (folder / FACTS).exists():
        return Frozen.open(folder)
    planted = Planted.read(corpus) if corpus is not None else None
    unfinished = folder.with_name(f"{folder.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    frozen = freeze(database, project, guideline, unfinished, now, planted=planted, advance=advance)
    if frozen.n_items == 0:
        shutil.rmtree(unfinished)
        raise InputError(
            "No item has all its judgements yet.", where="release", mend="See the desk for what is in progress."
        )
    unfinished.rename(folder)
    return Frozen.open(folder)


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
    executor: Executor | None = None,
    say: Say | None = None,
) -> Released:
    """Build the release of a snapshot and remember it, with a line in the audit log.

    Raises:
        ConflictError: the version is there already, or something blocks it that is not waived.
        InputError, GateRefusedError, LeakageError, LinkedError: see `exports.release.build_release`.
    """
    with database.reading() as session:
        known = releases.all_of(session, project.id)
    if any(one.version == plan.version for one in known):
        raise ConflictError(
            f"Version {plan.version} is there already.", mend="A release never changes: build a higher version."
        )
    _check(frozen, plan)
    plan = replace(plan, previous=plan.previous or _newest(known))
    released = build_release(
        frozen,
        plan,
        places.release,
        places.apart,
        recheck,
        GATE_VERSION,
        processes=processes,
        executor=executor,
        say=say,
    )
    with database.writing() as session:
        releases.add(session, _row(project, frozen, released, places, actor, now))
        detail = {"version": plan.version, "digest": released.digest, "despite": dict(plan.despite)}
        audit.record(session, now, actor, "release.built", project.id, **detail)
    return released


def _check(frozen: Frozen, plan: Plan) -> None:
    """Make sure that nothing blocks the release; the build itself asks the gate. What is blocked is frozen anew next time."""
    try:
        check_blockers(blockers(frozen, [], gate=False), plan.despite)
    except AnnotatorError:
        shutil.rmtree(frozen.folder)
        raise


def _newest(known: list[Release]) -> load.Release | None:
    """Return the newest release that is still in its place and was not withdrawn."""
    for one in known:
        folder = Places(Path(one.folder)).release
        if one.withdrawn_at is None and (folder / NAME).is_file() and sha256_of(folder / NAME) == one.digest:
            return load.load_release(folder)
    return None


def _row(project: Project, frozen: Frozen, released: Released, places: Places, actor: str, now: datetime) -> Release:
    return Release(
        project_id=project.id,
        name=released.manifest["name"],
        version=released.manifest["version"],
        folder=str(places.root.absolute()),
        digest=released.digest,
        apart_digest=released.apart_digest,
        snapshot_digest=frozen.digest,
        rows=released.manifest["rows"],
        built_by=actor,
        built_at=now,
    )
