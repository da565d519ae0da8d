"""One row in every table of a schema as it is, whatever revision it has: keys refer to rows of the same number, checks hold."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Connection,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    String,
    Table,
)

from annotator.storage import dump
from annotator.storage.every_table import metadata

MOMENT = datetime(2026, 3, 2, 9, 30, 15, 123456, tzinfo=UTC)
CHAINED = {"audit", "audit_head"}  # lines of the audit log follow one another, once there are chains: no free rows
SPECIAL = {
    ("item", "overlap"): 3,
    ("item", "leased"): 1,
    ("item", "answered"): 1,
    ("item", "precedence"): -1,
    ("alert", "state"): "closed",  # goes with `closed_at`, which is filled
    ("mood", "mood"): 3,
    ("api_token", "scopes"): ["releases:read"],  # such a token goes down with its migration, a revoked one does not
    ("api_token", "revoked_at"): None,
}
"""What checks and migrations ask for beyond one word or number."""
KEYS = {"skill": ("person_id", "label")}
"""What tells the rows of a table apart at every version, where its key has grown since."""


def _words() -> dict[tuple[str, str], str]:
    """Return the first word of every list of words that a check allows."""
    found = {}
    for table in metadata().tables.values():
        for check in table.constraints:
            if isinstance(check, CheckConstraint) and (match := re.match(r"(\w+) IN \('([\w-]+)'", str(check.sqltext))):
                found[table.name, match[1]] = match[2]
    return found


WORDS = _words()


def fill(connection: Connection, tables: list[Table], number: int) -> None:
    """Add row `number` to every table."""
    chained = any("chain" in table.columns for table in tables if table.name == "audit")
    for table in tables:
        if not (chained and table.name in CHAINED):
            connection.execute(table.insert(), {column.name: _value(column, number) for column in dump.columns(table)})


def kept(connection: Connection, table: Table) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Return every row by its key."""
    names = [column.name for column in dump.columns(table)]
    key = KEYS.get(table.name, table.primary_key.columns.keys())
    rows = [dict(zip(names, row, strict=True)) for row in dump.rows(connection, table)]
    return {tuple(row[name] for name in key): row for row in rows}


def _value(column: Column[Any], number: int) -> Any:
    for key in column.foreign_keys:
        return _value(key.column, number)
    name, kind = (column.table.name, column.name), column.type
    if name in SPECIAL or name in WORDS:
        return SPECIAL.get(name, WORDS.get(name))
    if isinstance(kind, DateTime):
        return MOMENT if kind.timezone else MOMENT.replace(tzinfo=None)
    plain = {
        JSON: [f"word {number}", {"number": 0.1, "nothing": None}],
        Boolean: True,
        Integer: number,
        Float: 0.25,
        LargeBinary: bytes([0, 255, number]),
        String: f"{column.name} {number}: ä \U0001f4a1",
    }
    return next(value for of, value in plain.items() if isinstance(kind, of))
