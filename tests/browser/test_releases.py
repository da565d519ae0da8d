"""A release on its pages: two coordinators approve it, a researcher reads, accepts the terms and fetches it; with axe, and at 390 px."""

from __future__ import annotations

import os
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from annotator.app import create_app
from annotator.client import Annotator
from annotator.domain.clock import ManualClock
from annotator.domain.roles import Role
from annotator.insight.release import Places, built, frozen_for
from annotator.storage.database import Database
from annotator.studio.editor_assets import find_editor
from exports.answers import QUESTIONS, Answers
from exports.checksums import sha256_of, verify_checksums
from exports.release import Plan
from tests.browser.hands import sign_in
from tests.releases.labelled import NOW, labelled
from tests.web.conftest import Site

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

PICTURES = os.environ.get("ANNOTATOR_PICTURES")
N_ITEMS = 60
DESPITE = dict.fromkeys(("agreement", "guideline", "unadjudicated"), "A rehearsal.")
ANSWERS = Answers(
    {name: f"{question.rstrip('?')}: said here." for name, question in QUESTIONS.items()}
    | {"title": "Postings, a rehearsal", "licence": "CC-BY-4.0"},
    {"first language": {"English": 24, "Welsh": None, "other": 12}},
)


@pytest.fixture
def site(sqlite_template, tmp_path):
    """A service over a labelled project of which two releases are built."""
    (tmp_path / "site.sqlite3").write_bytes(sqlite_template.read_bytes())
    database = Database(f"sqlite:///{tmp_path}/site.sqlite3")
    service = labelled(database, tmp_path, N_ITEMS).service
    service.clock = ManualClock(NOW + timedelta(days=1))
    corpus = tmp_path / "corpus"
    for version in ("1.0.0", "1.0.1"):
        places = Places(tmp_path / "home" / "releases" / version)
        now = service.now()
        frozen = frozen_for(database, service.project, service.guideline, places.snapshot, now, corpus=corpus)
        built(database, service.project, frozen, Plan(version, ANSWERS, despite=DESPITE), places, "service", now)
    yield Site(service, create_app(service, find_editor(tmp_path / "editor")))
    database.dispose()


@pytest.fixture
def enter(chromium, site, url):
    contexts = []

    def enter_as(role: Role, *, phone: bool = False) -> Page:
        size = {"width": 390, "height": 844} if phone else {"width": 1280, "height": 900}
        context = chromium.new_context(viewport=size, has_touch=phone, is_mobile=phone, locale="en-GB")
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        sign_in(page, url, site.person(role))
        page.goto(f"{url}/researcher")
        return page

    yield enter_as
    for context in contexts:
        context.close()


def looked_at(page: Page, name: str) -> None:
    """Hold the page against axe and its own width; keep a picture where one is asked for."""
    found = Axe().run(page).response["violations"]
    assert [f"{one['id']}: {one['help']}" for one in found if one["impact"] in ("serious", "critical")] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


def approves(page: Page, *, days: int) -> None:
    page.get_by_role("link", name="annotator-postings 1.0.1").click()
    page.get_by_label("Handed out for").fill(str(days))
    page.get_by_role("button", name="Approve").click()


def test_two_people_hand_a_release_out_and_a_researcher_fetches_it(site, enter, tmp_path):
    first = enter(Role.COORDINATOR)
    looked_at(first, "releases-built")
    approves(first, days=30)
    expect(first.get_by_text("You have approved it. Somebody else has to as well.")).to_be_visible()
    expect(first.get_by_role("button", name="Approve")).to_have_count(0)
    looked_at(first, "release-waits")

    researcher = enter(Role.RESEARCHER, phone=True)
    researcher.get_by_role("link", name="annotator-postings 1.0.1").click()
    expect(researcher.get_by_role("button", name="Download the release")).to_have_count(0)
    expect(researcher.get_by_role("button", name="Approve")).to_have_count(0)

    second = enter(Role.COORDINATOR)
    approves(second, days=30)
    expect(second.get_by_text("published", exact=True)).to_be_visible()

    researcher.reload()
    expect(researcher.get_by_role("heading", name="What changed")).to_be_visible()
    expect(researcher.get_by_text("A patch change from 1.0.0.")).to_be_visible()
    expect(researcher.get_by_role("heading", name="Agreement", exact=True)).to_be_visible()
    for picture in researcher.locator("img.chart").all():
        picture.scroll_into_view_if_needed()
        expect(picture).to_have_js_property("complete", True)
        assert picture.evaluate("(image) => image.naturalWidth") > 0
    looked_at(researcher, "release-phone")
    researcher.get_by_role("button", name="Download the release").click()
    expect(
        researcher.get_by_label("I have read the terms")
    ).to_be_focused()  # the browser keeps an empty box from being sent
    researcher.get_by_text("Terms and prohibited uses").click()
    expect(
        researcher.get_by_text("Not for arrest, deportation").or_(researcher.get_by_text("Prohibited")).first
    ).to_be_visible()
    researcher.get_by_label("I have read the terms").check()
    with researcher.expect_download() as fetched:
        researcher.get_by_role("button", name="Download the release").click()
    with zipfile.ZipFile(fetched.value.path()) as file:
        file.extractall(tmp_path / "fetched")
    (folder,) = (tmp_path / "fetched").iterdir()
    assert folder.name == "annotator-postings-1.0.1"
    digest = sha256_of(tmp_path / "home" / "releases" / "1.0.1" / "release" / "CHECKSUMS")
    assert verify_checksums(folder, digest=digest) == []


def test_documents_tokens_and_the_kill_switch(enter, url):
    page = enter(Role.RESEARCHER)
    page.get_by_role("link", name="Your tokens").click()
    page.get_by_label("What it is for").fill("fetching releases")
    page.get_by_text("releases:read").click()
    page.get_by_role("button", name="Make a token").click()
    looked_at(page, "release-token")
    secret = page.get_by_role("status").locator("code").inner_text()
    with Annotator(url, secret) as program:
        assert program.releases() == []  # none is handed out yet
    page.goto(f"{url}/researcher/releases/1.0.1")
    looked_at(page, "release-desktop")
    page.get_by_role("link", name="DATASHEET.md").first.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    looked_at(page, "release-datasheet")

    desk = enter(Role.COORDINATOR)
    desk.goto(f"{url}/researcher/releases/1.0.1")
    desk.get_by_text("Withdraw this release").click()
    desk.get_by_label("Reason").fill("A text was taken down.")
    desk.get_by_label("Every version of it").check()
    desk.get_by_role("button", name="Withdraw").click()
    expect(desk.get_by_text("A text was taken down.")).to_be_visible()
    expect(desk.get_by_text("can't be recalled")).to_be_visible()
    looked_at(desk, "release-withdrawn")
    desk.get_by_role("link", name="← Data").click()
    expect(desk.get_by_text("withdrawn", exact=True)).to_have_count(2)
