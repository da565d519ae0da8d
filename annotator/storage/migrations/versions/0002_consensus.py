"""consensus

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import annotator.storage.types

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "consensus_fit",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("fitted_at", annotator.storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("n_answers", sa.Integer(), nullable=False),
        sa.Column("n_labels", sa.Integer(), nullable=False),
        sa.Column("n_items", sa.Integer(), nullable=False),
        sa.Column("n_people", sa.Integer(), nullable=False),
        sa.Column("converged", sa.Boolean(), nullable=False),
        sa.Column("log_likelihood", sa.Float(), nullable=False),
        sa.Column("model", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["project.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("consensus_fit", schema=None) as batch_op:
        batch_op.create_index("consensus_fit_newest", ["project_id", "label", "id"], unique=False)

    op.create_table(
        "skill",
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("fit_id", sa.String(), nullable=False),
        sa.Column("confusion", sa.JSON(), nullable=False),
        sa.Column("effective_n", sa.Float(), nullable=False),
        sa.Column("accuracy", sa.Float(), nullable=False),
        sa.Column("low", sa.Float(), nullable=False),
        sa.Column("high", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["fit_id"],
            ["consensus_fit.id"],
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("person_id", "label"),
    )
    op.add_column("item", sa.Column("posterior", sa.JSON(), nullable=True))
    op.add_column("item", sa.Column("risk", sa.Float(), nullable=True))
    op.add_column("item", sa.Column("indicators", sa.JSON(), nullable=True))
    op.create_index("item_risk", "item", ["project_id", "risk"], unique=False)


def downgrade() -> None:
    op.drop_index("item_risk", table_name="item")
    for column in ("indicators", "risk", "posterior"):
        op.drop_column("item", column)

    op.drop_table("skill")
    with op.batch_alter_table("consensus_fit", schema=None) as batch_op:
        batch_op.drop_index("consensus_fit_newest")

    op.drop_table("consensus_fit")
