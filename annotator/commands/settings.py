"""`annotator settings`: every setting, its variable, its default and what it is now."""

from __future__ import annotations

from pydantic import SecretStr
from rich.console import Console
from rich.table import Table

from annotator.runtime import read_settings
from annotator.settings import Settings


def settings() -> None:
    """Show every setting with its environment variable, default and present value; secrets stay hidden.

    Example: ANNOTATOR_PORT=9000 annotator settings
    """
    now = read_settings()
    table = Table("Variable", "Default", "Now", "What it is")
    for name, field in Settings.model_fields.items():
        value = getattr(now, name)
        shown = "(set)" if isinstance(value, SecretStr) and value.get_secret_value() else str(value)
        table.add_row(f"ANNOTATOR_{name.upper()}", str(field.default), shown, field.description or "")
    Console().print(table)
