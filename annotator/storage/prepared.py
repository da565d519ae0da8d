"""Statements that run with every item handed out and every answer: written in SQLAlchemy, compiled once a dialect, run past the ORM.

Building a statement anew, finding it among the compiled ones and loading objects costs several times what the database needs to
answer it. A `Prepared` goes to the driver's own cursor, inside its session's transaction; it takes bound parameters by name and gives
plain rows, their types as the columns say. What waits in its session is written first, and errors are SQLAlchemy's, as ever.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Connection, Dialect, Table, bindparam, insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.base import Executable
from sqlmodel import Session, SQLModel

Model = TypeVar("Model", bound=SQLModel)
_Readers = tuple[tuple[int, Callable[[Any], Any]], ...]


class Prepared:
    """A statement with named parameters (`bindparam`), compiled on first use for each dialect that it meets."""

    def __init__(self, statement: Executable) -> None:
        self.statement: Any = statement
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, session: Session, **values: Any) -> Sequence[Sequence[Any]]:
        """Run it and return its rows, in the order of the statement's columns."""
        compiled, cursor = self._execute(session, values)
        readers = compiled.readers_for(cursor)
        found: Sequence[Sequence[Any]] = cursor.fetchall()
        cursor.close()
        return [_read(row, readers) for row in found] if readers else found

    def first(self, session: Session, **values: Any) -> Any:
        """Run it and return its first row; None where there is none."""
        found = self.rows(session, **values)
        return found[0] if found else None

    def run(self, session: Session, **values: Any) -> None:
        """Run it for what it changes."""
        self._execute(session, values)[1].close()

    def _execute(self, session: Session, values: Mapping[str, Any]) -> tuple[_Compiled, Any]:
        session.flush()
        connection = session.connection()
        dialect = connection.dialect
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = _Compiled(self.statement, dialect)
        cursor = connection.connection.cursor()
        bound = compiled.bound(values)
        try:
            cursor.execute(compiled.sql, bound)
        except dialect.dbapi.Error as error:  # type: ignore[union-attr]
            raise _explained(connection, compiled.sql, cursor, error) from error
        return compiled, cursor


def _explained(connection: Connection, sql: str, cursor: Any, error: Exception) -> Exception:
    """Return SQLAlchemy's error for one of the driver's; a connection that broke is not used again."""
    dialect: Any = connection.dialect
    broken = dialect.is_disconnect(error, connection.connection, cursor)
    if broken:
        connection.invalidate(error)
    return DBAPIError.instance(
        sql, None, error, dialect.dbapi.Error, hide_parameters=True, connection_invalidated=broken, dialect=dialect
    )


def whole(model: type[SQLModel]) -> list[Any]:
    """Return all columns of a table, to be selected; `read_only` makes an object of what comes back."""
    return [getattr(model, name) for name in model.model_fields]


def read_only(model: type[Model], values: Sequence[Any]) -> Model:
    """Return an object that no session knows, of the values of `whole`."""
    return model(**dict(zip(model.model_fields, values, strict=True)))


def store(session: Session, row: SQLModel) -> None:
    """Insert one row at once, past the session: it is not to be changed through it afterwards."""
    table: Table = row.__table__  # type: ignore[attr-defined]
    _inserting(table).run(session, **{name: getattr(row, name) for name in _filled(table)})


class _Compiled:
    """The text for a driver; what its parameters are unless given, and how values go in and come out."""

    def __init__(self, statement: Any, dialect: Dialect) -> None:
        compiled: Any = statement.compile(dialect=dialect)
        asked_for = dict.fromkeys(name for name, bind in compiled.binds.items() if bind.required)
        state = compiled.construct_expanded_state(asked_for)  # lists of constants (`IN`) are written out
        self.sql: str = state.statement
        self._order: tuple[str, ...] | None = tuple(state.positiontup) if compiled.positional else None
        writers = {
            name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in compiled.binds.items()
        }
        self._writers = {
            name: writer for name, writer in (writers | dict(state.processors)).items() if writer is not None
        }
        constants = state.parameters.items()
        self._usual = {name: self._written(name, value) for name, value in constants if name not in asked_for}
        self._dialect, self._types = dialect, [column.type for column in statement.exported_columns]
        self._readers: _Readers | None = None

    def bound(self, values: Mapping[str, Any]) -> Any:
        """Return the parameters as the driver takes them."""
        given = self._usual | {name: self._written(name, value) for name, value in values.items()}
        return given if self._order is None else tuple([given[name] for name in self._order])

    def readers_for(self, cursor: Any) -> _Readers:
        """Return what turns values of a row into those of the columns' types; drivers say on the first run what they give."""
        if self._readers is None:
            description: Any = cursor.description
            found = [
                (place, type_.dialect_impl(self._dialect).result_processor(self._dialect, given[1]))
                for place, (type_, given) in enumerate(zip(self._types, description, strict=True))
            ]
            self._readers = tuple((place, reader) for place, reader in found if reader is not None)
        return self._readers

    def _written(self, name: str, value: Any) -> Any:
        writer = self._writers.get(name)
        return value if writer is None else writer(value)


def _read(row: Sequence[Any], readers: _Readers) -> Sequence[Any]:
    found = list(row)
    for place, reader in readers:
        found[place] = reader(found[place])
    return found


@cache
def _inserting(table: Table) -> Prepared:
    return Prepared(
        insert(table).inline().values({name: bindparam(name, type_=table.c[name].type) for name in _filled(table)})
    )


@cache
def _filled(table: Table) -> tuple[str, ...]:
    """Return the columns that a new row brings; the database fills the others."""
    own = (column for column in table.columns if column.computed is None and column is not table.autoincrement_column)
    return tuple(column.name for column in own)
