"""Training to qualification in a real browser: a card answered otherwise, explained, tried again; then control items until the test
is passed. By keyboard alone, on a screen 390 pixels wide, and axe finds nothing serious on the way.
"""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect
from sqlmodel import select

from annotator.domain.roles import Role
from annotator.quality import training
from annotator.quality.bank import fill
from annotator.quality.cards import cards
from annotator.storage.tables import Annotation, Item, Person
from annotator.storage.tables_quality import Control
from annotator.synthetic.generator import generate
from guidelines.loader import latest, load
from tests.browser.hands import keys, notice_is, state_is
from tests.browser.served import approved_site
from tests.quality.test_training import truth
from tests.web.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
TEXT = ".lsf-htx-richtext"


@pytest.fixture
def site(tmp_path):
    with approved_site(tmp_path, load("postings", latest("postings"))) as made:
        fill(made.service.database, made.service.project, made.service.schema, 30, "test", made.service.now())
        made.add_items([posting.text for posting in generate(3, 91)])
        yield made


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until something has the focus."""
    target.wait_for()
    for _ in range(60):
        if target.evaluate("node => node === document.activeElement"):
            return
        keys(page, "Tab")
    raise AssertionError("the keyboard does not get there")


def press(page: Page, role: str, name: str) -> None:
    tab_to(page, page.get_by_role(role, name=name, exact=True))
    keys(page, "Enter")


def fine(page: Page) -> None:
    """Axe finds nothing serious or critical, and nothing scrolls sideways."""
    found = Axe().run(page).response["violations"]
    assert [each["id"] for each in found if each["impact"] in {"serious", "critical"}] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def answer(page: Page, schema, expected: dict) -> None:
    """Mark a word for every indicator, choose the rating, submit."""
    state_is(page, "ready")
    hotkeys = {choice.value: choice.hotkey for question in schema.questions for choice in question.choices}
    for value, state in expected.items():
        if state in ("present", "contradicted"):
            keys(page, "ArrowRight", hotkeys[value], "p" if state == "present" else "x")
    keys(page, expected["concern"], "Control+Enter")


def test_from_the_first_card_to_real_work_by_keyboard(site, url, page):
    service = site.service
    email = site.person(Role.VOLUNTEER, qualified=False)
    page.goto(url)
    tab_to(page, page.get_by_label("E-mail address"))
    page.keyboard.type(email)
    keys(page, "Tab")
    page.keyboard.type(PASSWORD)
    keys(page, "Enter")
    notice_is(page, "Not open to you yet")
    press(page, "button", "To the training")
    expect(page.get_by_role("heading", name="Training", exact=True)).to_be_visible()
    fine(page)
    press(page, "link", "Begin")

    first, second, *rest = cards(service.schema)
    state_is(page, "ready")
    fine(page)
    keys(page, "3" if first.expected["concern"] in "01" else "0", "Control+Enter")
    expect(page.get_by_role("heading", name="The guideline reads it otherwise")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="different").first).to_be_visible()
    fine(page)
    press(page, "link", "Try again")
    answer(page, service.schema, first.expected)
    expect(page.get_by_role("heading", name="You and the guideline read alike")).to_be_visible()
    fine(page)
    press(page, "link", "Next posting")
    answer(page, service.schema, second.expected)
    expect(page.get_by_role("heading", name="You and the guideline read alike")).to_be_visible()

    with service.database.reading() as session:
        person = session.exec(select(Person).where(Person.qualified_at.is_(None))).one().id
    for number, card in enumerate(rest):
        known = truth(card.expected, card.spans, card.text)
        training.attempt(service.database, service.schema, person, card.id, f"k{number}", known, service.now())
    press(page, "link", "Next posting")
    notice_is(page, "Training is done")
    keys(page, "Enter")

    with service.database.reading() as session:
        expected = {
            " ".join(text.split()): labels
            for text, labels in session.exec(
                select(Item.text, Control.expected).join(Control, Control.item_id == Item.id)
            )
        }
    for count in range(1, 8):
        state_is(page, "ready")
        posting = " ".join(page.locator(TEXT).inner_text().split())
        answer(page, service.schema, expected[posting])
        expect(page.locator("#progress-session")).to_have_text(str(count))
    state_is(page, "ready")
    with service.database.reading() as session:
        assert session.get_one(Person, person).qualified_at is not None
        assert len(session.exec(select(Annotation)).all()) == 7, "training answers are no annotations"
    page.goto(f"{url}/training")
    expect(page.get_by_text("Labelling is open to you.")).to_be_visible()
    fine(page)
    page.goto(f"{url}/me/labelling")
    fine(page)
