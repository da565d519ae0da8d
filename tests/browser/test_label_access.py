"""The labelling page against WCAG 2.2 AA as far as a machine can tell: axe in every state, target sizes, reflow."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.hands import drag, keys, notice_is
from tests.browser.harness import Fault, Harness

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]

SMALL_TARGETS = """() => [...document.querySelectorAll("button, a, input, textarea, [role=button]")]
  .filter((node) => node.checkVisibility() && !node.closest("[inert], .skip-link") && !node.matches(".skip-link"))
  .map((node) => [node.textContent.trim() || node.name, (node.closest("label") ?? node).getBoundingClientRect()])
  .filter(([, box]) => box.width < 24 || box.height < 24)
  .map(([name]) => name)"""


def complaints(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{v['impact']} {v['id']}: {[node['target'] for node in v['nodes']]}" for v in found]


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_axe_finds_nothing_in_any_state(open_page: OpenPage, harness: Harness, phone: bool) -> None:
    harness.fail("answers", Fault(422, {"error": {"what": "No.", "where": "result", "mend": "Change it."}}))
    page = open_page(phone=phone)
    keys(page, "ArrowRight", "Shift+ArrowRight")
    assert complaints(page) == []
    keys(page, "f", "x", "ArrowRight", "k", "2", "]")
    assert complaints(page) == []
    for key, opened in (("?", "#shortcuts"), ("Shift+G", "#guideline"), ("Shift+F", "#flags"), ("Escape", "#curtain")):
        keys(page, key)
        expect(page.locator(opened)).to_be_visible()
        expect(page.locator("#guideline-body")).not_to_have_text("Loading the guideline…")
        assert complaints(page) == [], opened
        keys(page, "Escape")
    keys(page, "Control+Enter")
    notice_is(page, "The answer does not fit the guideline")
    assert complaints(page) == []


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_every_target_is_large_enough(open_page: OpenPage, phone: bool) -> None:
    page = open_page(phone=phone)
    keys(page, "ArrowRight", "f", "ArrowRight", "ArrowRight")
    assert page.evaluate(SMALL_TARGETS) == []


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_the_page_reflows_without_scrolling_sideways(open_page: OpenPage, harness: Harness, width: int) -> None:
    harness.items.clear()
    harness.items.append(("item-0", "Unbroken " + "x" * 200 + " and https://example.org/" + "y" * 120))
    page = open_page()
    page.set_viewport_size({"width": width, "height": 800})
    keys(page, "ArrowRight", "ArrowRight", "f", "ArrowRight")
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_the_keyboard_can_see_where_it_is(open_page: OpenPage) -> None:
    page = open_page()
    for selector in (".lsf-label", ".question-rating input", "#submit", ".lsf-htx-richtext"):
        keys(page, "Tab")
        page.locator(selector).first.focus()
        style = page.locator(selector).first.evaluate("(node) => getComputedStyle(node).outlineStyle")
        assert style == "solid", selector


def test_a_screen_reader_hears_what_is_chosen_and_marked(open_page: OpenPage) -> None:
    page = open_page()
    drag(page, "registration", "fee")
    expect(page.locator("#announce")).to_have_text("registration fee")
    keys(page, "f")
    expect(page.locator("#announce")).to_have_text("Marked as Fee.")
    keys(page, "x")
    expect(page.locator("#announce")).to_have_text("The passage is now: Contradicted.")
