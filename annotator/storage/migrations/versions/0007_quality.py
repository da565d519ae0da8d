"""quality

Revision ID: 0007
Revises: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import annotator.storage.types

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "qualification_round",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("opened_at", annotator.storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("decided_at", annotator.storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("study", sa.JSON(), nullable=False),
        sa.CheckConstraint("outcome IN ('pass', 'study')", name="qualification_outcome"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_qualification_round_person_id", "qualification_round", ["person_id"])
    op.create_index(
        "qualification_one_open",
        "qualification_round",
        ["person_id"],
        unique=True,
        sqlite_where=sa.text("decided_at IS NULL"),
        postgresql_where=sa.text("decided_at IS NULL"),
    )

    op.create_table(
        "quality_pause",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("opened_at", annotator.storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("statistic", sa.Float(), nullable=False),
        sa.Column("grounds", sa.JSON(), nullable=False),
        sa.Column("appeal", sa.String(), nullable=True),
        sa.Column("appealed_at", annotator.storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("decided_at", annotator.storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decision", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.CheckConstraint("decision IN ('resume', 'keep')", name="quality_pause_decision"),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_quality_pause_person_id", "quality_pause", ["person_id"])
    op.create_index(
        "quality_pause_one_open",
        "quality_pause",
        ["person_id"],
        unique=True,
        sqlite_where=sa.text("decided_at IS NULL"),
        postgresql_where=sa.text("decided_at IS NULL"),
    )

    op.create_table(
        "training_attempt",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("card", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("right", sa.Boolean(), nullable=False),
        sa.Column("at", annotator.storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("person_id", "key"),
    )
    op.create_index("training_attempt_card", "training_attempt", ["person_id", "card"])

    op.create_table(
        "quality_policy",
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("bank_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("control_rate", sa.Float(), nullable=False),
        sa.Column("control_first", sa.Integer(), nullable=False),
        sa.Column("retire_after", sa.Integer(), nullable=False),
        sa.Column("ls_project_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("control_first >= 0", name="quality_policy_first"),
        sa.CheckConstraint("control_rate >= 0 AND control_rate <= 0.5", name="quality_policy_rate"),
        sa.ForeignKeyConstraint(["bank_id"], ["project.id"]),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.PrimaryKeyConstraint("project_id"),
        sa.UniqueConstraint("bank_id"),
    )
    op.create_table(
        "control",
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("expected", sa.JSON(), nullable=False),
        sa.Column("spans", sa.JSON(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("origin_item_id", sa.String(), nullable=True),
        sa.Column("added_at", annotator.storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.Column("retired_at", annotator.storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("origin IN ('synthetic', 'gold')", name="control_origin"),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"]),
        sa.ForeignKeyConstraint(["origin_item_id"], ["item.id"]),
        sa.PrimaryKeyConstraint("item_id"),
        sa.UniqueConstraint("origin_item_id"),
    )
    op.create_table(
        "quality_evidence",
        sa.Column("annotation_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("right", sa.Boolean(), nullable=True),
        sa.Column("llr", sa.Float(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("at", annotator.storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("source IN ('control', 'consensus')", name="quality_evidence_source"),
        sa.ForeignKeyConstraint(["annotation_id"], ["annotation.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("annotation_id"),
    )
    op.create_index("quality_evidence_person", "quality_evidence", ["person_id", "annotation_id"])


def downgrade() -> None:
    op.drop_index("quality_evidence_person", table_name="quality_evidence")

    op.drop_table("quality_evidence")
    op.drop_table("control")
    op.drop_table("quality_policy")
    op.drop_index("training_attempt_card", table_name="training_attempt")

    op.drop_table("training_attempt")
    op.drop_index("quality_pause_one_open", table_name="quality_pause")
    op.drop_index("ix_quality_pause_person_id", table_name="quality_pause")

    op.drop_table("quality_pause")
    op.drop_index("qualification_one_open", table_name="qualification_round")
    op.drop_index("ix_qualification_round_person_id", table_name="qualification_round")

    op.drop_table("qualification_round")
