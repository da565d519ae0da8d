"""first tables

Revision ID: 0001
Revises: 
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import annotator.storage.types

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", annotator.storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.create_index("audit_subject", ["subject", "id"], unique=False)

    op.create_table(
        "guideline_version",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("created_at", annotator.storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ls_project_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name", "version"),
    )
    op.create_table(
        "marker",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("created_at", annotator.storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("due_at", annotator.storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outbox_due_at"), ["due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_outbox_subject"), ["subject"], unique=False)

    op.create_table(
        "person",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("pseudonym", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("qualified_at", annotator.storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("paused_at", annotator.storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", annotator.storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ls_user_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "role IN ('volunteer', 'adjudicator', 'coordinator', 'researcher', 'admin')", name="person_role"
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("pseudonym"),
    )
    op.create_table(
        "sign_in_failure",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("at", annotator.storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("sign_in_failure", schema=None) as batch_op:
        batch_op.create_index("sign_in_failure_key_at", ["key", "at"], unique=False)

    op.create_table(
        "identity",
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("person_id"),
        sa.UniqueConstraint("email"),
    )
    op.create_table(
        "invitation",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("qualified", sa.Boolean(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=True),
        sa.Column("created_at", annotator.storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", annotator.storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("used_at", annotator.storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    op.create_table(
        "project",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("guideline_version_id", sa.String(), nullable=False),
        sa.Column("overlap", sa.Integer(), nullable=False),
        sa.Column("lease_seconds", sa.Integer(), nullable=False),
        sa.Column("order_seed", sa.BigInteger(), nullable=False),
        sa.Column("created_at", annotator.storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["guideline_version_id"],
            ["guideline_version.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "web_session",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("csrf", sa.String(), nullable=False),
        sa.Column("created_at", annotator.storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", annotator.storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    with op.batch_alter_table("web_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_web_session_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_web_session_person_id"), ["person_id"], unique=False)

    op.create_table(
        "item",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("text_sha256", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("campaign", sa.String(), nullable=True),
        sa.Column("epoch", sa.String(), nullable=True),
        sa.Column("region", sa.String(), nullable=True),
        sa.Column("quarter", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("overlap", sa.Integer(), nullable=False),
        sa.Column("leased", sa.Integer(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("order_key", sa.BigInteger(), nullable=False),
        sa.Column("created_at", annotator.storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column(
            "open_slots",
            sa.Integer(),
            sa.Computed(
                "CASE WHEN state IN ('ready', 'leased') THEN overlap - answered - leased ELSE 0 END", persisted=True
            ),
            nullable=True,
        ),
        sa.Column("missing", sa.Integer(), sa.Computed("overlap - answered", persisted=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('quarantined', 'ready', 'leased', 'agreed', 'adjudicating', 'gold', 'withdrawn')",
            name="item_state",
        ),
        sa.CheckConstraint("leased + answered <= overlap", name="item_overlap"),
        sa.CheckConstraint("leased >= 0 AND answered >= 0", name="item_counts"),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["project.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("project_id", "public_id"),
        sa.UniqueConstraint("project_id", "text_sha256"),
    )
    with op.batch_alter_table("item", schema=None) as batch_op:
        batch_op.create_index(
            "item_dispensable",
            ["project_id", "missing", "order_key"],
            unique=False,
            sqlite_where=sa.text("open_slots > 0"),
            postgresql_where=sa.text("open_slots > 0"),
        )
        batch_op.create_index("item_state_id", ["project_id", "state", "id"], unique=False)

    op.create_table(
        "flag",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("at", annotator.storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["item.id"],
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("flag", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_flag_item_id"), ["item_id"], unique=False)

    op.create_table(
        "lease",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", annotator.storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", annotator.storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", annotator.storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("propensity", sa.Float(), nullable=True),
        sa.CheckConstraint("state IN ('live', 'answered', 'skipped', 'expired', 'released')", name="lease_state"),
        sa.CheckConstraint("slot >= 0", name="lease_slot"),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["item.id"],
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("item_id", "person_id"),
    )
    with op.batch_alter_table("lease", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lease_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "lease_expiring",
            ["expires_at"],
            unique=False,
            sqlite_where=sa.text("state = 'live'"),
            postgresql_where=sa.text("state = 'live'"),
        )
        batch_op.create_index(
            "lease_one_live",
            ["person_id"],
            unique=True,
            sqlite_where=sa.text("state = 'live'"),
            postgresql_where=sa.text("state = 'live'"),
        )
        batch_op.create_index(
            "lease_slot_held",
            ["item_id", "slot"],
            unique=True,
            sqlite_where=sa.text("state IN ('live', 'answered')"),
            postgresql_where=sa.text("state IN ('live', 'answered')"),
        )

    op.create_table(
        "mirror_task",
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("guideline_version_id", sa.String(), nullable=False),
        sa.Column("ls_task_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["guideline_version_id"],
            ["guideline_version.id"],
        ),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["item.id"],
        ),
        sa.PrimaryKeyConstraint("item_id", "guideline_version_id"),
    )
    op.create_table(
        "annotation",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("lease_id", sa.String(), nullable=False),
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("guideline_version_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("rating", sa.String(), nullable=True),
        sa.Column("cannot_tell", sa.Boolean(), nullable=False),
        sa.Column("lead_time", sa.Float(), nullable=False),
        sa.Column("created_at", annotator.storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ls_annotation_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["guideline_version_id"],
            ["guideline_version.id"],
        ),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["item.id"],
        ),
        sa.ForeignKeyConstraint(
            ["lease_id"],
            ["lease.id"],
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("item_id", "person_id"),
        sa.UniqueConstraint("lease_id"),
        sa.UniqueConstraint("person_id", "key"),
    )
    with op.batch_alter_table("annotation", schema=None) as batch_op:
        batch_op.create_index("annotation_created", ["created_at"], unique=False)

    op.create_table(
        "studio_change",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("annotation_id", sa.String(), nullable=True),
        sa.Column("ls_annotation_id", sa.Integer(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("changed_at", annotator.storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("seen_at", annotator.storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["annotation_id"],
            ["annotation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["item.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("ls_annotation_id", "changed_at"),
    )
    with op.batch_alter_table("studio_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_studio_change_item_id"), ["item_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("studio_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_studio_change_item_id"))

    op.drop_table("studio_change")
    with op.batch_alter_table("annotation", schema=None) as batch_op:
        batch_op.drop_index("annotation_created")

    op.drop_table("annotation")
    op.drop_table("mirror_task")
    with op.batch_alter_table("lease", schema=None) as batch_op:
        batch_op.drop_index(
            "lease_slot_held",
            sqlite_where=sa.text("state IN ('live', 'answered')"),
            postgresql_where=sa.text("state IN ('live', 'answered')"),
        )
        batch_op.drop_index(
            "lease_one_live", sqlite_where=sa.text("state = 'live'"), postgresql_where=sa.text("state = 'live'")
        )
        batch_op.drop_index(
            "lease_expiring", sqlite_where=sa.text("state = 'live'"), postgresql_where=sa.text("state = 'live'")
        )
        batch_op.drop_index(batch_op.f("ix_lease_person_id"))

    op.drop_table("lease")
    with op.batch_alter_table("flag", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_flag_item_id"))

    op.drop_table("flag")
    with op.batch_alter_table("item", schema=None) as batch_op:
        batch_op.drop_index("item_state_id")
        batch_op.drop_index(
            "item_dispensable", sqlite_where=sa.text("open_slots > 0"), postgresql_where=sa.text("open_slots > 0")
        )

    op.drop_table("item")
    with op.batch_alter_table("web_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_web_session_person_id"))
        batch_op.drop_index(batch_op.f("ix_web_session_expires_at"))

    op.drop_table("web_session")
    op.drop_table("project")
    op.drop_table("invitation")
    op.drop_table("identity")
    with op.batch_alter_table("sign_in_failure", schema=None) as batch_op:
        batch_op.drop_index("sign_in_failure_key_at")

    op.drop_table("sign_in_failure")
    op.drop_table("person")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outbox_subject"))
        batch_op.drop_index(batch_op.f("ix_outbox_due_at"))

    op.drop_table("outbox")
    op.drop_table("marker")
    op.drop_table("guideline_version")
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.drop_index("audit_subject")

    op.drop_table("audit")
