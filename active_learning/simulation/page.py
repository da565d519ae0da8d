"""The page of a report: one file that needs no other, without script, to be read anywhere and handed on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup


def write_page(report: dict[str, Any], svg: str, path: Path) -> None:
    """Write the report as a page, with its chart inside."""
    environment = Environment(
        loader=PackageLoader("active_learning.simulation", "templates"),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = _number
    page = environment.get_template("report.html").render(report=report, chart=Markup(svg))  # noqa: S704 our own drawing
    path.write_text(page, encoding="utf-8")


def _number(value: float | None, digits: int = 2) -> str:
    return "not reached" if value is None else f"{value:,.{digits}f}"
