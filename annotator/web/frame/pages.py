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
from sqlalchemy.exc import SQLAlchemyError

from active_learning.audit import Estimate
from annotator.consensus.agreement import Agreement
from annotator.domain.roles import Role
from annotator.domain.words import Words, marked
from annotator.studio.editor_assets import EDITOR_CSP
from annotator.web.frame import language
from annotator.web.frame.security import inside

HERE = Path(__file__).parents[1]
STATIC = HERE / "static"

LOOK_COOKIE = "look"
LOOKS = ("light", "dark")
"""What a person can choose; without a choice the device's own goes."""

Links = tuple[tuple[str, str], ...]

MENU: dict[Role, tuple[tuple[str, Links], ...]] = {
    Role.VOLUNTEER: (("", ((marked("Label"), "/label"), (marked("Guideline"), "/guideline"), (marked("You"), "/me"))),),
    Role.ADJUDICATOR: (
        (
            "",
            (
                (marked("Adjudication"), "/coordinator/adjudication"),
                (marked("Items"), "/coordinator/items"),
                (marked("Guideline"), "/guideline"),
                (marked("Tokens"), "/me/tokens"),
            ),
        ),
    ),
    Role.COORDINATOR: (
        (
            "",
            (
                (marked("Desk"), "/coordinator"),
                (marked("Items"), "/coordinator/items"),
                (marked("Adjudication"), "/coordinator/adjudication"),
                (marked("Agreement"), "/coordinator/agreement"),
            ),
        ),
        (
            marked("Team"),
            (
                (marked("People"), "/coordinator/people"),
                (marked("Quality"), "/coordinator/quality"),
                (marked("Wellbeing"), "/coordinator/wellbeing"),
            ),
        ),
        (
            marked("Data"),
            (
                (marked("Postings in"), "/coordinator/postings"),
                (marked("Re-check"), "/coordinator/recheck"),
                (marked("Pool and drift"), "/coordinator/data"),
                (marked("Releases"), "/researcher"),
            ),
        ),
        (
            marked("Project"),
            (
                (marked("Settings"), "/coordinator/settings"),
                (marked("Guideline"), "/guideline"),
                (marked("Guideline versions"), "/coordinator/guideline"),
                (marked("Alerts"), "/coordinator/alerts"),
                (marked("Actions on many items"), "/coordinator/bulk"),
                (marked("Webhooks"), "/coordinator/webhooks"),
                (marked("Tokens"), "/me/tokens"),
                (marked("Operations"), "/coordinator/operations"),
            ),
        ),
    ),
    Role.RESEARCHER: (
        ("", ((marked("Data"), "/researcher"), (marked("Guideline"), "/guideline"), (marked("Tokens"), "/me/tokens"))),
    ),
}
"""The pages of a role, in groups; those of the group without a title stand in the bar, every other group opens."""

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
        extensions=["jinja2.ext.i18n"],
    )
    made.policies["ext.i18n.trimmed"] = True
    made.install_gettext_callables(language.raw, language.raw_count, newstyle=True)  # type: ignore[attr-defined]
    made.globals["script_words"] = language.script_words
    made.filters["said"] = language.told_text
    made.filters["said_words"] = lambda value: language.told_text(value) if isinstance(value, Words) else value
    made.filters["when"] = language.when
    made.globals["between"] = language.between
    made.globals["static"] = static
    made.filters["decimal"] = lambda value: "\N{EN DASH}" if value is None else f"{value:.2f}"
    made.filters["share_bar"] = share_bar
    made.filters["share_interval"] = share_interval
    made.filters["interval_bar"] = interval_bar
    made.filters["menu"] = MENU.__getitem__
    return made


def share_bar(share: float) -> Markup:
    """Return a bar for a share between 0 and 1; the number stands beside it in the table."""
    return Markup(
        '<svg class="bar" width="120" height="10" viewBox="0 0 120 10" aria-hidden="true">'
        '<rect class="ground" width="120" height="10" rx="5"/><rect class="value" width="{:.1f}" height="10" rx="5"/></svg>'
    ).format(120 * min(1.0, max(0.0, share)))


def share_interval(share: Estimate) -> Markup:
    """Return a bar for a share with its interval as a darker stretch; the numbers stand beside it in the table."""
    low, value, high = (120 * min(1.0, max(0.0, part)) for part in (share.low, share.value, share.high))
    return Markup(
        '<svg class="bar" width="120" height="12" viewBox="0 0 120 12" aria-hidden="true">'
        '<rect class="ground" y="4" width="120" height="4" rx="2"/>'
        '<rect class="between" x="{low:.1f}" y="2" width="{width:.1f}" height="8" rx="3"/>'
        '<circle class="value" cx="{value:.1f}" cy="6" r="4"/></svg>'
    ).format(low=low, width=max(high - low, 1.0), value=value)


def interval_bar(agreement: Agreement) -> Markup:
    """Return a small picture of a value between 0 and 1 with its interval; the numbers stand beside it in the table."""
    if agreement.value is None or agreement.low is None or agreement.high is None:
        return Markup("")
    low, value, high = (4 + 112 * min(1.0, max(0.0, part)) for part in (agreement.low, agreement.value, agreement.high))
    return Markup(
        '<svg class="bar" width="120" height="14" viewBox="0 0 120 14" aria-hidden="true">'
        '<line x1="4" x2="116" y1="7" y2="7"/>'
        '<line class="mark" x1="93.6" x2="93.6" y1="2" y2="12"/>'
        '<line class="interval" x1="{low:.1f}" x2="{high:.1f}" y1="7" y2="7"/>'
        '<circle class="value" cx="{value:.1f}" cy="7" r="4.5"/></svg>'
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
            back_to=back_to(request),
            language=language.current(),
            languages=language.LANGUAGES,
            direction=language.direction(),
            look=_look(request),
            **context,
        )
    )
    return HTMLResponse(html, status_code=status)


def render_with_editor(request: Request, template: str, **context: Any) -> HTMLResponse:
    """Render a page that holds Label Studio's editor, under the policy that the editor's own style elements need."""
    nonce = secrets.token_urlsafe(16)
    spoken = request.app.state.service.schema.language
    page = render(
        request, template, editor=request.app.state.editor, csp_nonce=nonce, guideline_language=spoken, **context
    )
    page.headers["Content-Security-Policy"] = EDITOR_CSP.format(nonce=nonce)
    return page


def _demonstration(request: Request) -> bool:
    """Say whether what is served is a demonstration, which every page has to tell."""
    service = request.app.state.service
    try:
        return bool(service.project.demonstration)
    except SQLAlchemyError:  # the page that says so has to come all the same
        return bool(service.opened.demonstration)


def back_to(request: Request) -> str:
    """Return the address of the page that is shown, for coming back to it; the start for what a form brought forth."""
    query = f"?{request.url.query}" if request.url.query else ""
    return (inside(request.url.path + query) or "/") if request.method == "GET" else "/"


def _look(request: Request) -> str:
    """Return the colours that were chosen in this browser; empty where the device's go."""
    chosen = request.cookies.get(LOOK_COOKIE, "")
    return chosen if chosen in LOOKS else ""
