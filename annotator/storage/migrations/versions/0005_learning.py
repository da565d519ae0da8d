"""learning

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

import hashlib

import sqlalchemy as sa
from alembic import op

import annotator.storage.types

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_OPEN = sa.text("open_slots > 0")
_INDEXES = {"item_priority": ["priority", "order_key"], "item_audit": ["audit_key"]}
_ITEM = ("priority", "audit_key")
_PROJECT = ("max_overlap", "risk_threshold", "audit_share", "retrain_every")


def upgrade() -> None:
    op.create_table(
        "model_version",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", annotator.storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("features", sa.String(), nullable=False),
        sa.Column("data_sha256", sa.String(), nullable=False),
        sa.Column("n_answers", sa.Integer(), nullable=False),
        sa.Column("n_labelled", sa.Integer(), nullable=False),
        sa.Column("n_items", sa.Integer(), nullable=False),
        sa.Column("metrics", sa.JSON(), nullable=False),
        sa.Column("curve", sa.JSON(), nullable=False),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.Column("lift_proven", sa.Boolean(), nullable=False),
        sa.Column("lift_reason", sa.String(), nullable=False),
        sa.Column("share", sa.Float(), nullable=False),
        sa.Column("usable", sa.Boolean(), nullable=False),
        sa.Column("parameters", sa.LargeBinary(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("project_id", "version"),
    )
    op.create_index(
        "model_version_active",
        "model_version",
        ["project_id"],
        unique=True,
        sqlite_where=sa.text("active"),
        postgresql_where=sa.text("active"),
    )
    op.create_table(
        "prediction",
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("model_id", sa.String(), nullable=False),
        sa.Column("probability", sa.JSON(), nullable=False),
        sa.Column("mirrored", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"]),
        sa.ForeignKeyConstraint(["model_id"], ["model_version.id"]),
        sa.PrimaryKeyConstraint("item_id"),
    )
    op.create_index("ix_prediction_model_id", "prediction", ["model_id"])
    op.create_index("ix_prediction_mirrored", "prediction", ["mirrored"])
    op.add_column("project", sa.Column("max_overlap", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("project", sa.Column("risk_threshold", sa.Float(), nullable=False, server_default="0.02"))
    op.add_column("project", sa.Column("audit_share", sa.Float(), nullable=False, server_default="0.1"))
    op.add_column("project", sa.Column("retrain_every", sa.Integer(), nullable=False, server_default="100"))
    op.add_column("item", sa.Column("priority", sa.Float(), nullable=False, server_default="0"))
    op.add_column("item", sa.Column("audit_key", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("lease", sa.Column("pick", sa.String(), nullable=True))
    op.add_column("skill", sa.Column("weight", sa.JSON(), nullable=True))
    _draw_audit_keys()
    for name, columns in _INDEXES.items():
        op.create_index(name, "item", ["project_id", *columns], sqlite_where=_OPEN, postgresql_where=_OPEN)


def downgrade() -> None:
    for name in _INDEXES:
        op.drop_index(name, table_name="item")
    op.drop_column("skill", "weight")
    op.drop_column("lease", "pick")
    for name in _ITEM:
        op.drop_column("item", name)
    for name in _PROJECT:
        op.drop_column("project", name)
    op.drop_index("ix_prediction_mirrored", table_name="prediction")
    op.drop_index("ix_prediction_model_id", table_name="prediction")
    op.drop_table("prediction")
    op.drop_index("model_version_active", table_name="model_version")
    op.drop_table("model_version")


def _draw_audit_keys() -> None:
    """Items that are there get the number that they would have got on the way in (`storage.items.audit_key`)."""
    connection = op.get_bind()
    item = sa.table("item", sa.column("id", sa.String()), sa.column("audit_key", sa.BigInteger()))
    ids = connection.execute(sa.select(item.c.id)).scalars().all()
    change = item.update().where(item.c.id == sa.bindparam("which")).values(audit_key=sa.bindparam("key"))
    rows = [{"which": one, "key": _key(one)} for one in ids]
    for start in range(0, len(rows), 5000):
        connection.execute(change, rows[start : start + 5000])


def _key(item_id: str) -> int:
    return int.from_bytes(hashlib.blake2b(item_id.encode(), digest_size=8, key=b"audit").digest(), "big") >> 1
