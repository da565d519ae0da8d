"""settings that are changed while people label, and actions on many items

Revision ID: 0014
Revises: 0013
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import annotator.storage.types

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_OPEN = sa.text("open_slots > 0")
_NEW = {"item_dispensable": ["precedence", "missing", "order_key"], "item_priority": ["precedence", "priority", "order_key"], "item_open_source": ["source"]}
_OLD = {"item_dispensable": ["missing", "order_key"], "item_priority": ["priority", "order_key"], "item_open_source": ["source"]}
_ON_OPEN = ("item_dispensable", "item_priority", "item_audit", "item_open_source")


def upgrade() -> None:
    op.add_column("project", sa.Column("settings_version", sa.Integer(), nullable=False, server_default="0"))
    for name in _ON_OPEN:
        op.drop_index(name, table_name="item")
    op.drop_column("item", "open_slots")
    op.add_column("item", sa.Column("at_least", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("item", sa.Column("on_hold", sa.Boolean(), nullable=False, server_default=sa.text("false")))
    op.add_column(
        "item",
        sa.Column(
            "precedence",
            sa.Integer(),
            sa.CheckConstraint("precedence IN (-1, 0, 1)", name="item_precedence"),
            nullable=False,
            server_default="0",
        ),
    )
    _open_slots("state IN ('ready', 'leased') AND NOT on_hold")
    _indexes(_NEW)
    op.execute(
        "UPDATE item SET at_least = overlap WHERE state IN ('ready', 'leased') AND id IN (SELECT item_id FROM requeue)"
    )
    op.create_table(
        "bulk_action",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("chosen", sa.JSON(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("progress", sa.String(), nullable=False),
        sa.Column("created_at", annotator.storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("finished_at", annotator.storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.String(), nullable=True),
        sa.Column("undone_at", annotator.storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "action IN ('withdraw', 'hold', 'release', 'raise', 'lower', 'usual', 'adjudicate', 'ask-another', "
            "'make-control')",
            name="bulk_action_action",
        ),
        sa.CheckConstraint("progress IN ('running', 'done', 'undoing', 'undone')", name="bulk_action_progress"),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["undone_by"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("person_id", "key"),
    )
    op.create_index("bulk_action_project", "bulk_action", ["project_id", "id"])
    op.create_table(
        "bulk_item",
        sa.Column("bulk_id", sa.String(), nullable=False),
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.CheckConstraint(
            "result IN ('waiting', 'done', 'refused', 'restored', 'stays')", name="bulk_item_result"
        ),
        sa.ForeignKeyConstraint(["bulk_id"], ["bulk_action.id"]),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"]),
        sa.PrimaryKeyConstraint("bulk_id", "item_id"),
    )
    op.create_index("bulk_item_result_item", "bulk_item", ["bulk_id", "result", "item_id"])
    op.create_index("bulk_item_item", "bulk_item", ["item_id"])


def downgrade() -> None:
    op.drop_table("bulk_item")
    op.drop_table("bulk_action")
    for name in _ON_OPEN:
        op.drop_index(name, table_name="item")
    for name in ("open_slots", "precedence", "on_hold", "at_least"):
        op.drop_column("item", name)
    _open_slots("state IN ('ready', 'leased')")
    _indexes(_OLD)
    op.drop_column("project", "settings_version")


def _open_slots(dispensable: str) -> None:
    """SQLite can add a computed column that is worked out on reading, PostgreSQL one that is stored; both can be indexed."""
    stored = op.get_bind().dialect.name != "sqlite"
    slots = sa.Computed(f"CASE WHEN {dispensable} THEN overlap - answered - leased ELSE 0 END", persisted=stored)
    op.add_column("item", sa.Column("open_slots", sa.Integer(), slots))


def _indexes(columns: dict[str, list[str]]) -> None:
    for name, after in {**columns, "item_audit": ["audit_key"]}.items():
        op.create_index(name, "item", ["project_id", *after], sqlite_where=_OPEN, postgresql_where=_OPEN)
