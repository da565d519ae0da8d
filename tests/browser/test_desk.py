"""The desk in a browser: what is stored while it is open shows without a reload, a hidden tab asks for nothing, axe finds nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe

from annotator.domain.roles import Role
from annotator.people.sign_in import open_session
from guidelines.loader import latest, load
from tests.browser.conftest import VIOLATIONS
from tests.browser.served import approved_site, listening
from tests.web.conftest import answer, rating

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with approved_site(tmp_path_factory.mktemp("desk"), load("postings", latest("postings"))) as made:
        made.app.state.feed.pause = 0.1
        made.add_items([f"Pickers wanted, place {n}. Housing offered." for n in range(4)])
        yield made


@pytest.fixture
def url(site):
    with listening(site.app) as address:
        yield address


@pytest.fixture
def enter(chromium, site, url):
    """Open pages as a coordinator; afterwards none may have broken the policy or failed."""
    person = site.add(Role.COORDINATOR, "desk@example.org")
    signed_in = open_session(site.service.database, person, site.service.now(), timedelta(hours=12))
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    context.add_init_script(VIOLATIONS)
    context.add_cookies([{"name": "session", "value": signed_in.token, "url": url}])
    page, errors = context.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    assert page.evaluate("window.violations") == []
    assert errors == []
    context.close()


def test_the_desk_is_live_and_quiet_while_hidden_and_open_to_everybody(site, url, enter):
    page, asked = enter, []
    page.on("request", lambda request: asked.append(request.url.removeprefix(url)))
    page.goto(f"{url}/coordinator")
    page.wait_for_selector("[data-live=live]")
    assert "0 in progress" in page.inner_text(".key")
    page.evaluate("window.neverReloaded = true")

    volunteer = site.enter(Role.VOLUNTEER)
    answer(volunteer, volunteer.post("/api/v1/next").json(), rating("1"))
    page.get_by_text("1 in progress").wait_for()
    page.get_by_text("1 answer today").wait_for()
    assert page.evaluate("window.neverReloaded")

    hide = "(hidden) => { Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});"
    page.evaluate(hide + " document.dispatchEvent(new Event('visibilitychange')); }", True)
    page.wait_for_load_state("networkidle")  # what was asked for before
    asked.clear()
    answer(volunteer, volunteer.post("/api/v1/next").json(), rating("2"))
    page.wait_for_timeout(600)
    assert asked == []
    page.evaluate(hide + " document.dispatchEvent(new Event('visibilitychange')); }", False)
    page.get_by_text("2 answers today").wait_for()

    for path in (
        "/coordinator",
        "/coordinator/stuck",
        "/coordinator/data",
        "/coordinator/learning",
        "/coordinator/people",
    ):
        page.goto(url + path)
        page.wait_for_timeout(100)
        found = [one for one in Axe().run(page).response["violations"] if one["impact"] in {"serious", "critical"}]
        assert [(path, one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found] == []
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
