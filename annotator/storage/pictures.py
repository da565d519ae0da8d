"""Queries of pictures: keep one, find the one of an item, forget one that no item is any more."""

from __future__ import annotations

from sqlalchemy import delete, exists
from sqlmodel import Session, col, select

from annotator.domain.errors import NotFoundError
from annotator.storage.tables import Item
from annotator.storage.tables_pictures import Picture


def keep(session: Session, picture: Picture) -> None:
    """Keep a picture; the same one twice is kept once."""
    if session.get(Picture, picture.sha256) is None:
        session.add(picture)


def of_item(session: Session, item: Item) -> Picture:
    """Return the picture that an item is.

    Raises:
        NotFoundError: the item is a text, or its picture is gone.
    """
    found = session.get(Picture, item.text_sha256)
    if found is None:
        raise NotFoundError("There is no such picture.")
    return found


def is_picture(session: Session, item: Item) -> bool:
    """Say whether an item is a picture."""
    return session.exec(select(Picture.sha256).where(Picture.sha256 == item.text_sha256)).first() is not None


def forget(session: Session, sha256: str) -> None:
    """Delete a picture that no item is any more."""
    used = exists().where(col(Item.text_sha256) == sha256)
    session.execute(delete(Picture).where(col(Picture.sha256) == sha256, ~used))
