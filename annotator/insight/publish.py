"""Handing a release out: two people approve exactly the bytes that are there, for a time; anybody in charge can withdraw it.

Every approval, publication, withdrawal and download is a line in the audit log.
"""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlmodel import Session

from annotator.domain.errors import ConflictError, ForbiddenError, InputError
from annotator.domain.releases import NEEDED, PUBLISHED_DAYS, ReleaseState, standing, state
from annotator.domain.roles import Role
from annotator.domain.small_cells import suppress
from annotator.domain.webhooks import Event
from annotator.domain.words import Words, worded
from annotator.insight.release import Places
from annotator.storage import audit, releases, webhooks
from annotator.storage.database import Database
from annotator.storage.tables import Project
from annotator.storage.tables_releases import Release
from exports import layout
from exports.checksums import NAME, files_of, verify_checksums
from exports.terms import digest as terms_digest

MAY_APPROVE = frozenset({Role.COORDINATOR, Role.ADMIN})
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest moment a zip can hold: the same release is the same zip


@dataclass(frozen=True, slots=True)
class Approved:
    """What an approval came to: how many people stand behind the release now, and whether that published it."""

    people: int
    published: bool


@dataclass(frozen=True, slots=True)
class Gone:
    """How many texts and judgements of a release have been withdrawn since it was frozen; later releases are without them."""

    texts: int
    judgements: int

    def __bool__(self) -> bool:
        return bool(self.texts or self.judgements)

    @property
    def told(self) -> Words:
        """What is gone, in words; how few the judgements are is not said, since that is about a person."""
        texts = worded("{count} texts", count=f"{self.texts:,}") if self.texts != 1 else worded("1 text")
        shown = suppress({"": self.judgements})[""]
        judgements = worded("{count} judgements", count=f"{shown:,}") if shown else worded("some judgements")
        if self.texts and self.judgements:
            return worded("{texts} and {judgements}", texts=texts, judgements=judgements)
        return texts if self.texts else judgements if self.judgements else Words("")


def state_of(release: Release, now: datetime) -> ReleaseState:
    """Return where a release stands."""
    return state(
        now,
        published_at=release.published_at,
        expires_at=release.expires_at,
        withdrawn_at=release.withdrawn_at,
    )


def approve(
    database: Database,
    project: Project,
    version: str,
    person_id: str,
    role: Role,
    now: datetime,
    *,
    days: int = PUBLISHED_DAYS,
) -> Approved:
    """Record a person's approval; the second person's publishes the release, for `days`.

    Raises:
        ForbiddenError: this role may not approve.
        InputError: the days are fewer than 1 or more than ten years.
        NotFoundError: there is no such release.
        ConflictError: it is published, withdrawn or expired, or its files are not what was built.
    """
    if role not in MAY_APPROVE:
        raise ForbiddenError(f"A {role.value} may not approve a release.")
    if not 1 <= days <= 3650:
        raise InputError("Give 1 to 3,650 days.", where="days")
    with database.reading() as session:
        found = releases.by_version(session, project.id, version)
    if found is not None:
        _check_files(found)
    with database.writing() as session:
        release = releases.locked(session, project.id, version)
        if state_of(release, now) is not ReleaseState.BUILT:
            raise ConflictError(f"Release {version} is {state_of(release, now).value}.", mend="Build a higher version.")
        releases.set_approval(session, release.id, person_id, now)
        people = standing(releases.approvals(session, release.id), now)
        audit.record(session, now, person_id, "release.approved", release.id, version=version, digest=release.digest)
        if len(people) < NEEDED:
            return Approved(len(people), published=False)
        release.published_at, release.expires_at = now, now + timedelta(days=days)
        session.add(release)
        by = sorted(people)
        audit.record(session, now, person_id, "release.published", release.id, version=version, by=by, days=days)
        told = {"release": release.name, "version": version, "state": ReleaseState.PUBLISHED.value}
        webhooks.emit(session, now, project.id, Event.RELEASE_PUBLISHED, told)
        return Approved(len(people), published=True)


def withdraw(database: Database, project: Project, version: str, person_id: str, reason: str, now: datetime) -> None:
    """Stop handing a release out, at once and for good; copies that were handed out can't be recalled.

    Raises:
        NotFoundError: there is no such release.
        InputError: no reason is given.
    """
    if not reason.strip():
        raise InputError("A withdrawal has a reason.", where="reason", mend="Say why, for those who have a copy.")
    with database.writing() as session:
        release = releases.locked(session, project.id, version)
        release.withdrawn_at = release.withdrawn_at or now
        session.add(release)
        audit.record(session, now, person_id, "release.withdrawn", release.id, version=version, reason=reason)


def withdraw_all(database: Database, project: Project, person_id: str, reason: str, now: datetime) -> list[str]:
    """Stop handing out every release of a project, at once and for good; return the versions that this ended.

    Raises:
        InputError: no reason is given.
    """
    with database.reading() as session:
        standing_ = [one.version for one in releases.all_of(session, project.id) if one.withdrawn_at is None]
    for version in standing_:
        withdraw(database, project, version, person_id, reason, now)
    return standing_


def archive(
    database: Database, project: Project, version: str, person_id: str, accepted: str, now: datetime, folder: Path
) -> Path:
    """Return a zip of a published release in `folder`, once the person has accepted its terms (`accepted`: their SHA-256).

    Raises:
        NotFoundError: there is no such release.
        ConflictError: it is not handed out, its files are not what was built, or the terms accepted are not these.
    """
    with database.writing() as session:
        release = releases.locked(session, project.id, version)
        if (now_is := state_of(release, now)) is not ReleaseState.PUBLISHED:
            raise ConflictError(f"Release {version} is {now_is.value}, so it is not handed out.")
        terms = terms_of(release)
        if terms_digest(terms) != accepted:
            raise ConflictError("These are not the terms of this release.", mend="Read and accept them anew.")
        audit.record(session, now, person_id, "release.downloaded", release.id, version=version, terms=accepted)
    _check_files(release)
    return _zipped(Places(Path(release.folder)).release, folder / f"{release.name}-{release.version}.zip")


def withdrawn_since(session: Session, release: Release) -> Gone:
    """Return what has been withdrawn of what was there when a release was frozen."""
    frozen_at = datetime.fromisoformat(json.loads(document(release, layout.MANIFEST))["frozen_at"])
    return Gone(
        releases.texts_gone_since(session, release.project_id, frozen_at),
        releases.judgements_gone_since(session, release.project_id, frozen_at),
    )


def terms_of(release: Release) -> str:
    """Return the terms of a release."""
    return document(release, layout.TERMS)


def document(release: Release, name: str) -> str:
    """Return one of a release's documents.

    Raises:
        ConflictError: the files of the release are gone.
    """
    path = Places(Path(release.folder)).release / name
    if not path.is_file():
        raise _not_in_place(release)
    return path.read_text(encoding="utf-8")


def _not_in_place(release: Release) -> ConflictError:
    return ConflictError(f"The files of release {release.version} are not in their place.", mend="Ask a coordinator.")


def _check_files(release: Release) -> None:
    folder = Places(Path(release.folder)).release
    if not (folder / NAME).is_file():
        raise _not_in_place(release)
    complaints = verify_checksums(folder, digest=release.digest)
    if complaints:
        raise ConflictError(f"{complaints[0].file} {complaints[0].what}: this is not the release that was built.")


def _zipped(folder: Path, path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        for name in [*files_of(folder), NAME]:
            info = zipfile.ZipInfo(f"{path.stem}/{name}", _EPOCH)
            info.external_attr = 0o644 << 16
            info.compress_type = zipfile.ZIP_STORED if name.endswith(".parquet") else zipfile.ZIP_DEFLATED
            with (folder / name).open("rb") as source, file.open(info, "w") as target:
                while chunk := source.read(1 << 20):
                    target.write(chunk)
    return path
