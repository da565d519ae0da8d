"""exposure

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import annotator.storage.types

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "exposure",
        sa.Column("id", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("started_at", annotator.storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", annotator.storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("high_concern", sa.Boolean(), nullable=True),
        sa.CheckConstraint("ended_at >= started_at", name="exposure_forwards"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("exposure_person_ended", "exposure", ["person_id", "ended_at"])
    op.create_index(
        "exposure_one_open",
        "exposure",
        ["person_id"],
        unique=True,
        sqlite_where=sa.text("open"),
        postgresql_where=sa.text("open"),
    )
    op.create_table(
        "preference",
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("opt_outs", sa.JSON(), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("person_id"),
    )
    op.create_table(
        "wellbeing",
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("limits", sa.JSON(), nullable=False),
        sa.Column("welfare_contact", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.PrimaryKeyConstraint("project_id"),
    )
    op.create_table(
        "zone_choice",
        sa.Column("id", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("since", annotator.storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("zone_choice_subject", "zone_choice", ["subject", "id"])


def downgrade() -> None:
    op.drop_index("zone_choice_subject", table_name="zone_choice")
    op.drop_table("zone_choice")
    op.drop_table("wellbeing")
    op.drop_table("preference")
    op.drop_index("exposure_one_open", table_name="exposure")
    op.drop_index("exposure_person_ended", table_name="exposure")
    op.drop_table("exposure")
