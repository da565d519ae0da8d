"""people

Revision ID: 0006
Revises: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import annotator.storage.types

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agreed_text",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("since", annotator.storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("step", "version"),
    )
    op.create_table(
        "coordinator_pause",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("paused_by", sa.String(), nullable=False),
        sa.Column("at", annotator.storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("resumed_at", annotator.storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("resumed_by", sa.String(), nullable=True),
        sa.Column("resume_reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["paused_by"], ["person.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["resumed_by"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("coordinator_pause_person", "coordinator_pause", ["person_id"])

    op.create_table(
        "departure",
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("at", annotator.storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("answers", sa.String(), nullable=False),
        sa.Column("erased", sa.Boolean(), nullable=False),
        sa.CheckConstraint("answers IN ('kept', 'withdrawn')", name="departure_answers"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("person_id"),
    )
    op.create_table(
        "guideline_approval",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("guideline_version_id", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("approved", sa.Boolean(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("dissent", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("at", annotator.storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["guideline_version_id"], ["guideline_version.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("guideline_approval_version", "guideline_approval", ["guideline_version_id"])

    op.create_table(
        "mood",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("at", annotator.storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("mood", sa.Integer(), nullable=False),
        sa.CheckConstraint("mood BETWEEN 1 AND 5", name="mood_range"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("mood_person", "mood", ["person_id"])

    op.create_table(
        "own_choice",
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("covered", sa.Boolean(), nullable=False),
        sa.Column("session_goal", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("person_id"),
    )
    op.create_table(
        "quiz_pass",
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("guideline_version_id", sa.String(), nullable=False),
        sa.Column("at", annotator.storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["guideline_version_id"], ["guideline_version.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("person_id", "guideline_version_id"),
    )
    op.create_table(
        "signature",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("text_id", sa.String(), nullable=True),
        sa.Column("at", annotator.storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", annotator.storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["text_id"], ["agreed_text.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("signature_person", "signature", ["person_id"])

    op.create_table(
        "vetting",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("at", annotator.storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("undone_at", annotator.storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["recorded_by"], ["person.id"]),
        sa.ForeignKeyConstraint(["undone_by"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("vetting_person", "vetting", ["person_id"])

    op.create_table(
        "guideline_activation",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("guideline_version_id", sa.String(), nullable=False),
        sa.Column("previous_id", sa.String(), nullable=True),
        sa.Column("clauses", sa.JSON(), nullable=False),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("activated_by", sa.String(), nullable=False),
        sa.Column("at", annotator.storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["guideline_version_id"], ["guideline_version.id"]),
        sa.ForeignKeyConstraint(["previous_id"], ["guideline_version.id"]),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("guideline_activation_project", "guideline_activation", ["project_id", "guideline_version_id"])

    op.create_table(
        "tombstone",
        sa.Column("annotation_id", sa.String(), nullable=False),
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("guideline_version_id", sa.String(), nullable=False),
        sa.Column("answered_at", annotator.storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", annotator.storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["guideline_version_id"], ["guideline_version.id"]),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("annotation_id"),
    )
    op.create_index("tombstone_item", "tombstone", ["item_id"])

    op.create_table(
        "requeue",
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("guideline_version_id", sa.String(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("at", annotator.storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["guideline_version_id"], ["guideline_version.id"]),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"]),
        sa.PrimaryKeyConstraint("item_id", "guideline_version_id"),
    )
    op.add_column("project", sa.Column("demonstration", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("project", "demonstration")
    op.drop_table("requeue")

    op.drop_index("tombstone_item", table_name="tombstone")

    op.drop_table("tombstone")
    op.drop_index("guideline_activation_project", table_name="guideline_activation")

    op.drop_table("guideline_activation")
    op.drop_index("vetting_person", table_name="vetting")

    op.drop_table("vetting")
    op.drop_index("signature_person", table_name="signature")

    op.drop_table("signature")
    op.drop_table("quiz_pass")
    op.drop_table("own_choice")
    op.drop_index("mood_person", table_name="mood")

    op.drop_table("mood")
    op.drop_index("guideline_approval_version", table_name="guideline_approval")

    op.drop_table("guideline_approval")
    op.drop_table("departure")
    op.drop_index("coordinator_pause_person", table_name="coordinator_pause")

    op.drop_table("coordinator_pause")
    op.drop_table("agreed_text")
