"""alerts kept as the parts of their sentences, to be said in any language

Revision ID: 0025
Revises: 0024
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("alert", sa.Column("parts", sa.JSON(), nullable=False, server_default="{}"))


def downgrade() -> None:
    op.drop_column("alert", "parts")
