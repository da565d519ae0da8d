"""Coming in, one's own page, leaving and the guideline's news: with the keyboard alone, on a desktop and at 390 px, with axe."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from annotator.domain.roles import Role
from annotator.people.accounts import invite
from annotator.storage import guideline_life
from annotator.web.frame.service import open_service
from annotator.web.guideline import versions
from guidelines.loader import load
from tests.browser.hands import sign_in, state_is
from tests.browser.served import approved_site
from tests.guidelines.versions import second_version

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

PICTURES = os.environ.get("ANNOTATOR_PICTURES")
TEXTS = ["Kitchen help wanted. You pay a fee of 300 before the first shift.", "Pickers wanted. Housing offered."]


@pytest.fixture
def site(tmp_path):
    """A real service over two versions of the guideline, the first in use; on a port of its own."""
    second_version(tmp_path)
    with approved_site(tmp_path, load("postings", "1.0.0", tmp_path)) as made:
        made.add_items(TEXTS)
        yield made


@pytest.fixture
def open_page(chromium):
    contexts = []

    def opened(*, phone: bool = False) -> Page:
        size = {"width": 390, "height": 844} if phone else {"width": 1280, "height": 900}
        context = chromium.new_context(viewport=size, has_touch=phone, is_mobile=phone, locale="en-GB")
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def enter(open_page, site, url):
    def enter_as(role: Role, *, phone: bool = False) -> Page:
        page = open_page(phone=phone)
        return sign_in(page, url, site.person(role))

    return enter_as


def fits_and_is_accessible(page: Page) -> None:
    found = Axe().run(page).response["violations"]
    assert [f"{one['id']}: {one['help']}" for one in found if one["impact"] in ("serious", "critical")] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


def tab_to(page: Page, locator) -> None:
    """Press Tab until the element has the focus, as a hand without a mouse does."""
    for _ in range(200):
        if locator.evaluate("(element) => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{locator} is out of the keyboard's reach")


def press(page: Page, role: str, name: str, key: str = "Enter") -> None:
    element = page.get_by_role(role, name=name, exact=role == "button").first
    tab_to(page, element)
    page.keyboard.press(key)


def tick(page: Page, name: str) -> None:
    press(page, "checkbox", name, "Space")


def heading(page: Page, name: str) -> None:
    expect(page.get_by_role("heading", name=name, exact=True).first).to_be_visible()


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_a_newcomer_comes_in_with_the_keyboard_alone(site, url, open_page, phone):
    page = open_page(phone=phone)
    token = invite(site.service.database, None, Role.VOLUNTEER, site.service.now(), timedelta(hours=1), qualified=True)
    page.goto(f"{url}/invitation?token={token}")
    fits_and_is_accessible(page)
    tab_to(page, page.get_by_label("E-mail address"))
    page.keyboard.type("newcomer@example.org")
    page.keyboard.press("Tab")
    page.keyboard.type("four plain words here")
    page.keyboard.press("Enter")

    heading(page, "What the work is")
    fits_and_is_accessible(page)
    tick(page, "I have read this")
    press(page, "button", "Go on")

    heading(page, "Age and consent")
    fits_and_is_accessible(page)
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"consent-{'phone' if phone else 'desktop'}.png", full_page=True)
    press(page, "button", "Sign")
    heading(page, "Age and consent")  # the browser itself keeps an empty box from being sent
    tick(page, "I am 18")
    tick(page, "I have read this and consent")
    press(page, "button", "Sign")

    heading(page, "Code of conduct")
    fits_and_is_accessible(page)
    tick(page, "I will keep to this")
    press(page, "button", "Sign")

    heading(page, "Support")
    expect(page.get_by_role("radio", name="United Kingdom")).to_be_checked()
    fits_and_is_accessible(page)
    press(page, "button", "Go on")

    heading(page, "Your choices")
    fits_and_is_accessible(page)
    tab_to(page, page.get_by_label("Your time zone"))
    page.keyboard.type("Europe/London")
    tick(page, "Cover each posting")
    tick(page, "Papers kept")
    press(page, "button", "Finish")

    state_is(page, "ready")
    curtain = page.locator("#curtain")
    expect(curtain).to_be_visible()  # covered until one looks, as chosen
    page.keyboard.press("Escape")
    expect(curtain).to_be_hidden()
    page.keyboard.press("Escape")  # and hidden again by one key
    expect(curtain).to_be_visible()


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_ones_own_page_and_the_way_out(site, url, enter, phone):
    page = enter(Role.VOLUNTEER, phone=phone)
    state_is(page, "ready")
    page.goto(f"{url}/me")
    fits_and_is_accessible(page)
    press(page, "button", "Quite well")
    expect(page.get_by_text(": Quite well")).to_be_visible()
    fits_and_is_accessible(page)
    press(page, "button", "Delete all of them")
    expect(page.get_by_text(": Quite well")).to_have_count(0)

    press(page, "link", "Stop taking part")
    heading(page, "Stop taking part")
    fits_and_is_accessible(page)
    tab_to(page, page.get_by_role("radio", name="They stay"))
    page.keyboard.press("ArrowDown")
    tab_to(page, page.get_by_role("radio", name="It stays"))
    page.keyboard.press("ArrowDown")
    press(page, "button", "Go on")
    heading(page, "This will happen")
    expect(page.get_by_text("cannot be called back")).to_be_visible()
    fits_and_is_accessible(page)
    tick(page, "I have read this and want it")
    press(page, "button", "Erase my account")
    heading(page, "Your account is erased")
    fits_and_is_accessible(page)
    page.goto(f"{url}/me")
    heading(page, "Sign in")


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_what_is_new_in_the_guideline(site, url, enter, phone):
    service = site.service
    new = versions.sibling(service.guideline, "1.1.0")
    with service.database.writing() as session:
        guideline_life.set_demonstration(session, service.now(), "test", service.project.id, demonstration=True)
        versions.activate(session, service.now(), "test", service.project, service.guideline, new)
    again = open_service(service.settings, service.database, service.clock, new)
    service.guideline, service.opened = new, again.opened
    page = enter(Role.VOLUNTEER, phone=phone)
    expect(page.get_by_role("heading", name="The guideline has changed")).to_be_visible()
    expect(page.get_by_text("Demonstration, not approved")).to_be_visible()
    press(page, "button", "See what is new")
    heading(page, "A few questions")
    fits_and_is_accessible(page)
    tab_to(page, page.get_by_role("radio", name="Fee, present"))
    page.keyboard.press("Space")
    press(page, "button", "Send")
    expect(page.get_by_text("The words deny it.")).to_be_visible()
    fits_and_is_accessible(page)
    tab_to(page, page.get_by_role("radio", name="Fee, present"))
    page.keyboard.press("ArrowDown")
    press(page, "button", "Send")
    state_is(page, "ready")


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_the_coordinators_pages(site, url, enter, phone):
    volunteer = site.add(Role.VOLUNTEER, "somebody@example.org")
    page = enter(Role.COORDINATOR, phone=phone)
    page.goto(f"{url}/coordinator/people")
    fits_and_is_accessible(page)
    press(page, "link", volunteer.pseudonym)
    heading(page, volunteer.pseudonym)
    fits_and_is_accessible(page)
    row = page.get_by_role("row", name="References taken")
    tab_to(page, row.get_by_role("button"))
    page.keyboard.press("Enter")
    expect(row.get_by_role("button", name="Set aside")).to_be_visible()
    tab_to(page, page.get_by_label("Reason"))
    page.keyboard.type("A talk first.")
    press(page, "button", "Pause")
    expect(page.get_by_role("button", name="Resume")).to_be_visible()
    page.goto(f"{url}/coordinator/guideline")
    fits_and_is_accessible(page)
    press(page, "link", "1.1.0")
    heading(page, "postings 1.1.0")
    fits_and_is_accessible(page)
    tab_to(page, page.get_by_label("Its decision, in its own words"))
    page.keyboard.type("Approved, with one remark.")
    press(page, "button", "Record")
    expect(page.get_by_text("Approved, with one remark.")).to_be_visible()
