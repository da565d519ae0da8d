"""indexes of the coordinator's desk

Revision ID: 0012
Revises: 0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0010"
branch_labels = None
depends_on = None

SKIPPED = sa.text("state = 'skipped'")
OPEN = sa.text("open_slots > 0")


def upgrade() -> None:
    op.create_index("item_progress", "item", ["project_id", "state", "answered", "leased", "id"])
    op.create_index("item_slice", "item", ["project_id", "audit_key"])
    op.create_index("item_open_source", "item", ["project_id", "source"], sqlite_where=OPEN, postgresql_where=OPEN)
    op.drop_index("item_risk", table_name="item")
    op.create_index("item_risk", "item", ["project_id", "risk", "answered"])
    op.create_index("annotation_person_created", "annotation", ["person_id", "created_at"])
    op.create_index(
        "lease_skipped", "lease", ["item_id", "ended_at", "person_id"], sqlite_where=SKIPPED, postgresql_where=SKIPPED
    )


def downgrade() -> None:
    op.drop_index("lease_skipped", table_name="lease")
    op.drop_index("annotation_person_created", table_name="annotation")
    op.drop_index("item_risk", table_name="item")
    op.create_index("item_risk", "item", ["project_id", "risk"])
    op.drop_index("item_open_source", table_name="item")
    op.drop_index("item_slice", table_name="item")
    op.drop_index("item_progress", table_name="item")
