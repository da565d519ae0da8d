"""From the desk to what went wrong in at most three clicks, in a real browser; the pages hold to the policy and to accessibility."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from annotator.domain.roles import Role
from guidelines.loader import latest, load
from tests import bad_week
from tests.bad_week import CARELESS
from tests.browser.conftest import VIOLATIONS
from tests.browser.hands import sign_in
from tests.browser.served import approved_site

PICTURES = os.environ.get("ANNOTATOR_PICTURES")
pytestmark = pytest.mark.browser


@pytest.fixture
def site(tmp_path):
    with approved_site(tmp_path, load("postings", latest("postings"))) as made:
        bad_week.have(made.service, items=600, people=9)
        yield made


@pytest.fixture
def page(chromium, site, url):
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    context.add_init_script(VIOLATIONS)
    page = context.new_page()
    page.set_default_timeout(15_000)
    sign_in(page, url, site.person(Role.COORDINATOR))
    page.wait_for_url("**/coordinator")
    yield page
    context.close()


def look(page: Page, name: str) -> None:
    """The page holds nothing that axe finds serious, and its policy refused nothing."""
    found = Axe().run(page).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in found if each["impact"] in {"serious", "critical"}] == []
    assert page.evaluate("window.violations") == []
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"agreement-{name}.png", full_page=True)


def test_a_fall_and_a_careless_person_are_found_from_the_desk(page):
    look(page, "desk")
    page.get_by_role("link", name="Fee", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Fee: agreement over time")
    expect(page.get_by_role("img", name="Fee, over time.")).to_be_visible()
    page.get_by_text("The numbers as a table").last.click()
    alphas = page.locator("tbody:visible tr td:nth-child(2)").all_inner_texts()
    assert float(alphas[0]) > float(alphas[1]) + 0.15
    look(page, "over-time")

    page.goto(page.url.partition("/coordinator")[0] + "/coordinator")
    page.get_by_role("link", name="Pairs", exact=True).click()
    look(page, "pairs")
    page.get_by_role("row", name=CARELESS).get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(CARELESS)
    expect(page.locator("tbody tr").first).to_contain_text("differ")
    look(page, "pair")

    page.get_by_role("link", name="Mix-ups").click()
    look(page, "mix-ups")
    page.get_by_role("link", name="Passages").click()
    expect(page.get_by_role("img", name="Agreement on passages.")).to_be_visible()
    look(page, "passages")
    page.get_by_role("link", name="Questions").click()
    look(page, "questions")
    page.emulate_media(color_scheme="dark")
    assert page.locator("svg.chart text").first.evaluate("node => getComputedStyle(node).fill") == page.locator(
        ".charted"
    ).evaluate("node => getComputedStyle(node).color")
