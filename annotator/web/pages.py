"""Rendering: one template environment, versioned static files, and what every page knows."""

from __future__ import annotations

import hashlib
import secrets
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from annotator.consensus.agreement import Agreement
from annotator.domain.roles import Role
from annotator.studio.editor_assets import EDITOR_CSP

HERE = Path(__file__).parent
STATIC = HERE / "static"

MENU: dict[Role, tuple[tuple[str, str], ...]] = {
    Role.VOLUNTEER: (("Label", "/label"), ("Guideline", "/guideline"), ("You", "/me")),
    Role.ADJUDICATOR: (
        ("Adjudication", "/coordinator/adjudication"),
        ("Items", "/coordinator/items"),
        ("Guideline", "/guideline"),
    ),
    Role.COORDINATOR: (
        ("Desk", "/coordinator"),
        ("Items", "/coordinator/items"),
        ("Adjudication", "/coordinator/adjudication"),
        ("Postings in", "/coordinator/postings"),
        ("Re-check", "/coordinator/recheck"),
        ("People", "/coordinator/people"),
        ("Quality", "/coordinator/quality"),
        ("Wellbeing", "/coordinator/wellbeing"),
        ("Versions", "/coordinator/guideline"),
        ("Data", "/researcher"),
        ("Guideline", "/guideline"),
    ),
    Role.RESEARCHER: (("Data", "/researcher"), ("Guideline", "/guideline")),
}
MENU[Role.ADMIN] = MENU[Role.COORDINATOR]


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
    made.filters["decimal"] = lambda value: "\N{EN DASH}" if value is None else f"{value:.2f}"
    made.filters["share_bar"] = share_bar
    made.filters["interval_bar"] = interval_bar
    made.filters["menu"] = MENU.__getitem__
    return made


def share_bar(share: float) -> Markup:
    """Return a bar for a share between 0 and 1; the number stands beside it in the table."""
    return Markup(
        '<svg class="bar" width="120" height="10" viewBox="0 0 120 10" aria-hidden="true">'
        '<rect width="120" height="10" rx="5" fill="#ece9e2"/><rect width="{:.1f}" height="10" rx="5" fill="#1f5f6b"/></svg>'
    ).format(120 * min(1.0, max(0.0, share)))


def interval_bar(agreement: Agreement) -> Markup:
    """Return a small picture of a value between 0 and 1 with its interval; the numbers stand beside it in the table."""
    if agreement.value is None or agreement.low is None or agreement.high is None:
        return Markup("")
    low, value, high = (4 + 112 * min(1.0, max(0.0, part)) for part in (agreement.low, agreement.value, agreement.high))
    return Markup(
        '<svg class="bar" width="120" height="14" viewBox="0 0 120 14" aria-hidden="true">'
        '<line x1="4" x2="116" y1="7" y2="7" stroke="#d9d6cd" stroke-width="2"/>'
        '<line x1="93.6" x2="93.6" y1="2" y2="12" stroke="#b9b4a6"/>'
        '<line x1="{low:.1f}" x2="{high:.1f}" y1="7" y2="7" stroke="#1f5f6b" stroke-width="4" stroke-linecap="round"/>'
        '<circle cx="{value:.1f}" cy="7" r="4.5" fill="#1f5f6b"/></svg>'
    ).format(low=low, value=value, high=high)


@cache
def static_root() -> str:
    """Return where our static files lie: an address that changes with any of them, since scripts import one another."""
    digest = hashlib.sha256()
    for path in sorted(STATIC.iterdir()):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return f"/static/{digest.hexdigest()[:12]}"


def static(name: str) -> str:
    """Return the address of one of our static files."""
    return f"{static_root()}/{name}"


def render(request: Request, template: str, *, status: int = 200, caller: Any = None, **context: Any) -> HTMLResponse:
    """Render a page for the caller; `caller` is None where nobody is signed in."""
    html = (
        environment()
        .get_template(template)
        .render(
            demonstration=_demonstration(request),
            caller=caller,
            csrf=caller.csrf if caller is not None else "",
            path=request.url.path,
            **context,
        )
    )
    return HTMLResponse(html, status_code=status)


def render_with_editor(request: Request, template: str, **context: Any) -> HTMLResponse:
    """Render a page that holds Label Studio's editor, under the policy that the editor's own style elements need."""
    nonce = secrets.token_urlsafe(16)
    page = render(request, template, editor=request.app.state.editor, csp_nonce=nonce, **context)
    page.headers["Content-Security-Policy"] = EDITOR_CSP.format(nonce=nonce)
    return page


def _demonstration(request: Request) -> bool:
    """Say whether what is served is a demonstration, which every page has to tell."""
    return bool(request.app.state.service.project.demonstration)
