"""A column that a condition names without the database looking for an index of it.

SQLite knows nothing of how many rows a value leaves, and takes whichever index has the most equalities: for a condition that nearly every
item meets it would read the whole pool and sort it, where another index gives the wanted order at once. A unary plus keeps it from
that (SQLite, "The Query Planner", 8). PostgreSQL counts, and is told nothing.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class beside_index(FunctionElement[str]):  # noqa: N801  as SQLAlchemy names its functions
    """The column of text, as it is."""

    inherit_cache = True
    type = String()


@compiles(beside_index)
def _plain(element: Any, compiler: Any, **how: Any) -> str:
    written: str = compiler.process(element.clauses, **how)
    return written


@compiles(beside_index, "sqlite")
def _unindexed(element: Any, compiler: Any, **how: Any) -> str:
    return "+" + _plain(element, compiler, **how)
