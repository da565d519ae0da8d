"""Tables of the re-check: what the gate said of a quarantined item, and who decided what about it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field, SQLModel

from annotator.domain.ids import new_id
from annotator.storage.types import UtcDateTime


class Recheck(SQLModel, table=True):
    """One quarantined item. `spans` hold offsets, kinds and keyed hashes of what the gate masked, never a value.

    `raw_ref` names the entry of the encrypted file where the text lies that the gate would not let through; the item itself
    then holds no text. `masks` are passages that people masked in addition, in the order in which they did.
    """

    item_id: str = Field(primary_key=True, foreign_key="item.id")
    reasons: list[str] = Field(sa_type=JSON)
    spans: list[dict[str, Any]] = Field(sa_type=JSON)
    gate_version: str
    raw_ref: str | None = None
    masks: list[list[Any]] = Field(default_factory=list, sa_type=JSON)  # [start, end, placeholder]
    version: int = 1
    opened_at: datetime = Field(sa_type=UtcDateTime, index=True)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class RecheckVote(SQLModel, table=True):
    __tablename__ = "recheck_vote"
    __table_args__ = (UniqueConstraint("item_id", "person_id"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    item_id: str = Field(foreign_key="recheck.item_id")
    person_id: str = Field(foreign_key="person.id")
    decision: str
    version: int
    at: datetime = Field(sa_type=UtcDateTime)
