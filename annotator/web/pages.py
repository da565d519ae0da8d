"""Rendering: one template environment, versioned static files, and what every page knows."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

HERE = Path(__file__).parent
STATIC = HERE / "static"


@cache
def environment() -> Environment:
    """The template environment: escapes everything and refuses undefined names."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["static"] = static
    made.filters["decimal"] = lambda value: "–" if value is None else f"{value:.2f}"
    return made


@cache
def static(name: str) -> str:
    """Return the address of one of our static files, which changes with its content."""
    return f"/static/{name}?v={hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]}"


def render(request: Request, template: str, *, status: int = 200, caller: Any = None, **context: Any) -> HTMLResponse:
    """Render a page for the caller; `caller` is None where nobody is signed in."""
    html = environment().get_template(template).render(
        caller=caller, csrf=caller.csrf if caller is not None else "", path=request.url.path, **context
    )
    return HTMLResponse(html, status_code=status)
