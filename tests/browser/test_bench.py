"""The adjudicator's bench in a real browser: begin from an answer, change it, say why, decide; by keys and on a phone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from annotator.domain.items import ItemState
from annotator.domain.roles import Role
from annotator.storage import adjudication, item_search
from annotator.storage.item_search import Search
from annotator.storage.tables import Annotation
from guidelines.loader import latest, load
from tests.browser.hands import keys, passages, sign_in, state_is, status_is
from tests.browser.served import approved_site
from tests.web.conftest import answer, rating, span

PICTURES = os.environ.get("ANNOTATOR_PICTURES")
pytestmark = pytest.mark.browser
TEXTS = [
    "Kitchen help wanted. You pay a fee of 300 before the first shift.",
    "Warehouse work. Passports are kept in the office until the season ends.",
]


@pytest.fixture
def site(tmp_path):
    """A real service on a port of its own, with two postings that everybody reads differently."""
    with approved_site(tmp_path, load("postings", latest("postings"))) as made:
        made.add_items(TEXTS)
        for number in range(made.service.project.overlap):
            client = made.enter(Role.VOLUNTEER)
            for _ in TEXTS:
                given = client.post("/api/v1/next").json()
                marked = span(given["item"]["text"], given["item"]["text"].split(". ")[1][:20], "FEE") if number else []
                assert answer(client, given, rating(str(number)) + marked).status_code == 201
        yield made


@pytest.fixture
def enter(chromium, site, url):
    contexts = []

    def enter_as(role: Role, *, phone: bool = False) -> Page:
        size = {"width": 390, "height": 844} if phone else {"width": 1280, "height": 900}
        context = chromium.new_context(viewport=size, has_touch=phone, is_mobile=phone)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        return sign_in(page, url, site.person(role))

    yield enter_as
    for context in contexts:
        context.close()


def serious(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['help']}" for one in found if one["impact"] in ("serious", "critical")]


def test_two_items_are_decided_with_the_keyboard(site, enter):
    page = enter(Role.ADJUDICATOR)
    expect(page.get_by_role("heading", name="Adjudication")).to_be_visible()
    assert serious(page) == []
    page.get_by_role("link", name="Take the next one").press("Enter")
    state_is(page, "ready")
    expect(page.locator("#answers > li")).to_have_count(3)
    assert passages(page) == []
    assert serious(page) == []

    marked = page.locator("#answers > li").filter(has_text="Fee")
    marked.first.get_by_role("button").press("Enter")
    expect(page.locator(".passage")).to_have_count(1)
    ((title, _, state),) = passages(page)
    assert (title, state) == ("Fee", "present")
    keys(page, "x", "3", "Control+Enter")  # what was marked is contradicted, and the rating another
    status_is(page, "Say why the answers differ.")
    page.locator("#cause").select_option("guideline_unclear")
    page.locator("#clause").select_option("fee")
    page.locator("#note").fill("Which fees count?")
    if PICTURES:
        page.evaluate("scrollTo(0, 0)")
        page.screenshot(path=Path(PICTURES) / "bench.png")
    page.keyboard.press("Control+Enter")
    status_is(page, "Decided")

    state_is(page, "ready")
    keys(page, "0")
    page.locator("#cause").select_option("annotator_error")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#notice h2")).to_have_text("Nothing waits for you")

    with site.service.database.reading() as session:
        gold = item_search.page(session, site.service.project.id, Search(state=ItemState.GOLD), "", 10).items
        decided = [adjudication.decisions(session, item.id)[0] for item in gold]
        assert session.query(Annotation).count() == 2 * site.service.project.overlap
    by_rating = {decision.rating: decision for decision in decided}
    assert by_rating["3"].labels["FEE"] == "contradicted"
    assert by_rating["3"].started_from
    assert (by_rating["3"].clause, by_rating["3"].note) == ("fee", "Which fees count?")
    assert by_rating["0"].started_from is None

    page.goto(page.url.replace("/bench", ""))
    causes = page.get_by_role("table", name="Why answers differed")
    expect(causes.get_by_role("cell", name="The guideline is unclear")).to_be_visible()
    causes.get_by_role("row", name="The guideline is unclear").get_by_role("link").click()
    expect(page.get_by_text("Which fees count?")).to_be_visible()


def test_the_bench_fits_a_phone_and_puts_back(enter):
    page = enter(Role.COORDINATOR, phone=True)
    page.goto(page.url.rstrip("/") + "/adjudication/bench")
    state_is(page, "ready")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert serious(page) == []
    page.get_by_role("button", name="Put back").tap()
    expect(page.locator("#notice h2")).to_have_text("Put back")
    page.get_by_role("button", name="Take the next one").tap()
    state_is(page, "ready")


def test_the_bench_lists_its_own_keys_and_single_ones_can_be_turned_off(enter):
    page = enter(Role.ADJUDICATOR)
    page.get_by_role("link", name="Take the next one").click()
    state_is(page, "ready")
    keys(page, "?")
    expect(page.locator("#shortcut-list")).to_contain_text("Put the item back")
    expect(page.locator("#shortcut-list")).not_to_contain_text("Skip")
    page.get_by_label("Single-key shortcuts are on").uncheck()
    keys(page, "Escape", "3", "Shift+P")
    expect(page.locator(".question-rating input:checked")).to_have_count(0)
    state_is(page, "ready")
