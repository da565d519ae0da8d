"""tokens with scopes; tokens of releases become tokens that read releases

Revision ID: 0015
Revises: 0014
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from annotator.domain.ids import new_id
from annotator.storage.types import UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_READS_RELEASES = "releases:read"


def upgrade() -> None:
    made = op.create_table(
        "api_token",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash"),
    )
    op.create_index("ix_api_token_person_id", "api_token", ["person_id"])
    if old := _old_tokens():
        op.bulk_insert(made, [{"id": new_id(), "name": "Releases", "scopes": [_READS_RELEASES], **row} for row in old])
    op.drop_index("ix_release_token_person_id", table_name="release_token")
    op.drop_table("release_token")


def downgrade() -> None:
    made = op.create_table(
        "release_token",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    op.create_index("ix_release_token_person_id", "release_token", ["person_id"])
    if reading := _tokens_that_read_releases():
        op.bulk_insert(made, reading)
    op.drop_index("ix_api_token_person_id", table_name="api_token")
    op.drop_table("api_token")


def _old_tokens() -> list[dict[str, Any]]:
    old = sa.table(
        "release_token",
        sa.column("token_hash", sa.String()),
        sa.column("person_id", sa.String()),
        sa.column("created_at", UtcDateTime()),
        sa.column("expires_at", UtcDateTime()),
    )
    return [dict(row) for row in op.get_bind().execute(sa.select(old)).mappings()]


def _tokens_that_read_releases() -> list[dict[str, Any]]:
    """Tokens that work and may read releases, as the version before knows them; it has no place for others."""
    token = sa.table(
        "api_token",
        *(sa.column(name, sa.String()) for name in ("token_hash", "person_id")),
        *(sa.column(name, UtcDateTime()) for name in ("created_at", "expires_at", "revoked_at")),
        sa.column("scopes", sa.JSON()),
    )
    columns = (token.c.token_hash, token.c.person_id, token.c.created_at, token.c.expires_at)
    living = op.get_bind().execute(sa.select(*columns, token.c.scopes).where(token.c.revoked_at.is_(None))).mappings()
    return [{column.name: row[column.name] for column in columns} for row in living if _READS_RELEASES in row["scopes"]]
