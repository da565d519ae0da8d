"""Queries of releases and their approvals."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import distinct, func
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, delete, select

from annotator.domain.errors import ConflictError, NotFoundError
from annotator.domain.items import SHUT
from annotator.storage.tables import Audit, Item
from annotator.storage.tables_people import Tombstone
from annotator.storage.tables_releases import Release, ReleaseApproval


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


def texts_gone_since(session: Session, project_id: str, at: datetime) -> int:
    """Count the items that were finished at a moment, and have been withdrawn or put into quarantine since."""
    statement = (
        select(func.count(distinct(col(Item.id))))
        .join(Audit, col(Audit.subject) == Item.id)
        .where(Item.project_id == project_id, col(Item.state).in_(SHUT), col(Audit.at) >= at)
        .where(col(Audit.action).in_([f"item.{state}" for state in SHUT]))
    )
    return session.exec(statement).one()


def judgements_gone_since(session: Session, project_id: str, at: datetime) -> int:
    """Count the judgements of a moment that their givers have withdrawn since."""
    statement = (
        select(func.count())
        .select_from(Tombstone)
        .join(Item, col(Item.id) == Tombstone.item_id)
        .where(Item.project_id == project_id, col(Tombstone.answered_at) <= at, col(Tombstone.withdrawn_at) >= at)
    )
    return session.exec(statement).one()


def reason_of_withdrawal(session: Session, release_id: str) -> str:
    """Return why a release was withdrawn, as it was recorded first."""
    statement = (
        select(Audit.detail)
        .where(Audit.subject == release_id, Audit.action == "release.withdrawn")
        .order_by(col(Audit.id))
    )
    detail = session.exec(statement).first()
    return str(detail["reason"]) if detail else ""


def approvals(session: Session, release_id: str) -> dict[str, datetime]:
    """Return who approved a release, and when, the first of them first."""
    given = select(ReleaseApproval).where(ReleaseApproval.release_id == release_id)
    rows = session.exec(given.order_by(col(ReleaseApproval.at), ReleaseApproval.id))
    return {row.person_id: row.at for row in rows}


def set_approval(session: Session, release_id: str, person_id: str, at: datetime) -> None:
    """Record a person's approval, in place of an older one of theirs."""
    mine = (col(ReleaseApproval.release_id) == release_id, col(ReleaseApproval.person_id) == person_id)
    session.exec(delete(ReleaseApproval).where(*mine))
    session.add(ReleaseApproval(release_id=release_id, person_id=person_id, at=at))
    session.flush()
