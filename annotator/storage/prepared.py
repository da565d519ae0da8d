"""Statements that run with every item handed out and every answer: written in SQLAlchemy, compiled once a dialect, run past the ORM.

Building a statement anew, finding it among the compiled ones and loading objects costs several times what the database needs to
answer it. A `Prepared` goes to a cursor of the driver's own, one for all of a transaction; it takes bound parameters by name and gives
plain rows, their types as the columns say. What waits in its session is written first, and errors are SQLAlchemy's, as ever.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, TypeVar
from weakref import ref

from sqlalchemy import BindParameter, Connection, Dialect, Table, bindparam, insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import SessionTransaction
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.visitors import replacement_traverse
from sqlmodel import Session, SQLModel

Model = TypeVar("Model", bound=SQLModel)
_Readers = tuple[tuple[int, Callable[[Any], Any]], ...]
_LINE = "line"
_SHARED = 4096


class Prepared:
    """A statement with named parameters (`bindparam`), compiled on first use for each dialect that it meets."""

    def __init__(self, statement: Executable) -> None:
        self.statement: Any = statement
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, session: At, **values: Any) -> Sequence[Sequence[Any]]:
        """Run it and return its rows, in the order of the statement's columns."""
        compiled, cursor = self._execute(session, values)
        readers = compiled.readers_for(cursor)
        found: Sequence[Sequence[Any]] = cursor.fetchall()
        return [_read(row, readers) for row in found] if readers else found

    def first(self, session: At, **values: Any) -> Any:
        """Run it and return its first row; None where there is none."""
        found = self.rows(session, **values)
        return found[0] if found else None

    def run(self, session: Session, **values: Any) -> None:
        """Run it for what it changes."""
        self._execute(session, values)

    def _execute(self, session: At, values: Mapping[str, Any]) -> tuple[_Compiled, Any]:
        line = session if isinstance(session, Line) else _line(session)
        compiled = self._compiled.get(line.dialect.name)
        if compiled is None:
            compiled = self._compiled[line.dialect.name] = _Compiled(self.statement, line.dialect)
        bound = compiled.bound(values)
        try:
            line.cursor.execute(compiled.sql, bound)
        except line.dialect.dbapi.Error as error:
            raise _explained(line, compiled.sql, error) from error
        return compiled, line.cursor


class Line:
    """A way to the database for prepared statements alone: a connection's one cursor."""

    __slots__ = ("__weakref__", "connection", "cursor", "dialect")

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.dialect: Any = connection.dialect
        self.cursor: Any = _cursor(connection)


def _cursor(connection: Connection) -> Any:
    """Return a cursor that takes parameters by place, as `_Compiled` gives them: psycopg need not look for them in the text."""
    driver: Any = connection.connection.dbapi_connection
    if connection.dialect.name != "postgresql":
        return driver.cursor()
    from psycopg import RawCursor  # an embedded service does without it

    return RawCursor(driver)


At = Session | Line
"""Where a prepared statement runs: in a session's transaction, or on a line of its own (`Database.glance`)."""


def _line(session: Session) -> Line:
    """Return the line of the transaction that the session is in, begun now if there is none; what waits in it is written first."""
    session.flush()
    kept: tuple[ref[SessionTransaction], Line] | None = session.info.get(_LINE)
    transaction = session.get_transaction()
    if kept is not None and transaction is not None and kept[0]() is transaction:
        return kept[1]
    line = Line(session.connection())
    begun = session.get_transaction()
    assert begun is not None  # a session that has a connection is in a transaction
    session.info[_LINE] = ref(begun), line  # a strong reference would leave each session to the garbage collector
    return line


def _explained(line: Line, sql: str, error: Exception) -> Exception:
    """Return SQLAlchemy's error for one of the driver's; a connection that broke is not used again."""
    dialect, connection = line.dialect, line.connection
    broken = dialect.is_disconnect(error, connection.connection, line.cursor)
    if broken:
        connection.invalidate(error)
    return DBAPIError.instance(
        sql, None, error, dialect.dbapi.Error, hide_parameters=True, connection_invalidated=broken, dialect=dialect
    )


def whole(model: type[SQLModel]) -> list[Any]:
    """Return all columns of a table, to be selected; `read_only` makes an object of what comes back."""
    return [getattr(model, name) for name in model.model_fields]


def read_only(model: type[Model], values: Sequence[Any]) -> Model:
    """Return an object that no session knows, of the values of `whole`; equal rows share one, so that nobody may change it."""
    made: Model = _made(model, tuple(values))
    return made


def store(session: Session, model: type[SQLModel], **values: Any) -> None:
    """Insert one row at once, past the session; what is not given is the model's default.

    Raises:
        TypeError: a column has no value, or a value no column.
    """
    inserting, defaults = _inserting(model)
    if not values.keys() <= defaults.keys():
        raise TypeError(f"{model.__name__} has no {', '.join(sorted(values.keys() - defaults.keys()))}.")
    inserting.run(session, **{name: values[name] if name in values else make() for name, make in defaults.items()})


class _Compiled:
    """The text for a driver; what its parameters are unless given, and how values go in and come out."""

    def __init__(self, statement: Any, dialect: Dialect) -> None:
        compiled: Any = _spelled_out(statement).compile(dialect=_by_place(dialect))
        asked_for = dict.fromkeys(name for name, bind in compiled.binds.items() if bind.required)
        state = compiled.construct_expanded_state(asked_for)  # lists of constants (`IN`) are written out
        self.sql: str = state.statement
        self._order = tuple(state.positiontup)
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
        return tuple([given[name] for name in self._order])

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


@cache
def _by_place(dialect: Dialect) -> Dialect:
    """Return a dialect that writes parameters by place: SQLite's does, and PostgreSQL knows them as `$1`."""
    kind: Any = type(dialect)
    made: Dialect = dialect if dialect.positional else kind(paramstyle="numeric_dollar")
    return made


def _spelled_out(statement: Any) -> Any:
    """Return the statement with its constants as part of the text. As parameters they would be unknown to PostgreSQL's plan for all
    values, which it then takes for a bad one: it would plan each run anew.
    """

    def constant(element: Any, **_: Any) -> Any:
        is_constant = isinstance(element, BindParameter) and not element.required
        return element.render_literal_execute() if is_constant else None

    return replacement_traverse(statement, {}, constant)


def _read(row: Sequence[Any], readers: _Readers) -> Sequence[Any]:
    found = list(row)
    for place, reader in readers:
        found[place] = reader(found[place])
    return found


@lru_cache(_SHARED)
def _made(model: type[SQLModel], values: tuple[Any, ...]) -> Any:
    return model(**dict(zip(model.model_fields, values, strict=True)))


@cache
def _inserting(model: type[SQLModel]) -> tuple[Prepared, dict[str, Callable[[], Any]]]:
    """Return the statement, and for each column that a new row brings what makes its default; the database fills the others."""
    table: Table = model.__table__  # type: ignore[attr-defined]
    own = [column for column in table.columns if column.computed is None and column is not table.autoincrement_column]
    values = {column.name: bindparam(column.name, type_=column.type) for column in own}
    return Prepared(insert(table).inline().values(values)), {name: _default(model, name) for name in values}


def _default(model: type[SQLModel], name: str) -> Callable[[], Any]:
    field = model.model_fields[name]

    def make() -> Any:
        if field.is_required():
            raise TypeError(f"{model.__name__} needs {name}.")
        return field.get_default(call_default_factory=True)

    return make
