"""What the labelling page does when something stands in the way: it says so, and never loses an answer."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hands import drag, keys, notice_is, state_is, status_is
from tests.browser.harness import Fault, Harness

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]


def answer(page: Page) -> None:
    drag(page, "registration", "fee")
    keys(page, "f", "2", "Control+Enter")


def test_saved_is_said_only_after_the_service_stored_it(open_page: OpenPage, harness: Harness) -> None:
    page = open_page()
    page.route("**/api/v1/answers", lambda route: (page.wait_for_timeout(400), route.continue_()))
    answer(page)
    status_is(page, "Saving…")
    assert harness.answers == []
    status_is(page, "Saved")
    assert len(harness.answers) == 1


@pytest.mark.parametrize("status", [500, 429])
def test_a_failed_save_keeps_the_answer_and_tries_again_with_the_same_key(
    open_page: OpenPage, harness: Harness, status: int
) -> None:
    harness.fail("answers", Fault(status))
    page = open_page()
    answer(page)
    notice_is(page, "Not saved yet")
    status_is(page, "Not saved yet")
    expect(page.locator(".passage")).to_have_count(1)
    status_is(page, "Saved")  # by itself, after two seconds
    first, second = harness.bodies("answers")
    assert first == second


def test_an_answer_whose_response_was_lost_is_stored_once(open_page: OpenPage, harness: Harness) -> None:
    harness.fail("answers", Fault(502, store=True))
    page = open_page()
    answer(page)
    page.get_by_role("button", name="Try again now").click()
    status_is(page, "Saved")
    assert len(harness.bodies("answers")) == 2
    assert len(harness.answers) == 1


def test_without_a_network_the_answer_waits_and_goes_out_when_it_is_back(open_page: OpenPage, harness: Harness) -> None:
    page = open_page()
    page.context.set_offline(True)
    answer(page)
    notice_is(page, "Your answer is kept")
    expect(page.locator("#notice")).to_contain_text("cannot be reached")
    page.context.set_offline(False)
    status_is(page, "Saved")
    assert len(harness.answers) == 1


def test_signed_out_while_labelling_the_answer_waits_for_the_next_sign_in(
    open_page: OpenPage, harness: Harness
) -> None:
    harness.fail("answers", Fault(401))
    page = open_page()
    answer(page)
    expect(page.locator("#notice")).to_contain_text("signed out")
    expect(page.get_by_role("link", name="Sign in")).to_have_attribute("target", "_blank")
    page.get_by_role("button", name="Try again now").click()
    status_is(page, "Saved")


def test_an_expired_lease_shows_what_was_written_until_the_volunteer_goes_on(
    open_page: OpenPage, harness: Harness
) -> None:
    harness.fail("answers", Fault(409, {"error": {"what": "The lease has ended.", "where": "lease", "mend": ""}}))
    page = open_page()
    answer(page)
    notice_is(page, "The time for this posting ran out")
    expect(page.locator("#notice .summary")).to_have_text("Concern for review2 SomeFee, Present“registration fee”")
    expect(page.locator(".lsf-htx-richtext")).to_contain_text("Warehouse helpers wanted")
    assert len(harness.bodies("next")) == 1
    page.get_by_role("button", name="Go on to the next posting").click()
    state_is(page, "ready")
    expect(page.locator("#notice")).to_be_hidden()


def test_a_refused_answer_says_what_where_and_how_to_mend_and_can_be_changed(
    open_page: OpenPage, harness: Harness
) -> None:
    error = {"what": "The note is too long.", "where": "result[3].value", "mend": "Shorten it."}
    harness.fail("answers", Fault(422, {"error": error}))
    page = open_page()
    page.get_by_label("Note", exact=True).fill("A first wording.")
    answer(page)
    notice_is(page, "The answer does not fit the guideline")
    expect(page.locator("#notice")).to_contain_text("The note is too long. (at result[3].value)")
    expect(page.locator("#notice")).to_contain_text("Shorten it.")
    page.get_by_label("Note", exact=True).fill("Shorter.")
    keys(page, "Control+Enter")
    status_is(page, "Saved")
    first, second = harness.bodies("answers")
    assert first["key"] != second["key"]
    assert harness.answers[0]["answer"].notes == {"note": "Shorter."}


@pytest.mark.parametrize(
    ("reason", "title", "text"),
    [
        ("done", "Everything is labelled", "every posting that is open to you"),
        ("held", "Others hold the rest", "within 10 minutes"),
        ("not_qualified", "Not open to you yet", "Labelling opens with training"),
        ("paused", "Your labelling is paused", "Nothing is held in your name"),
        ("none", "Nothing to label yet", "New ones appear here"),
    ],
)
def test_an_empty_queue_says_why(open_page: OpenPage, harness: Harness, reason: str, title: str, text: str) -> None:
    harness.reset(items=0)
    harness.empty_reason = reason
    page = open_page(state="empty")
    notice_is(page, title)
    expect(page.locator("#notice")).to_contain_text(text)


@pytest.mark.parametrize(
    ("reason", "title", "debriefs"),
    [
        ("break", "Time for a break", False),
        ("session_over", "Enough for now", True),
        ("day_over", "Enough for today", True),
        ("week_over", "Enough for this week", True),
        ("quiet_hours", "Quiet hours", True),
    ],
)
def test_a_reason_to_rest_says_when_work_returns_and_where_support_is(
    open_page: OpenPage, harness: Harness, reason: str, title: str, debriefs: bool
) -> None:
    harness.reset(items=0)
    harness.empty_reason = reason
    page = open_page(state="empty")
    notice_is(page, title)
    notice = page.locator("#notice")
    back = datetime.now(ZoneInfo("Europe/London")) + timedelta(minutes=10)
    expect(notice).to_contain_text(re.compile(f"from .*({back:%H:%M}|{back + timedelta(minutes=1):%H:%M})"))
    expect(page.get_by_role("link", name="Your time and support")).to_have_attribute("href", "/me")
    expect(notice.get_by_text("Your welfare contact is Ada Example")).to_have_count(int(debriefs))
    expect(notice.get_by_role("heading", name="Emotional support")).to_have_count(int(debriefs))
    asked = len(harness.bodies("next"))
    page.wait_for_timeout(600)
    assert len(harness.bodies("next")) == asked  # coming back is the volunteer's own choice


def test_a_page_that_waits_for_others_shows_a_posting_as_soon_as_one_comes_back(
    open_page: OpenPage, harness: Harness
) -> None:
    harness.reset(items=0)
    harness.empty_reason = "held"
    page = open_page(state="empty")
    harness.items.append(("item-9", "Back again."))
    page.get_by_role("button", name="Ask now").click()
    expect(page.locator(".lsf-htx-richtext")).to_have_text("Back again.")


def test_when_no_posting_can_be_fetched_the_page_asks_again_by_itself(open_page: OpenPage, harness: Harness) -> None:
    harness.fail("next", Fault(503))
    page = open_page(state="waiting")
    notice_is(page, "No posting could be fetched")
    state_is(page, "ready")
    expect(page.locator("#notice")).to_be_hidden()


def test_signed_out_before_the_first_posting_leads_to_the_sign_in(open_page: OpenPage, harness: Harness) -> None:
    harness.fail("next", Fault(401))
    page = open_page(state="waiting")
    notice_is(page, "You are signed out")
    expect(page.get_by_role("link", name="Sign in")).to_have_attribute("href", "/sign-in")


def test_a_skip_that_does_not_get_through_keeps_the_posting(open_page: OpenPage, harness: Harness) -> None:
    harness.fail("skip", Fault(500))
    page = open_page()
    drag(page, "registration", "fee")
    keys(page, "f", "Shift+S")
    status_is(page, "That did not get through. Try again.")
    expect(page.locator(".passage")).to_have_count(1)
    keys(page, "Shift+S")
    status_is(page, "Skipped")


def test_a_posting_that_the_editor_cannot_show_is_a_clear_message(open_page: OpenPage, harness: Harness) -> None:
    harness.label_config = '<View><Text name="text" value="$text"/></View>'
    page = open_page(state="waiting")
    notice_is(page, "The editor did not load")
    expect(page.get_by_role("button", name="Reload")).to_be_focused()
