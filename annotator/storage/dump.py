"""Every row of every table as plain values, and back: the same on SQLite and PostgreSQL, at any revision of the schema.

Tables are read from the database itself, not from the code, so that a database of an earlier revision can be kept and given back
too. JSON goes as the text that is stored; moments in UTC; bytes in base 64. Computed columns are left out.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    DateTime,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    bindparam,
    cast,
    func,
    insert,
    select,
    text,
)

VERSION_TABLE = "alembic_version"
_BATCH = 2_000
_MODULUS = 2**256

Row = list[Any]


class Digest:
    """Counts rows and sums their hashes, so that the same rows in another order come to the same."""

    def __init__(self) -> None:
        self.rows, self._sum = 0, 0

    def add(self, line: bytes) -> None:
        """Take in one row, as `line_of` writes it."""
        self.rows += 1
        self._sum = (self._sum + int.from_bytes(hashlib.sha256(line).digest(), "big")) % _MODULUS

    @property
    def hex(self) -> str:
        return f"{self._sum:064x}"


def line_of(row: Sequence[Any]) -> bytes:
    """Return a row as one line of JSON."""
    return json.dumps(row, separators=(",", ":")).encode()


def tables(connection: Connection) -> list[Table]:
    """Return the tables that are there, each after those it refers to."""
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name != VERSION_TABLE]


def columns(table: Table) -> list[Column[Any]]:
    """Return the columns that hold something of their own, in the order of their names."""
    return sorted((column for column in table.columns if column.computed is None), key=lambda column: column.name)


def rows(connection: Connection, table: Table) -> Iterator[Row]:
    """Yield all rows of a table, in no order."""
    chosen = columns(table)
    writers = [_writer(column) for column in chosen]
    statement = select(*(cast(column, Text) if isinstance(column.type, JSON) else column for column in chosen))
    for part in connection.execute(statement, execution_options={"yield_per": _BATCH}).partitions():
        for found in part:
            yield [None if value is None else write(value) for write, value in zip(writers, found, strict=True)]


def digest(connection: Connection, table: Table) -> Digest:
    """Read a whole table and return its digest."""
    made = Digest()
    for row in rows(connection, table):
        made.add(line_of(row))
    return made


def fill(connection: Connection, table: Table, names: Sequence[str], given: Iterable[Row]) -> None:
    """Add rows to a table. `names` are the columns, in the order of the values."""
    chosen = [table.columns[name] for name in names]
    readers = [_reader(column) for column in chosen]
    values = {column.name: _placeholder(connection, column) for column in chosen}
    statement, waiting = insert(table).values(values), iter(given)
    while batch := list(islice(waiting, _BATCH)):
        connection.execute(
            statement,
            [
                {
                    f"v_{name}": None if value is None else read(value)
                    for name, read, value in zip(names, readers, row, strict=True)
                }
                for row in batch
            ],
        )


def catch_up_serials(connection: Connection, table: Table) -> None:
    """Let a table's own numbers go on after the highest that is there; SQLite does so by itself."""
    if connection.dialect.name == "sqlite":
        return
    for column in table.primary_key.columns:
        name = {"table": f'"{table.name}"', "column": column.name}
        sequence = connection.execute(text("SELECT pg_get_serial_sequence(:table, :column)"), name).scalar()
        highest = connection.execute(select(func.max(column))).scalar() if sequence else None
        if highest is not None:
            connection.execute(select(func.setval(sequence, highest)))


def _writer(column: Column[Any]) -> Callable[[Any], Any]:
    if isinstance(column.type, DateTime):
        return _moment
    if isinstance(column.type, LargeBinary):
        return lambda value: base64.b64encode(value).decode()
    return lambda value: value


def _reader(column: Column[Any]) -> Callable[[Any], Any]:
    if isinstance(column.type, DateTime):
        aware = column.type.timezone
        return lambda value: (
            datetime.fromisoformat(value) if aware else datetime.fromisoformat(value).replace(tzinfo=None)
        )
    if isinstance(column.type, LargeBinary):
        return base64.b64decode
    return lambda value: value


def _moment(value: datetime) -> str:
    utc = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    return utc.isoformat(timespec="microseconds")


def _placeholder(connection: Connection, column: Column[Any]) -> Any:
    """Return where a value goes. JSON comes as its text, which SQLite stores and PostgreSQL has to be told about."""
    if not isinstance(column.type, JSON):
        return bindparam(f"v_{column.name}", type_=column.type)
    plain = bindparam(f"v_{column.name}", type_=String())
    return plain if connection.dialect.name == "sqlite" else cast(plain, JSON())
