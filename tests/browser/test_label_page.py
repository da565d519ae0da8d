"""The labelling page: marking, answering and leaving postings by mouse, by keyboard alone and by touch."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from annotator.domain.answers import Span
from tests.browser.hands import drag, hold_and_drag, keys, notice_is, passages, state_is, status_is, tap
from tests.browser.harness import Harness

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]


def test_an_answer_by_mouse_and_keys_arrives_as_it_was_marked(open_page: OpenPage, harness: Harness) -> None:
    page = open_page()
    drag(page, "registration", "300")
    keys(page, "f")  # words first, then the key
    drag(page, "Passports", "office")
    page.locator(".lsf-label", has_text="Papers kept").click()  # words first, then the button
    keys(page, "i")
    drag(page, "room", "site")  # the label first, then the words
    keys(page, "x", "2", "5")
    page.get_by_label("Note", exact=True).fill("Deposit wording is odd.")
    keys(page, "Control+Enter")
    status_is(page, "Saved")
    answer = harness.answers[0]["answer"]
    assert [(s.label, s.text, s.state) for s in answer.spans] == [
        ("FEE", "registration fee of 300", "present"),
        ("DOCS", "Passports are kept in the office", "present"),
        ("TIED", "room beside the site", "contradicted"),
    ]
    assert answer.choices == {"concern": ("2",), "context": ("housing",)}
    assert answer.notes == {"note": "Deposit wording is odd."}
    assert harness.answers[0]["lead_time"] > 0


def test_a_whole_session_by_keyboard_alone(open_page: OpenPage, harness: Harness) -> None:
    page = open_page()
    keys(page, *["ArrowRight"] * 7, *["Shift+ArrowRight"] * 5, "f")
    assert passages(page) == [("Fee", "pay a registration fee of 300", "present")]
    keys(page, "x", "ArrowDown", "k")
    assert [state for _, _, state in passages(page)] == ["contradicted", "present"]
    keys(page, "[", "Delete", "c", "Control+Enter")
    status_is(page, "Saved")
    state_is(page, "ready")
    keys(page, "Shift+S")
    status_is(page, "Skipped")
    assert [body["lease"] for body in harness.bodies("skip")] == ["lease-item-1"]
    assert len(harness.answers[0]["answer"].spans) == 1


def test_on_a_phone_words_are_tapped_or_held_and_the_page_never_scrolls_sideways(
    open_page: OpenPage, harness: Harness
) -> None:
    page = open_page(phone=True)
    tap(page, "registration")
    tap(page, "300")
    page.locator(".lsf-label", has_text="Fee").tap()
    hold_and_drag(page, "ssports", "offi")  # whole words are taken
    expect(page.locator(".choosing q")).to_have_text("Passports are kept in the office")
    page.locator(".lsf-label", has_text="Papers kept").tap()
    page.locator(".passage").nth(1).get_by_text("Contradicted").tap()
    assert passages(page) == [
        ("Fee", "registration fee of 300", "present"),
        ("Papers kept ★", "Passports are kept in the office", "contradicted"),
    ]
    page.locator(".passage-remove").first.tap()
    page.locator(".lsf-choice", has_text="1 Weak").tap()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.get_by_role("button", name="Submit").tap()
    status_is(page, "Saved")
    assert [(s.label, s.state) for s in harness.answers[0]["answer"].spans] == [("DOCS", "contradicted")]


def test_a_chosen_run_of_words_can_be_widened_cleared_and_replaced(open_page: OpenPage) -> None:
    page = open_page(phone=True)
    tap(page, "registration")
    expect(page.locator(".choosing q")).to_have_text("registration")
    tap(page, "pay")
    expect(page.locator(".choosing q")).to_have_text("pay a registration")
    tap(page, "registration")
    expect(page.locator(".choosing")).to_be_hidden()
    tap(page, "Monday")
    page.get_by_role("button", name="Clear").tap()
    expect(page.locator(".choosing")).to_be_hidden()


def test_offsets_count_code_points_and_a_posting_shows_its_placeholders(open_page: OpenPage, harness: Harness) -> None:
    text = "Season 🍓🍓 work.\nCall <PHONE> & ask; pay €300 a week."
    harness.items.clear()
    harness.items.append(("item-0", text))
    page = open_page()
    expect(page.locator(".lsf-htx-richtext")).to_contain_text("Call <PHONE> & ask")
    drag(page, "PHONE", "PHONE")
    keys(page, "v")
    drag(page, "300", "week")
    keys(page, "y", "1", "Control+Enter")
    status_is(page, "Saved")
    spans: tuple[Span, ...] = harness.answers[0]["answer"].spans
    assert [(s.text, text[s.start : s.end]) for s in spans] == [("<PHONE>", "<PHONE>"), ("€300 a week", "€300 a week")]


def test_one_undo_takes_a_passage_back_with_its_state(open_page: OpenPage) -> None:
    page = open_page()
    drag(page, "registration", "fee")
    keys(page, "f", "x", "Control+z")
    assert passages(page) == [("Fee", "registration fee", "present")]
    keys(page, "Control+z")
    assert passages(page) == []
    keys(page, "Control+Shift+z")
    assert passages(page) == [("Fee", "registration fee", "present")]


def test_a_click_on_a_passage_makes_it_the_one_that_keys_act_on(open_page: OpenPage) -> None:
    page = open_page()
    drag(page, "registration", "fee")
    keys(page, "f")
    drag(page, "Passports", "kept")
    keys(page, "k")
    page.locator(".htx-highlight").first.click()
    expect(page.locator(".passage").first).to_have_attribute("aria-current", "true")
    keys(page, "x")
    assert [state for _, _, state in passages(page)] == ["contradicted", "present"]
    drag(page, "season", "ends")  # the picked passage's label is not put on other words
    expect(page.locator(".choosing q")).to_have_text("season ends")
    keys(page, "v")
    assert [title for title, _, _ in passages(page)] == ["Fee", "Papers kept ★", "Vague"]


def test_a_rating_is_asked_for_and_its_keys_work_wherever_the_focus_is(open_page: OpenPage, harness: Harness) -> None:
    page = open_page()
    keys(page, "Control+Enter")
    status_is(page, "Still to answer: Concern for review.")
    expect(page.locator(".question-rating input").first).to_be_focused()
    assert harness.bodies("answers") == []
    keys(page, "3", "9", "Control+Enter")
    status_is(page, "Saved")
    assert harness.answers[0]["answer"].choices == {"concern": ("3",), "protective": ("protective",)}


def test_every_control_of_the_editor_works_with_tab_space_and_arrows(open_page: OpenPage) -> None:
    page = open_page()
    fee = page.get_by_role("button", name="Fee", exact=False).first
    fee.focus()
    keys(page, "Enter")
    expect(fee).to_have_attribute("aria-pressed", "true")
    keys(page, " ")
    expect(fee).to_have_attribute("aria-pressed", "false")
    rating = page.get_by_role("radiogroup", name="Concern for review").locator("input")
    rating.first.focus()
    keys(page, " ", "ArrowDown")
    expect(rating.nth(1)).to_be_checked()
    expect(rating.nth(1)).to_be_focused()
    box = page.get_by_role("group", name="Context").locator("input").first
    box.focus()
    keys(page, " ")
    expect(box).to_be_checked()
    expect(box).to_be_focused()


def test_single_key_shortcuts_can_be_turned_off(open_page: OpenPage) -> None:
    page = open_page()
    keys(page, "?")
    page.get_by_label("Single-key shortcuts are on").uncheck()
    keys(page, "Escape", "2", "Shift+S")
    expect(page.locator(".question-rating input:checked")).to_have_count(0)
    state_is(page, "ready")
    page.evaluate("localStorage.clear()")


def test_the_guideline_opens_at_the_clause_in_question(open_page: OpenPage) -> None:
    page = open_page()
    drag(page, "Passports", "kept")
    keys(page, "k", "Shift+G")
    clause = page.locator("#guideline-body #clause-docs")
    expect(clause).to_be_in_viewport()
    expect(clause).to_be_focused()
    keys(page, "Escape")
    expect(page.locator("#guideline")).to_be_hidden()
    page.get_by_role("button", name="Papers kept ★", exact=True).last.click()
    expect(clause).to_be_in_viewport()


def test_one_key_hides_everything_and_the_answer_is_still_there_afterwards(open_page: OpenPage) -> None:
    page = open_page()
    keys(page, "2", "Shift+G", "Escape", "Escape")
    expect(page.locator("#curtain")).to_be_visible()
    assert page.title() == "Hidden"
    keys(page, "3", "Control+Enter")  # nothing behind the curtain hears a key
    state_is(page, "ready")
    keys(page, "Escape")
    expect(page.locator("#curtain")).to_be_hidden()
    expect(page.locator(".question-rating input").nth(2)).to_be_checked()


def test_a_flag_goes_out_with_its_note_and_leaves_a_moment_before_the_next_posting(
    open_page: OpenPage, harness: Harness
) -> None:
    page = open_page()
    keys(page, "Shift+F")
    page.get_by_label("Note for the coordinator").fill("last line")
    page.get_by_role("button", name="Personal data visible").click()
    notice_is(page, "Flagged: personal data visible")
    assert harness.bodies("flag") == [{"lease": "lease-item-0", "kind": "personal_data", "note": "last line"}]
    assert len(harness.bodies("next")) == 1
    keys(page, "Enter")
    state_is(page, "ready")


def test_a_skip_is_taken_back_by_key_and_the_other_posting_is_no_loss(open_page: OpenPage, harness: Harness) -> None:
    page = open_page()
    keys(page, "Shift+U")
    status_is(page, "There is nothing to take back.")
    expect(page.locator("#undo")).to_be_hidden()
    keys(page, "?")
    expect(page.locator("#shortcut-list")).to_contain_text("Take back the last skip or flag")
    keys(page, "Escape", "Shift+S")
    status_is(page, "Skipped")
    state_is(page, "ready")
    expect(page.locator(".lsf-htx-richtext")).to_contain_text("Kitchen assistant")
    keys(page, "Shift+U")
    status_is(page, "Taken back: here it is again")
    state_is(page, "ready")
    expect(page.locator(".lsf-htx-richtext")).to_contain_text("Warehouse helpers")
    assert harness.bodies("undo") == [{"lease": "lease-item-0"}]
    keys(page, "1", "Control+Enter")
    status_is(page, "Saved")
    assert harness.answers[0]["lease"] == "lease-item-0"


def test_undo_asks_twice_where_marks_would_go_and_is_over_with_the_next_answer(
    open_page: OpenPage, harness: Harness
) -> None:
    page = open_page()
    keys(page, "Shift+S")
    status_is(page, "Skipped")
    state_is(page, "ready")
    keys(page, "ArrowRight", "f", "Shift+U")
    status_is(page, "What you marked here would be lost. Press Undo again to go back all the same.")
    assert harness.bodies("undo") == []
    keys(page, "1", "Control+Enter")
    status_is(page, "Saved")
    expect(page.locator("#undo")).to_be_hidden()


def test_a_refused_undo_says_why_and_leaves_the_posting_where_it_is(open_page: OpenPage, harness: Harness) -> None:
    page = open_page(phone=True)
    page.get_by_role("button", name="Skip").tap()
    status_is(page, "Skipped")
    state_is(page, "ready")
    harness.slip = None
    page.get_by_role("button", name="Undo").tap()
    status_is(page, "Too late to take that back.")
    state_is(page, "ready")
    expect(page.locator(".lsf-htx-richtext")).to_contain_text("Kitchen assistant")
    expect(page.locator("#undo")).to_be_hidden()


def test_a_flag_can_be_taken_back_unless_it_protects_others(open_page: OpenPage, harness: Harness) -> None:
    page = open_page()
    keys(page, "Shift+F")
    page.get_by_role("button", name="Distressing").click()
    notice_is(page, "Flagged: distressing")
    page.locator("#notice").get_by_role("button", name="Undo").click()
    state_is(page, "ready")
    expect(page.locator(".lsf-htx-richtext")).to_contain_text("Warehouse helpers")
    keys(page, "Shift+F")
    protective = page.get_by_role("button", name="Personal data visible")
    expect(protective).to_contain_text("It stands until two people have looked.")
    protective.click()
    notice_is(page, "Flagged: personal data visible")
    expect(page.locator("#notice")).to_contain_text("This flag stands until two people have looked at the posting.")
    keys(page, "Shift+U")
    status_is(page, "There is nothing to take back.")
    assert len(harness.bodies("undo")) == 1


def test_a_pause_holds_nothing_and_labelling_goes_on_from_it(open_page: OpenPage, harness: Harness) -> None:
    page = open_page()
    keys(page, "Shift+P")
    notice_is(page, "Paused")
    assert harness.lease is None
    expect(page.locator("#editor")).to_be_empty()
    page.get_by_role("button", name="Go on labelling").click()
    state_is(page, "ready")


def test_progress_counts_this_session_and_today(open_page: OpenPage) -> None:
    page = open_page()
    expect(page.locator("#progress")).to_have_text("0 this session7 today")
    keys(page, "0", "Control+Enter")
    expect(page.locator("#progress")).to_have_text("1 this session8 today")
