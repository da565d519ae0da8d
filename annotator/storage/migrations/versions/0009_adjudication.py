"""adjudication

Revision ID: 0009
Revises: 0008
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

import annotator.storage.types

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_CAUSES = "cause IN ('guideline_unclear', 'ambiguous_text', 'annotator_error', 'missing_context', 'other')"


def _moment(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, annotator.storage.types.UtcDateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "adjudication_hold",
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("item_id", sa.String(), nullable=False),
        _moment("expires_at"),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("person_id"),
        sa.UniqueConstraint("item_id"),
    )
    op.create_table(
        "adjudication",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("guideline_version_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("rating", sa.String(), nullable=True),
        sa.Column("cannot_tell", sa.Boolean(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("clause", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("started_from", sa.String(), nullable=True),
        sa.Column("settles", sa.Boolean(), nullable=False),
        _moment("created_at"),
        _moment("superseded_at", nullable=True),
        sa.CheckConstraint(_CAUSES, name="adjudication_cause"),
        sa.ForeignKeyConstraint(["guideline_version_id"], ["guideline_version.id"]),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["started_from"], ["annotation.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("person_id", "key"),
    )
    stands, gold = sa.text("superseded_at IS NULL"), sa.text("settles AND superseded_at IS NULL")
    op.create_index(
        "adjudication_once",
        "adjudication",
        ["item_id", "person_id"],
        unique=True,
        sqlite_where=stands,
        postgresql_where=stands,
    )
    op.create_index(
        "adjudication_gold", "adjudication", ["item_id"], unique=True, sqlite_where=gold, postgresql_where=gold
    )
    op.create_table(
        "adjudication_policy",
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("two_from", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.PrimaryKeyConstraint("project_id"),
    )


def downgrade() -> None:
    op.drop_table("adjudication_policy")
    op.drop_index("adjudication_gold", table_name="adjudication")
    op.drop_index("adjudication_once", table_name="adjudication")
    op.drop_table("adjudication")
    op.drop_table("adjudication_hold")
