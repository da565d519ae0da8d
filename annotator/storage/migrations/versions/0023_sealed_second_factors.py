"""which key the secret of a second factor is sealed with; old ones are sealed when the service starts next

Revision ID: 0023
Revises: 0022
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("second_factor") as table:
        table.add_column(sa.Column("sealed_by", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("second_factor") as table:
        table.drop_column("sealed_by")
