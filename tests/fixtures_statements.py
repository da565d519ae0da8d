"""Statements compiled once for all the databases of a run: each test's engine would compile every one of its own anew."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, event
from sqlmodel import create_engine

from annotator.storage import database

KEPT = 1_500
"""How many compiled statements are kept for each kind of database."""
_first: dict[str, Engine] = {}


def stands_in() -> None:
    """Let every `Database` of the run share what the first one that connected to its kind has compiled."""
    database.create_engine = _create_engine


def _create_engine(url: str, **options: Any) -> Engine:
    made = create_engine(url, query_cache_size=KEPT, **options)
    kind = made.dialect.name
    if kind in _first:  # compiled statements belong to a dialect, so that is shared too
        made.dialect, made._compiled_cache = _first[kind].dialect, _first[kind]._compiled_cache
    else:  # a dialect knows its server from the first connection on
        event.listen(made, "engine_connect", lambda _connection: _first.setdefault(kind, made), once=True)
    return made
