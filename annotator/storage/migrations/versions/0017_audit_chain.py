"""the audit log as hash chains; lines that are there become the beginning of the first

Revision ID: 0017
Revises: 0016
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC

import sqlalchemy as sa
from alembic import op

from annotator.storage.types import UtcDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_CHAINS = 16
_GENESIS = "0" * 64
_BATCH = 5000


def upgrade() -> None:
    heads = op.create_table(
        "audit_head",
        sa.Column("chain", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("chain"),
    )
    op.add_column("audit", sa.Column("chain", sa.Integer(), nullable=True))
    op.add_column("audit", sa.Column("position", sa.BigInteger(), nullable=True))
    op.add_column("audit", sa.Column("hash", sa.String(), nullable=True))
    position, last = _chain_what_is_there()
    rows = [{"chain": chain, "position": 0, "hash": _GENESIS} for chain in range(_CHAINS)]
    rows[0] = {"chain": 0, "position": position, "hash": last}
    op.bulk_insert(heads, rows)
    with op.batch_alter_table("audit", schema=None) as batch_op:
        for name, kind in (("chain", sa.Integer()), ("position", sa.BigInteger()), ("hash", sa.String())):
            batch_op.alter_column(name, existing_type=kind, nullable=False)
        batch_op.create_unique_constraint("audit_chain_position_key", ["chain", "position"])


def downgrade() -> None:
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.drop_constraint("audit_chain_position_key", type_="unique")
        for name in ("hash", "position", "chain"):
            batch_op.drop_column(name)
    op.drop_table("audit_head")


def _chain_what_is_there() -> tuple[int, str]:
    """Give every line its place and hash, in the order of their ids; return how many there are and the last hash."""
    audit = sa.table(
        "audit",
        *(sa.column(name, kind) for name, kind in (("id", sa.BigInteger()), ("at", UtcDateTime()), ("detail", sa.JSON()))),
        *(sa.column(name, sa.String()) for name in ("actor", "action", "subject", "hash")),
        *(sa.column(name, sa.BigInteger()) for name in ("chain", "position")),
    )
    put = (
        audit.update()
        .where(audit.c.id == sa.bindparam("which"))
        .values(chain=0, position=sa.bindparam("place"), hash=sa.bindparam("link"))
    )
    said = sa.select(*(audit.c[name] for name in ("id", "at", "actor", "action", "subject", "detail")))
    position, last, after = 0, _GENESIS, None
    while True:
        beyond = said if after is None else said.where(audit.c.id > after)
        found = op.get_bind().execute(beyond.order_by(audit.c.id).limit(_BATCH)).all()
        if not found:
            return position, last
        places = []
        for row in found:
            position += 1
            moment = row.at.astimezone(UTC).isoformat(timespec="microseconds")
            line = [last, 0, position, moment, row.actor, row.action, row.subject, row.detail]
            last = hashlib.sha256(json.dumps(line, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
            places.append({"which": row.id, "place": position, "link": last})
        op.get_bind().execute(put, places)
        after = found[-1].id
