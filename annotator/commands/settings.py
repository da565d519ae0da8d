"""`annotator settings`: every setting, its variable, its default and what it is now."""

from __future__ import annotations

import re

from pydantic import SecretStr
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from annotator.runtime import read_settings
from annotator.settings import Settings

_PASSWORD = re.compile(r"(://[^:/@]*:)[^@]+@")
"""The password in an address, such as that of the database."""


def settings() -> None:
    """Show every setting with its environment variable, default and present value; secrets stay hidden.

    Example: ANNOTATOR_PORT=9000 annotator settings
    """
    now = read_settings()
    table = Table("Variable", "Default", "Now", "What it is")
    for name, field in Settings.model_fields.items():
        shown = _shown(getattr(now, name))
        table.add_row(f"ANNOTATOR_{name.upper()}", str(field.default), escape(shown), field.description or "")
    Console().print(table)


def _shown(value: object) -> str:
    if isinstance(value, SecretStr):
        return "(set)" if value.get_secret_value() else ""
    return _PASSWORD.sub(r"\1(set)@", str(value))
