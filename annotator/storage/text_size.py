"""How long a text is, in bytes of UTF-8: either database knows that without reading the text, where characters have to be counted."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class text_size(FunctionElement[int]):  # noqa: N801  as SQLAlchemy names its functions
    """The bytes of a column of text."""

    inherit_cache = True
    type = Integer()


@compiles(text_size)
def _octets(element: Any, compiler: Any, **how: Any) -> str:
    return f"octet_length({compiler.process(element.clauses, **how)})"


@compiles(text_size, "sqlite")
def _blob(element: Any, compiler: Any, **how: Any) -> str:
    return f"length(CAST({compiler.process(element.clauses, **how)} AS BLOB))"
