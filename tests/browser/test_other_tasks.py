"""Other tasks in the real editor: pictures from a list of files to stored answers, and a folder's preview that follows its files."""

from __future__ import annotations

import csv

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from sqlmodel import select

from annotator.domain.roles import Role
from annotator.domain.schema import Media
from annotator.intake.pictures import Clearance
from annotator.intake.run import ingest_file
from annotator.storage.tables import Annotation, Item
from annotator.studio.editor_assets import find_editor
from annotator.web.guideline.preview import create_preview
from guidelines.loader import load
from guidelines.scaffold import FIRST_VERSION, Task, make
from tests.browser.hands import drag, keys, passages, state_is, status_is
from tests.browser.served import approved_site, listening
from tests.web.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.fixture
def site(tmp_path):
    folder = make("signs", Task.IMAGE, tmp_path / "guidelines")
    with approved_site(tmp_path, load("signs", FIRST_VERSION, folder.parents[1])) as made:
        listed = folder / "list.csv"
        with listed.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(
                [("id", "image", "source"), *((n, f"pictures/{n}.png", "synthetic") for n in ("disc", "box"))]
            )
        coordinator = made.add(Role.COORDINATOR, "coordinator@example.org")
        said = Clearance(coordinator.id, "Drawn for this test; nobody is in them.")
        service = made.service
        ingest_file(service.database, service.project, listed, "test", service.clock, media=Media.IMAGE, clearance=said)
        yield made


def no_serious_fault(page) -> None:
    found = Axe().run(page).response["violations"]
    assert [each["id"] for each in found if each["impact"] in {"serious", "critical"}] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_volunteer_labels_pictures_in_the_real_editor(site, url, page):
    email = site.person(Role.VOLUNTEER)
    page.goto(f"{url}/sign-in")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    for number in range(2):
        page.wait_for_selector("#label-page[data-state=ready]", timeout=60_000)
        picture = page.get_by_alt_text("The picture to label")
        expect(picture).to_have_js_property("complete", value=True)
        assert picture.evaluate("node => [node.naturalWidth, node.naturalHeight]") == [480, 320]
        if not number:
            no_serious_fault(page)
            expect(page.locator("#passages")).to_be_hidden()
        keys(page, "1" if number else "2", "b", "Control+Enter")
        status_is(page, "Saved")
    state_is(page, "empty")
    with site.service.database.reading() as session:
        given = session.exec(select(Annotation).order_by(Annotation.id)).all()
        assert [one.labels for one in given] == [
            {"shape": "square", "border": "yes"},
            {"shape": "round", "border": "yes"},
        ]
        assert {one.text for one in session.exec(select(Item))} == {""}


def test_the_preview_shows_a_folder_in_the_editor_and_follows_its_files(tmp_path, page):
    folder = make("notices", Task.SPANS, tmp_path / "guidelines")
    with listening(create_preview(folder, find_editor(tmp_path / "editor"))) as url:
        page.goto(url)
        page.wait_for_selector("#label-page[data-state=ready]", timeout=60_000)
        drag(page, "on", "six")
        keys(page, "t", "2")
        assert passages(page) == [("Time", "on Tuesday at six", "")]
        page.get_by_role("button", name="What the data would hold").click()
        expect(page.locator("#held tbody tr")).to_have_text(["Clarity22", "Timemarkedmarked", "Placenot markedmarked"])
        no_serious_fault(page)
        page.get_by_role("button", name="The guideline's answer").click()
        expect(page.locator(".passage")).to_have_count(2)
        schema = folder / "schema.yaml"
        text = schema.read_text(encoding="utf-8")
        schema.write_text(text.replace("hotkey: l", "hotkey: t"), encoding="utf-8")
        expect(page.locator("#wrong")).to_contain_text("'t' is a hotkey already")
        schema.write_text(text.replace("title: Place", "title: Whereabouts"), encoding="utf-8")
        page.wait_for_selector(".lsf-label >> text=Whereabouts", timeout=60_000)
        expect(page.locator("#wrong")).to_have_count(0)
