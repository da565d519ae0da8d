"""A coordinator in a real browser: settings, many items with undo, and the page of one item."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from annotator.domain.items import ItemState
from annotator.domain.roles import Role
from annotator.storage import items
from annotator.storage.items import NewItem, text_hash
from guidelines.loader import latest, load
from tests.browser.hands import sign_in
from tests.browser.served import approved_site
from tests.web.conftest import answer, rating, span

PICTURES = os.environ.get("ANNOTATOR_PICTURES")
pytestmark = pytest.mark.browser
TEXT = "Kitchen help wanted. You pay a fee of 300 before the first shift. Passports are kept in the office."
MARKS = ("fee of 300", "pay a fee of 300", "fee of 300 before the first shift")


@pytest.fixture
def site(tmp_path):
    """Twelve postings, one of which three people have answered, each with a passage of their own."""
    with approved_site(tmp_path, load("postings", latest("postings"))) as made:
        made.add_items([TEXT])
        for value, words in zip("123", MARKS, strict=True):
            client = made.enter(Role.VOLUNTEER)
            given = client.post("/api/v1/next").json()
            assert answer(client, given, rating(value) + span(TEXT, words, "FEE")).status_code == 201
        with made.service.database.writing() as session:
            texts = [f"Posting {n} of the harvest, with housing." for n in range(11)]
            rows = [
                NewItem(f"harvest-{n}", text, text_hash(text), "synthetic", ItemState.READY)
                for n, text in enumerate(texts)
            ]
            assert items.add(session, made.service.opened, rows, made.service.now()) == []
        yield made


@pytest.fixture
def page(chromium, site, url):
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    found = context.new_page()
    found.set_default_timeout(15_000)
    sign_in(found, url, site.person(Role.COORDINATOR))
    yield found
    context.close()


def fit(page: Page, name: str) -> None:
    """The page has nothing that gets in people's way, and fits."""
    violations = Axe().run(page).response["violations"]
    assert [(one["id"], one["help"]) for one in violations if one["impact"] in ("serious", "critical")] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


def test_settings_many_items_and_one(page, url):
    page.goto(f"{url}/coordinator/settings")
    fit(page, "settings")
    page.get_by_label("People at the most").fill("2")
    page.get_by_label("Minutes of labelling in a day").fill("500")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Fewer than the 3 people")
    page.get_by_label("People at the most").fill("5")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("never looser")
    fit(page, "settings-refused")
    page.get_by_label("Minutes of labelling in a day").fill("60")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    page.get_by_role("button", name="Put back what change 1 replaced").click()
    expect(page.get_by_label("Minutes of labelling in a day")).to_have_value("90")

    page.goto(f"{url}/coordinator/items?text=harvest")
    fit(page, "items")
    page.get_by_label("that this search finds").check()
    page.get_by_label("What to do").select_option("hold")
    page.get_by_role("button", name="Look at it first").click()
    expect(page.get_by_role("heading", name="Hold: 11 of 11 items?")).to_be_visible()
    fit(page, "bulk-preview")
    page.get_by_role("button", name="Hold: 11 items").click()
    expect(page.get_by_text("Done with 11 items.")).to_be_visible()
    fit(page, "bulk-done")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Taken back by")).to_be_visible()

    page.goto(f"{url}/coordinator/items/item-0")
    expect(page.get_by_text("an adjudicator decides")).to_be_visible()
    expect(page.locator(".posting mark .mark .mark .mark")).not_to_have_count(0)
    fit(page, "item")
    tags = page.locator(".posting .tag.mark-1")
    expect(tags).to_be_visible()
    page.get_by_role("group", name="Passages of").get_by_role("checkbox").nth(1).uncheck()
    expect(tags).to_be_hidden()
    page.get_by_role("button", name="Ask for one more answer").click()
    page.get_by_role("button", name="Ask for one more answer: 1 item").click()
    expect(page.get_by_text("Done with 1 item.")).to_be_visible()
    page.get_by_role("link", name="item-0").click()
    expect(page.get_by_text("It waits for 1 more.")).to_be_visible()
