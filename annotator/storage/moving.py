"""Queries of what came from other tools: which texts are known, and the answers that wait with a quarantined one."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, col, delete, select

from annotator.domain.moved_spans import Replaced, move_answer, move_result
from annotator.storage.tables import Item, Lease
from annotator.storage.tables_moving import ImportedAnswer, ImportedText


def item_of(session: Session, project_id: str, digest: str, text_sha256: str) -> str | None:
    """Return the id of the item that a text became before, or that has the very text; None where it is new."""
    became = select(ImportedText.item_id).where(ImportedText.project_id == project_id, ImportedText.digest == digest)
    same = select(Item.id).where(Item.project_id == project_id, Item.text_sha256 == text_sha256)
    return session.exec(became).first() or session.exec(same).first()


def remember(session: Session, project_id: str, item_id: str, digest: str) -> None:
    """Keep which item a text became."""
    known = select(ImportedText.id).where(ImportedText.project_id == project_id, ImportedText.digest == digest)
    if session.exec(known).first() is None:
        session.add(ImportedText(project_id=project_id, item_id=item_id, digest=digest))
        session.flush()


def locked_item(session: Session, item_id: str) -> Item:
    """Return an item that no other transaction changes until this one ends."""
    return session.get_one(Item, item_id, with_for_update=True, populate_existing=True)


def has_answered(session: Session, item_id: str, person_id: str) -> bool:
    """Say whether an answer of the person to the item is stored, was withdrawn, or waits."""
    held = select(Lease.id).where(Lease.item_id == item_id, Lease.person_id == person_id)
    waits = select(ImportedAnswer.id).where(ImportedAnswer.item_id == item_id, ImportedAnswer.person_id == person_id)
    return session.exec(held).first() is not None or session.exec(waits).first() is not None


def waiting(session: Session, item_id: str) -> list[ImportedAnswer]:
    """Return the answers that wait with an item, in the order they were given."""
    statement = select(ImportedAnswer).where(ImportedAnswer.item_id == item_id)
    return list(session.exec(statement.order_by(col(ImportedAnswer.given_at), col(ImportedAnswer.id))))


def forget_waiting(session: Session, item_id: str) -> int:
    """Delete the answers that wait with an item; return how many there were."""
    found = len(waiting(session, item_id))
    session.exec(delete(ImportedAnswer).where(col(ImportedAnswer.item_id) == item_id))
    return found


def take_waiting(session: Session, item_id: str) -> list[ImportedAnswer]:
    """Return the answers that wait with an item, and let them wait no longer."""
    found = [ImportedAnswer(**one.model_dump(exclude={"id"})) for one in waiting(session, item_id)]
    forget_waiting(session, item_id)
    return found


def move_waiting(session: Session, item_id: str, replaced: Sequence[Replaced], onto: str | None = None) -> None:
    """Move the passages of answers that wait, since passages of their text were replaced; `onto` is the item they go to."""
    for row in waiting(session, item_id):
        row.answer, row.result = move_answer(row.answer, replaced), move_result(row.result, replaced)
        row.item_id = onto or item_id
        session.add(row)
    session.flush()
