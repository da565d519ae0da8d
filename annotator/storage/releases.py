"""Queries of releases, their approvals, and the tokens that fetch them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, delete, select

from annotator.domain.errors import ConflictError, NotFoundError
from annotator.storage.tables import Person
from annotator.storage.tables_releases import Release, ReleaseApproval, ReleaseToken


def add(session: Session, release: Release) -> None:
    """Store a release.

    Raises:
        ConflictError: its version is there already.
    """
    session.add(release)
    try:
        session.flush()
    except IntegrityError as error:
        raise ConflictError(
            f"Version {release.version} is there already.", mend="A release never changes: build a higher version."
        ) from error


def by_version(session: Session, project_id: str, version: str) -> Release | None:
    return session.exec(select(Release).where(Release.project_id == project_id, Release.version == version)).first()


def locked(session: Session, project_id: str, version: str) -> Release:
    """Return a release that nobody else changes until the transaction ends.

    Raises:
        NotFoundError: there is no such version.
    """
    statement = select(Release).where(Release.project_id == project_id, Release.version == version).with_for_update()
    found = session.exec(statement).first()
    if found is None:
        raise NotFoundError(f"There is no release {version}.", mend="See the list of releases.")
    return found


def all_of(session: Session, project_id: str) -> list[Release]:
    """Return a project's releases, the newest version first."""
    found = session.exec(select(Release).where(Release.project_id == project_id)).all()
    return sorted(found, key=lambda one: [int(part) for part in one.version.split(".")], reverse=True)


def approvals(session: Session, release_id: str) -> dict[str, datetime]:
    """Return who approved a release, and when."""
    rows = session.exec(select(ReleaseApproval).where(ReleaseApproval.release_id == release_id))
    return {row.person_id: row.at for row in rows}


def set_approval(session: Session, release_id: str, person_id: str, at: datetime) -> None:
    """Record a person's approval, in place of an older one of theirs."""
    mine = (col(ReleaseApproval.release_id) == release_id, col(ReleaseApproval.person_id) == person_id)
    session.exec(delete(ReleaseApproval).where(*mine))
    session.add(ReleaseApproval(release_id=release_id, person_id=person_id, at=at))
    session.flush()


def person_of_token(session: Session, token_hash: str, now: datetime) -> Person | None:
    """Return whose token it is; None where it is unknown or too old."""
    statement = (
        select(Person)
        .join(ReleaseToken, col(ReleaseToken.person_id) == Person.id)
        .where(ReleaseToken.token_hash == token_hash, ReleaseToken.expires_at > now)
    )
    return session.exec(statement).first()


def replace_token(session: Session, token: ReleaseToken) -> None:
    """Store a person's token in place of any they had."""
    session.exec(delete(ReleaseToken).where(col(ReleaseToken.person_id) == token.person_id))
    session.add(token)


def token_of(session: Session, person_id: str) -> ReleaseToken | None:
    return session.exec(select(ReleaseToken).where(ReleaseToken.person_id == person_id)).first()
