"""what is known of people by project; indexes of what is asked of decisions and of changes in Label Studio

Revision ID: 0026
Revises: 0025
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_INDEXES = {
    "ix_adjudication_item_id": ("adjudication", ["item_id"]),
    "ix_adjudication_started_from": ("adjudication", ["started_from"]),
    "ix_studio_change_annotation_id": ("studio_change", ["annotation_id"]),
}
_NAMES = {"pk": "%(table_name)s_pkey"}


def upgrade() -> None:
    for name, (table, columns) in _INDEXES.items():
        op.create_index(name, table, columns)
    with op.batch_alter_table("skill") as batch:
        batch.add_column(sa.Column("project_id", sa.String(), nullable=True))
    op.execute(
        "UPDATE skill SET project_id = (SELECT project_id FROM consensus_fit WHERE consensus_fit.id = skill.fit_id)"
    )
    with op.batch_alter_table("skill", naming_convention=_NAMES) as batch:
        batch.alter_column("project_id", existing_type=sa.String(), nullable=False)
        batch.create_foreign_key("skill_project_id_fkey", "project", ["project_id"], ["id"])
        batch.drop_constraint("skill_pkey", type_="primary")
        batch.create_primary_key("skill_pkey", ["person_id", "project_id", "label"])


def downgrade() -> None:
    op.execute(
        "DELETE FROM skill WHERE fit_id < (SELECT max(other.fit_id) FROM skill AS other "
        "WHERE other.person_id = skill.person_id AND other.label = skill.label)"
    )
    with op.batch_alter_table("skill", naming_convention=_NAMES) as batch:
        batch.drop_constraint("skill_pkey", type_="primary")
        batch.create_primary_key("skill_pkey", ["person_id", "label"])
        batch.drop_constraint("skill_project_id_fkey", type_="foreignkey")
        batch.drop_column("project_id")
    for name, (table, _) in _INDEXES.items():
        op.drop_index(name, table_name=table)
