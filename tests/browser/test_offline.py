"""Labelling while the network comes and goes, over the real service: an answer is kept, sent once, and never left behind."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, Route, expect
from sqlmodel import select

from annotator.domain.clock import ManualClock
from annotator.domain.ids import new_id
from annotator.domain.roles import Role
from annotator.storage.tables import Annotation, Identity
from guidelines.loader import latest, load
from tests.browser.conftest import VIOLATIONS
from tests.browser.hands import drag, keys, notice_is, sign_in, state_is, status_is
from tests.browser.served import approved_site

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

TEXT = "Kitchen help wanted 🍓 in town. You pay a registration fee of 300\nbefore the first shift. Place {}."
KEPT = "localStorage.getItem('label.kept')"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with approved_site(tmp_path_factory.mktemp("offline"), load("postings", latest("postings"))) as made:
        noon = datetime.now(UTC).replace(hour=12, minute=0) + timedelta(days=1)
        made.service.clock = ManualClock(noon)  # a lease ends later than now by the browser's clock, and not at night
        made.add_items([TEXT.format(number) for number in range(12)])
        yield made


@pytest.fixture
def volunteer(site):
    return site.add(Role.VOLUNTEER, f"{new_id().lower()}@example.org")


@pytest.fixture
def page(chromium, site, url, volunteer):
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    context.add_init_script(VIOLATIONS)
    page = context.new_page()
    page.set_default_timeout(20_000)
    with site.service.database.reading() as session:
        email = session.exec(select(Identity.email).where(Identity.person_id == volunteer.id)).one()
    sign_in(page, url, email)
    state_is(page, "ready")
    yield page
    assert context.pages[-1].evaluate("window.violations") == []
    context.close()


def stored(site, person_id: str | None = None) -> list[Annotation]:
    with site.service.database.reading() as session:
        found = session.exec(select(Annotation)).all()
    return [one for one in found if person_id in (None, one.person_id)]


def answer(page: Page) -> None:
    drag(page, "registration", "first")  # over a line's end, behind a character of two UTF-16 units
    keys(page, "f", "2", "Control+Enter")


def answered_offline(page: Page) -> None:
    page.context.set_offline(True)
    answer(page)
    notice_is(page, "Your answer is kept")
    expect(page.locator("#notice")).to_contain_text("Your answer is kept; it will be sent when the network is back.")


def close(page: Page) -> None:
    """Close a tab that sends nothing any more: Chromium lets go of "offline" before it lets go of a page."""
    page.evaluate("() => { window.fetch = () => new Promise(() => {}); }")
    page.close()


def opened_again(page: Page) -> Page:
    """Close the tab, let the network come back, open the page in a new one."""
    context, address = page.context, page.url
    close(page)
    context.set_offline(False)
    again = context.new_page()
    again.set_default_timeout(20_000)
    again.goto(address)
    return again


def test_an_answer_given_without_a_network_is_sent_once_when_it_is_back(site, page, volunteer):
    answered_offline(page)
    assert stored(site, volunteer.id) == []
    page.context.set_offline(False)
    status_is(page, "Saved")
    state_is(page, "ready")
    [answer_] = stored(site, volunteer.id)
    assert answer_.rating == "2"
    assert page.evaluate(KEPT) is None


def test_what_is_kept_can_be_read_by_nobody_and_holds_no_word_of_the_posting(site, page):
    answered_offline(page)
    kept = page.evaluate(KEPT)
    assert "registration" not in kept
    assert "FEE" not in kept
    plain = page.evaluate(
        """async () => {
          const { withoutWords } = await import(document.querySelector("script[src*='label.js']").src.replace("label.js", "label-kept.js"));
          return JSON.stringify(withoutWords({ result: [{ id: "p", value: { start: 1, end: 3, text: "registration", labels: ["FEE"] } }] }));
        }"""
    )
    assert "registration" not in plain
    assert '"labels":["FEE"]' in plain


def test_the_tab_may_be_closed_and_opened_again(site, page, volunteer):
    answered_offline(page)
    again = opened_again(page)
    status_is(again, "Saved")
    state_is(again, "ready")
    [answer_] = stored(site, volunteer.id)
    marked = next(item["value"] for item in answer_.result if item["type"] == "labels")
    assert marked["text"] == "registration fee of 300\nbefore the first"  # taken from the posting again
    assert again.evaluate(KEPT) is None


def test_a_reply_that_got_lost_leads_to_one_answer(site, page, volunteer):
    def lose_reply(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/api/v1/answers", lose_reply)
    answer(page)
    notice_is(page, "Your answer is kept")
    again = opened_again(page)
    status_is(again, "Saved")
    state_is(again, "ready")
    assert len(stored(site, volunteer.id)) == 1


@pytest.mark.parametrize("by", ["the service", "this machine"])
def test_a_lease_that_ended_meanwhile_is_told_plainly_and_its_answer_is_gone(site, page, volunteer, by):
    answered_offline(page)
    if by == "the service":
        site.service.clock.advance(timedelta(hours=1))
    else:
        page.evaluate(f"localStorage.setItem('label.kept', JSON.stringify({{...JSON.parse({KEPT}), until: 1}}))")
    again = opened_again(page)
    notice_is(again, "The time for this posting ran out")
    expect(again.locator("#notice")).to_contain_text("its copy here is deleted")
    assert again.evaluate(KEPT) is None
    assert stored(site, volunteer.id) == []
    again.get_by_role("button", name="Go on to the next posting").click()
    state_is(again, "ready")


def test_signing_out_forgets_it(site, page, url, volunteer):
    answered_offline(page)
    context = page.context
    close(page)
    context.set_offline(False)
    elsewhere = context.new_page()
    elsewhere.goto(f"{url}/me")
    assert elsewhere.evaluate(KEPT) is not None
    elsewhere.get_by_role("button", name="Sign out").click()
    elsewhere.wait_for_url("**/sign-in")
    while elsewhere.evaluate(KEPT) is not None:  # the page's script comes after it
        elsewhere.wait_for_timeout(50)
    assert stored(site, volunteer.id) == []


def test_another_session_cannot_send_what_is_left(site, page, url, volunteer):
    answered_offline(page)
    context = page.context
    close(page)
    context.set_offline(False)
    context.clear_cookies()  # as when the browser forgets a session that ran out
    another = context.new_page()
    another.add_init_script("localStorage.removeItem = () => {};")  # as if the sign-in page had not run
    sign_in(another, url, site.person(Role.VOLUNTEER))
    state_is(another, "ready")
    assert stored(site, volunteer.id) == []
