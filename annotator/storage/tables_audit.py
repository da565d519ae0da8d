"""Where the chains of the audit log stand; its lines are in `tables`."""

from __future__ import annotations

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel


class AuditHead(SQLModel, table=True):
    """How far a chain of the audit log has come."""

    __tablename__ = "audit_head"

    chain: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    position: int = Field(sa_type=BigInteger)
    hash: str
