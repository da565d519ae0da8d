"""Every module of tables, found by its name, so that the metadata knows them all and none has to be listed."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from sqlalchemy import MetaData
from sqlmodel import SQLModel

from annotator import storage


@cache
def metadata() -> MetaData:
    """Return the metadata with every table of ours in it."""
    for module in iter_modules(storage.__path__):
        if module.name.startswith("tables"):
            import_module(f"{storage.__name__}.{module.name}")
    return SQLModel.metadata
