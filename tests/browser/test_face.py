"""The pages' face: light and dark, both languages, right to left and on paper, one load a page; and labelling with one thumb.

Axe looks at each page in both schemes. A phone is 360 by 640 here, with Spanish words, which are the longer ones, and nothing to be
pressed on it is smaller than a finger.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from annotator.domain.roles import Role
from guidelines.loader import latest, load
from tests.browser.served import approved_site
from tests.web.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

PICTURES = os.environ.get("ANNOTATOR_PICTURES")
TEXTS = ["Kitchen help wanted. You pay a fee of 300 before the first shift.", "Pickers wanted. Housing offered."]
FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"  # a phone widens `innerWidth` instead
BEYOND = "[...document.querySelectorAll('.scroll')].filter((n) => n.scrollWidth > n.clientWidth).map((n) => n.outerHTML.slice(0, 130))"
SMALL = """() => {
  const prose = (node) => node.tagName === "A" && getComputedStyle(node).display === "inline"
    && (node.parentElement.closest("p, li, dd, td, figcaption, summary, h1, h2, h3")?.textContent.trim().length ?? 0) > node.textContent.trim().length;
  return [...document.querySelectorAll("a, button, input, select, textarea, summary, .lsf-label, label.switch")]
    .filter((node) => node.checkVisibility({ visibilityProperty: true }) && node.type !== "hidden" && !prose(node))
    .map((node) => [node, (node.closest("label") ?? node).getBoundingClientRect()])
    .filter(([, box]) => box.width > 1 && box.right > 0 && (box.height < 43.5 || box.width < 43.5))
    .map(([node, box]) => `${Math.round(box.width)}x${Math.round(box.height)} ${node.outerHTML.slice(0, 130)}`);
}"""
"""What can be pressed and is smaller than 44 px; a link within prose may be (WCAG 2.2, 2.5.5 and 2.5.8)."""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with approved_site(tmp_path_factory.mktemp("face"), load("postings", latest("postings"))) as made:
        made.add_items(TEXTS)
        yield made


@pytest.fixture
def enter(chromium, site, url):
    contexts = []

    def enter_as(role: Role, *, phone: bool = False, onboarded: bool = True) -> Page:
        size = {"width": 360, "height": 640} if phone else {"width": 1280, "height": 900}
        locale = "es-MX" if phone else "en-GB"
        context = chromium.new_context(viewport=size, has_touch=phone, is_mobile=phone, locale=locale)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.goto(f"{url}/sign-in")
        page.locator("#email").fill(site.person(role, onboarded=onboarded))
        page.locator("#password").fill(PASSWORD)
        page.locator("main button").click()
        return page

    yield enter_as
    for context in contexts:
        context.close()


def holds(page: Page, name: str, *, phone: bool = False) -> None:
    """Hold the page against axe in both schemes, and against its own width in both directions of writing."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.evaluate(
            "() => Promise.allSettled(document.getAnimations().map((one) => one.finished))"
        )  # colours fade over
        picture(page, f"{name}-{scheme}")
        found = Axe().run(page).response["violations"]
        serious = [one for one in found if one["impact"] in ("serious", "critical")]
        told = [(one["id"], [node["html"][:150] for node in one["nodes"][:4]]) for one in serious]
        assert told == [], (page.url, scheme)
    for direction in ("rtl", "ltr"):
        page.evaluate("(direction) => { document.documentElement.dir = direction }", direction)
        picture(page, f"{name}-{direction}")
        assert page.evaluate(FITS), (page.url, direction)
    if phone:
        assert page.evaluate(SMALL) == [], page.url


def picture(page: Page, name: str) -> None:
    if PICTURES and "ltr" not in name:
        page.screenshot(path=Path(PICTURES) / f"face-{name}.png", full_page=True)


def test_a_volunteer_labels_trains_pauses_and_reads_with_one_thumb(enter, url):
    page = enter(Role.VOLUNTEER, phone=True)
    page.wait_for_selector("#label-page[data-state=ready]")
    expect(page.locator("#pause")).to_contain_text("Pausa")
    expect(page.locator("#passages-empty")).to_contain_text("Elija palabras del anuncio")
    holds(page, "label", phone=True)
    page.locator("#open-guideline").tap()
    expect(page.locator("#guideline-body h1, #guideline-body h2").first).to_be_visible()
    assert page.evaluate(FITS)
    page.locator("#guideline [data-close]").tap()
    page.locator("#open-shortcuts").tap()
    expect(page.locator("#shortcuts")).to_contain_text("Omitir, sin dar motivos")
    page.locator("#shortcuts [data-close]").tap()
    page.locator("#open-flags").tap()
    assert page.evaluate(SMALL) == []
    page.locator("#flags [data-close]").tap()
    page.locator("#pause").tap()
    expect(page.locator("#notice h2")).to_have_text("En pausa")
    assert page.evaluate(SMALL) == []
    assert page.evaluate(FITS)
    for path in ("me", "training", "guideline", "me/leave", "me/labelling", "me/sign-in", "me/second-factor"):
        page.goto(f"{url}/{path}")
        expect(page.locator("html")).to_have_attribute("lang", "es")
        holds(page, path.replace("/", "-"), phone=True)


def test_somebody_comes_in_with_one_thumb(enter, url):
    page = enter(Role.VOLUNTEER, phone=True, onboarded=False)
    for step in ("about", "consent", "conduct"):
        expect(page).to_have_url(f"{url}/welcome/{step}")
        holds(page, f"welcome-{step}", phone=True)
        for box in page.get_by_role("checkbox").all():
            box.tap()
        page.locator("main form .actions button").tap()
    expect(page).to_have_url(f"{url}/welcome/support")
    holds(page, "welcome-support", phone=True)
    page.locator("main form .actions button").tap()
    expect(page).to_have_url(f"{url}/welcome/preferences")
    holds(page, "welcome-preferences", phone=True)
    page.locator(".who button").tap()
    expect(page).to_have_url(re.compile("/sign-in"))
    holds(page, "sign-in", phone=True)


def test_a_coordinator_goes_through_the_items_with_one_thumb(enter, url):
    page = enter(Role.COORDINATOR, phone=True)
    page.goto(f"{url}/coordinator/items")
    holds(page, "coordinator-items-phone", phone=True)
    assert page.evaluate(BEYOND) == [], "a list scrolls sideways"
    expect(page.locator("tbody .excerpt").first).to_contain_text("Kitchen help wanted. You pay a fee of 300")
    page.get_by_role("checkbox", name="Elegir ").first.tap()
    page.get_by_role("combobox", name="Qué hacer").select_option("hold")
    page.locator(".bulk-bar button").tap()
    expect(page.locator("h1")).to_contain_text("1")


def test_a_coordinators_pages_hold_in_the_dark(enter, url):
    page = enter(Role.COORDINATOR)
    for path in ("", "/items", "/adjudication", "/people", "/quality", "/settings"):
        page.goto(f"{url}/coordinator{path}")
        holds(page, f"coordinator{path.replace('/', '-')}")
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-look", "dark")
    page.emulate_media(color_scheme="light")
    assert page.evaluate("getComputedStyle(document.body).colorScheme") == "dark"
    page.get_by_role("button", name="Español").click()
    expect(page.locator("html")).to_have_attribute("lang", "es")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ajustes")
    page.emulate_media(media="print", reduced_motion="reduce")
    expect(page.locator(".top")).to_be_hidden()
