"""A coordinator comes to the desk after a bad week that a simulated team has lived, and finds what went wrong, each in three clicks."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from annotator.app import create_app
from annotator.domain.roles import Role
from annotator.rehearsal.week import Kind, Lived
from annotator.storage.tables import Person
from annotator.studio.editor_assets import find_editor
from tests.browser.hands import sign_in
from tests.browser.served import listening
from tests.rehearsed import TEAM, lived
from tests.web.conftest import Site

PICTURES = os.environ.get("ANNOTATOR_PICTURES")
pytestmark = pytest.mark.browser
AN_INTERVAL = re.compile(r"\d+(\.\d+)?%? to \d+(\.\d+)?%?")


@dataclass
class Walk:
    """A coordinator's way through the pages: clicks are counted, and every page on it is looked at by axe."""

    page: Page
    url: str
    clicks: int = 0

    def begin(self) -> None:
        self.page.goto(f"{self.url}/coordinator")
        self.clicks = 0
        self.looked_at()

    def click(self, link: Locator) -> None:
        link.click()
        self.clicks += 1
        self.looked_at()

    def looked_at(self) -> None:
        found = Axe().run(self.page).response["violations"]
        serious = [f"{one['id']}: {one['help']}" for one in found if one["impact"] in ("serious", "critical")]
        assert serious == [], self.page.url

    def picture(self, name: str) -> None:
        if PICTURES:
            self.page.evaluate("scrollTo(0, 0)")
            self.page.screenshot(path=Path(PICTURES) / f"{name}.png")


@pytest.fixture(scope="module")
def week(tmp_path_factory) -> tuple[Site, Lived]:
    """The service on Monday morning, after seven days of fifteen volunteers; a guideline version was taken up within them."""
    folder = tmp_path_factory.mktemp("week")
    with lived(folder, Kind.BAD) as (service, what):
        yield Site(service, create_app(service, find_editor(folder / "editor"))), what


@pytest.fixture(scope="module")
def address(week):
    with listening(week[0].app) as url:
        yield url


@pytest.fixture
def walk(chromium, week, address):
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(15_000)
    sign_in(page, address, week[0].person(Role.COORDINATOR))
    made = Walk(page, address)
    made.begin()
    yield made
    context.close()


def items_shown(page: Page) -> Locator:
    return page.locator("main td a[href^='/coordinator/items/']")


def test_that_agreement_fell_with_the_new_version_is_three_clicks_from_the_desk(walk):
    walk.picture("bad-week-desk")
    told = walk.page.get_by_role("article").filter(has_text="fell after guideline 1.1.0").first
    expect(told).to_contain_text("alpha of")
    expect(told).to_contain_text("n = ")
    walk.click(told.get_by_role("link"))
    seen = walk.page.locator("main .notice").first
    expect(seen).to_contain_text("Fee")
    expect(seen).to_contain_text(AN_INTERVAL)
    assert items_shown(walk.page).count() >= 20
    walk.picture("bad-week-agreement")
    walk.click(items_shown(walk.page).first)
    expect(walk.page.get_by_role("heading", level=1)).to_be_visible()
    assert "/coordinator/items/" in walk.page.url
    assert walk.clicks <= 3


def test_whose_answers_changed_is_three_clicks_from_the_desk(walk, week):
    site, lived = week
    with site.service.database.reading() as session:
        pseudonym = session.get_one(Person, lived.careless).pseudonym
    told = walk.page.get_by_role("article").filter(has_text=pseudonym)
    expect(told).to_contain_text(f"Answers of {pseudonym} differ more than before")
    expect(told).to_contain_text(AN_INTERVAL)
    walk.click(told.get_by_role("link"))
    expect(walk.page.get_by_text("have a talk")).to_be_visible()
    assert items_shown(walk.page).count() >= 1
    walk.picture("bad-week-person")
    walk.click(walk.page.get_by_role("link", name="Their page"))
    assert walk.page.url.endswith(f"/people/{pseudonym}")
    walk.page.go_back()
    walk.click(items_shown(walk.page).first)
    assert walk.clicks <= 3


def test_the_campaign_that_floods_is_three_clicks_from_the_desk_with_its_items(walk):
    told = walk.page.get_by_role("article").filter(has_text="floods the pool")
    expect(told).to_have_count(1)
    expect(told).to_contain_text(AN_INTERVAL)
    walk.click(told.get_by_role("link"))
    walk.picture("bad-week-flood")
    assert items_shown(walk.page).count() >= 20
    walk.click(walk.page.get_by_role("link", name="All its items"))
    expect(walk.page.get_by_role("heading", name="Items")).to_be_visible()
    assert items_shown(walk.page).count() >= 20
    walk.picture("bad-week-items")
    walk.click(items_shown(walk.page).first)
    assert walk.clicks <= 3


def test_an_alert_is_taken_on_and_kept_in_the_history(walk):
    walk.click(walk.page.get_by_role("article").filter(has_text="floods the pool").get_by_role("link"))
    walk.page.get_by_label("Note").fill("The advertiser is known; most copies are held.")
    walk.click(walk.page.get_by_role("button", name="I look after it"))
    walk.click(walk.page.get_by_role("link", name="All alerts"))
    expect(walk.page.get_by_text("The advertiser is known; most copies are held.")).to_be_visible()


def test_from_the_alert_one_comes_to_what_is_mixed_up_and_to_the_two_who_differ(walk):
    told = walk.page.get_by_role("article").filter(has_text="fell after guideline 1.1.0").first
    walk.click(told.get_by_role("link"))
    walk.click(walk.page.get_by_role("link", name="What gets mixed up"))
    expect(walk.page.get_by_role("heading", level=1)).to_contain_text("mixed up")
    walk.picture("bad-week-confusions")
    walk.begin()
    walk.click(walk.page.get_by_role("link", name="Pairs"))
    expect(walk.page.locator("table.matrix tbody tr")).to_have_count(TEAM)
    walk.picture("bad-week-pairs")
    walk.click(walk.page.locator("table.matrix td a").first)
    expect(walk.page.get_by_role("heading", level=1)).to_be_visible()
    assert items_shown(walk.page).count() >= 1
    assert walk.clicks <= 3
