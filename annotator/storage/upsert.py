"""`INSERT … ON CONFLICT`, which SQLite and PostgreSQL both know and SQLAlchemy has for each of them apart."""

from __future__ import annotations

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel


def inserting(session: Session, model: type[SQLModel]) -> postgresql.Insert:
    """Return an insert that can say what becomes of rows which are there already; both dialects' have the same methods."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    insert: postgresql.Insert = dialect.insert(model)
    return insert
