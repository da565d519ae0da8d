"""The pictures of items that are pictures, kept beside them so that any process can show them."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from annotator.storage.types import UtcDateTime


class Picture(SQLModel, table=True):
    """A picture as volunteers see it, written anew from its dots alone. An item of that `text_sha256` is this picture."""

    sha256: str = Field(primary_key=True)
    media_type: str
    width: int
    height: int
    content: bytes
    cleared: str  # the words with which a coordinator let its batch in
    created_at: datetime = Field(sa_type=UtcDateTime)
