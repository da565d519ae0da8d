"""webhooks out; columns and ground truth of the mirror

Revision ID: 0016
Revises: 0015
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from annotator.storage.types import UtcDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_LIVING = sa.text("dead_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "webhook_endpoint",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("rotated_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("delivered_at", UtcDateTime(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", UtcDateTime(), nullable=True),
        sa.Column("paused_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_webhook_endpoint_project_id", "webhook_endpoint", ["project_id"])
    op.create_table(
        "webhook_delivery",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("endpoint_id", sa.String(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("dead_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["endpoint_id"], ["webhook_endpoint.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_webhook_delivery_endpoint_id", "webhook_delivery", ["endpoint_id"])
    op.create_index(
        "webhook_due", "webhook_delivery", ["due_at"], sqlite_where=_LIVING, postgresql_where=_LIVING
    )
    op.create_table(
        "mirror_gold",
        sa.Column("adjudication_id", sa.String(), nullable=False),
        sa.Column("guideline_version_id", sa.String(), nullable=False),
        sa.Column("ls_annotation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["adjudication_id"], ["adjudication.id"]),
        sa.ForeignKeyConstraint(["guideline_version_id"], ["guideline_version.id"]),
        sa.PrimaryKeyConstraint("adjudication_id", "guideline_version_id"),
    )
    op.add_column("mirror_task", sa.Column("shown_state", sa.String(), nullable=True))
    op.add_column("mirror_task", sa.Column("shown_answers", sa.Integer(), nullable=True))
    op.add_column("mirror_task", sa.Column("shown_risk", sa.Float(), nullable=True))
    op.add_column(
        "studio_change", sa.Column("ground_truth", sa.Boolean(), nullable=False, server_default=sa.false())
    )


def downgrade() -> None:
    with op.batch_alter_table("studio_change") as table:
        table.drop_column("ground_truth")
    with op.batch_alter_table("mirror_task") as table:
        for column in ("shown_state", "shown_answers", "shown_risk"):
            table.drop_column(column)
    op.drop_table("mirror_gold")
    op.drop_table("webhook_delivery")
    op.drop_table("webhook_endpoint")
