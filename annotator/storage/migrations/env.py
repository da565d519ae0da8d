"""Alembic's environment: migrations run over the connection that the caller hands in."""

from __future__ import annotations

from alembic import context
from sqlmodel import SQLModel

from annotator.storage import (
    tables,
    tables_adjudication,
    tables_consensus,
    tables_exposure,
    tables_learning,
    tables_people,
    tables_quality,
    tables_recheck,
    tables_releases,
)

assert tables  # imported so that the metadata knows every table
assert tables_adjudication
assert tables_consensus
assert tables_exposure
assert tables_people
assert tables_learning
assert tables_quality
assert tables_recheck
assert tables_releases

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
connection.commit()
