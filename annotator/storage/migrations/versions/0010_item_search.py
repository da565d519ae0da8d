"""indexes of the search of items

Revision ID: 0010
Revises: 0009
"""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("item_in_order", "item", ["project_id", "id"])
    op.create_index("item_campaign", "item", ["project_id", "campaign", "id"])


def downgrade() -> None:
    op.drop_index("item_campaign", table_name="item")
    op.drop_index("item_in_order", table_name="item")
