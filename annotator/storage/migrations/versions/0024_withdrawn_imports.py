"""imports whose answers were withdrawn

Revision ID: 0024
Revises: 0023
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from annotator.storage.types import UtcDateTime

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_IMPORTED = sa.text("origin IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "withdrawn_import",
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("origin"),
    )
    op.create_index("annotation_origin", "annotation", ["origin"], sqlite_where=_IMPORTED, postgresql_where=_IMPORTED)


def downgrade() -> None:
    op.drop_index("annotation_origin", "annotation")
    op.drop_table("withdrawn_import")
