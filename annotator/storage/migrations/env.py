"""Alembic's environment: migrations run over the connection that the caller hands in."""

from __future__ import annotations

from alembic import context

from annotator.storage.every_table import metadata

connection = context.config.attributes["connection"]
sqlite = connection.dialect.name == "sqlite"
driver = connection.connection.cursor()  # below the transactions, within which SQLite takes no such order
if (
    sqlite
):  # it changes a table by making it anew, and dropping the old one would take along or miss the rows that refer to it
    driver.execute("PRAGMA foreign_keys=OFF")
context.configure(
    connection=connection,
    target_metadata=metadata(),
    render_as_batch=sqlite,
    transaction_per_migration=True,
)
try:
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
finally:
    if sqlite:
        connection.rollback()
        driver.execute("PRAGMA foreign_keys=ON")
    driver.close()
