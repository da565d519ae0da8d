"""Script injection, stored and reflected: payloads wherever people or postings can write, and every page looked at in Chromium."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree as ET

import pytest

from annotator.domain.errors import ConfigError
from annotator.domain.items import ItemState
from annotator.domain.roles import Role
from annotator.domain.schema import Choice, Flag, Kind, Question, Schema, State
from annotator.storage import items
from annotator.studio.label_config import build_label_config
from guidelines.render import render
from tests.browser.conftest import VIOLATIONS
from tests.browser.served import listening
from tests.security.routes import routes_of
from tests.web.conftest import answer, rating

PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg onload=alert(1)>",
    "javascript:alert(1)",
    "</textarea><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "{{ 7 * 191 }}{% print(1) %}${alert(1)}",
    "<iframe srcdoc='<script>parent.alert(1)</script>'>",
    '<a href="javascript:alert(1)">x</a>',
    "<style>@import 'http://x.example.org'</style>",
    "<b data-marker>\u202e",
)
EVERYTHING = " ".join(PAYLOADS)


def seeded(site):
    """Write the payloads wherever something can be written; return a signed-in client a role."""
    rows = [
        items.NewItem(
            f"item-{n}{payload}", f"{payload} wanted", items.text_hash(f"{payload}{n}"), "synthetic", ItemState.READY,
            campaign=payload, epoch=payload,
        )
        for n, payload in enumerate(PAYLOADS)
    ]  # fmt: skip
    with site.service.database.writing() as session:
        items.add(session, site.service.project, rows, site.service.now())
    clients = {role: site.enter(role) for role in Role}
    for number in range(3):
        client = site.enter(Role.VOLUNTEER)
        given = client.post("/api/v1/next").json()
        note = {"id": "n", "from_name": "note", "to_name": "text", "type": "textarea", "value": {"text": [EVERYTHING]}}
        answer(client, given, [*rating(str(number)), note])
        held = client.post("/api/v1/next").json()["lease"]
        client.post("/api/v1/flag", json={"lease": held, "kind": "distressing", "note": EVERYTHING[:500]})
    desk = clients[Role.COORDINATOR]
    pseudonym = re.findall(r"/coordinator/people/([\w-]+)\"", desk.get("/coordinator/people").text)[0]
    desk.post(f"/coordinator/people/{pseudonym}/pause", data={"reason": EVERYTHING[:500]})
    desk.post("/me/tokens", data={"name": PAYLOADS[0], "scope": "items:read"})
    file = json.dumps({"id": PAYLOADS[0], "text": 1, "source": PAYLOADS[1], PAYLOADS[2]: 1}).encode()
    assert "<script>alert" not in desk.post("/coordinator/postings", files={"file": (PAYLOADS[1], file)}).text
    return clients


@pytest.mark.browser
def test_nothing_that_people_or_postings_wrote_runs_on_any_page(shared, chromium):
    """Every page of every role, with payloads in all that is stored: no dialog, no element of theirs, no broken policy."""
    clients, seen = seeded(shared), 0
    with listening(shared.app) as address:
        for role, client in clients.items():
            pages = [route.path for route in routes_of(shared.app) if _is_page(route, role)]
            pages += [f"/coordinator/items/item-{n}{payload}" for n, payload in enumerate(PAYLOADS)] * (
                role is Role.COORDINATOR
            )
            seen += _look(chromium, address, client, pages)
    assert seen > 40


@pytest.mark.browser
def test_nothing_in_an_address_runs(shared, chromium):
    """The payloads in every query that pages read, and in addresses that are none."""
    queries = ("next", "token", "saved", "text", "campaign", "said", "order", "after", "done", "item", "cause", "state")
    asked = "&".join(f"{name}={_quoted(EVERYTHING)}" for name in queries)
    client = shared.enter(Role.COORDINATOR)
    with listening(shared.app) as address:
        pages = [f"{route.path}?{asked}" for route in routes_of(shared.app) if _is_page(route, Role.COORDINATOR)]
        pages += [f"/{_quoted(payload)}" for payload in PAYLOADS]
        assert _look(chromium, address, client, pages) > 20


def test_headers_are_not_taken_over_from_an_address(shared):
    client = shared.enter(Role.VOLUNTEER)
    reply = client.get("/sign-in?next=%0d%0aSet-Cookie:%20x=1")
    assert "x=1" not in reply.headers.get("set-cookie", "")
    assert shared.client().get("/me%0d%0aX:%201").headers.get("x") is None


def test_a_guideline_s_markup_is_text():
    html = render("\n\n".join([*PAYLOADS, "[x](javascript:alert(1))", "![x](http://x.example.org/a.png)", "<!-- -->"]))
    found = {element.tag for element in ET.fromstring(f"<x>{html}</x>").iter()}
    assert found <= {"x", "p", "a", "code", "em", "strong", "pre", "img"} - {"img"}
    assert not re.search(r'href="(?!#|http)', html)


def test_a_guideline_s_words_stay_words_in_the_config():
    """Titles, texts and values that look like markup or like Label Studio's `$variable` change no tag of the config."""
    words = EVERYTHING.replace("$", "")
    choices = (Choice("0", words, words), Choice("1", words, words))

    def schema(title):
        return Schema(
            name="small", version="1.0.0", title=title, sha256="0" * 64,
            questions=(
                Question("concern", Kind.RATING, title, required=True, choices=choices),
                Question("indicators", Kind.SPANS, title, choices=(Choice("FEE", title, title),), states=(State("present", title),), unmarked="not stated"),
            ),
            flags=(Flag("personal_data", title, title, quarantines=True),),
        )  # fmt: skip

    hostile, plain = (ET.fromstring(build_label_config(schema(title))) for title in (words, "Plain"))
    assert [each.tag for each in hostile.iter()] == [each.tag for each in plain.iter()]
    assert [each.get("value") for each in hostile.iter() if each.get("value", "").startswith("$")] == ["$text"]
    for wrong in ("$text", "pay ${alert(1)}"):
        with pytest.raises(ConfigError, match=r"\$"):
            build_label_config(schema(wrong))


def _is_page(route, role):
    there = route.method == "GET" and "{" not in route.path and not route.path.startswith("/api/")
    machine = route.path.endswith((".csv", "/metrics", "/events", "/live")) or "/provider" in route.path
    return there and not machine and bool(route.roles & {role.value, "anybody"})


def _quoted(text):
    from urllib.parse import quote

    return quote(text)


def _look(browser, address, client, pages):
    """Open each page; return how many were pages of ours."""
    context = browser.new_context()
    context.add_init_script(VIOLATIONS)
    context.add_cookies([{"name": "session", "value": client.cookies["session"], "url": address}])
    page, dialogs, outside, seen = context.new_page(), [], [], 0
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda request: outside.append(request.url) if not request.url.startswith(address) else None)
    for path in pages:
        reply = page.goto(address + _safe(path), wait_until="domcontentloaded")
        assert reply.status < 500, path
        if "text/html" not in reply.headers.get("content-type", ""):
            continue
        seen += 1
        assert page.locator("[data-marker], iframe, [onerror], [onload], a[href^='javascript']").count() == 0, path
        assert "1337" not in page.content(), f"{path}: a template ran"
        assert page.evaluate("window.violations") == [], path
    assert dialogs == []
    assert [each for each in outside if not each.startswith(("data:", "blob:"))] == []
    context.close()
    return seen


def _safe(path):
    head, mark, query = path.partition("?")
    return _quoted(head) + mark + query if "%" not in head else path
