"""The whole main job, through the real service: two volunteers label, a coordinator sees agreement, a researcher gets the data,
and Label Studio, which was killed on the way, holds exactly those answers."""

from __future__ import annotations

import json
import os
import re
import signal
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hands import drag, keys, sign_in, state_is, status_is, tap
from tests.browser.running import up

pytestmark = [pytest.mark.browser, pytest.mark.studio, pytest.mark.timeout(420)]

PICTURES = os.environ.get("ANNOTATOR_PICTURES")
DESKTOP = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """The demo without control items and picks of chance, so that both volunteers meet the same postings in the same order."""
    settled = {"ANNOTATOR_CONTROL_RATE": "0", "ANNOTATOR_AUDIT_SHARE": "0"}
    with up(tmp_path_factory.mktemp("first-light") / "home", "--demo", **settled) as running:
        yield running


@pytest.fixture
def enter(chromium, service):
    contexts = []

    def enter_as(who: str, **options) -> Page:
        context = chromium.new_context(accept_downloads=True, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        return sign_in(page, service.url, service.people[who]["email"], service.people[who]["password"])

    yield enter_as
    for context in contexts:
        context.close()


def picture(page: Page, name: str, **options) -> None:
    """Keep a picture for the README when asked to (`make pictures`)."""
    if PICTURES:
        page.wait_for_timeout(400)
        page.screenshot(path=Path(PICTURES) / name, **options)


def line_of(page: Page) -> list[str]:
    """Return the words of the longest line of the posting, each of them once in it."""
    text = page.locator(".lsf-htx-richtext").inner_text()
    words = max(text.splitlines(), key=len).split()
    return [word for word in words if word.isalpha() and words.count(word) == 1 and text.count(word) == 1]


def label_by_mouse(page: Page, rating: str) -> None:
    words = line_of(page)
    drag(page, words[0], words[1])
    keys(page, "f")
    keys(page, rating, "Control+Enter")


def label_by_keys(page: Page, rating: str) -> None:
    keys(page, "ArrowRight", "ArrowRight", "Shift+ArrowRight", "d", "x", rating, "Control+Enter")


def label_by_touch(page: Page, rating: str) -> None:
    words = line_of(page)
    tap(page, words[0])
    page.locator(".lsf-label", has_text="Fee").tap()
    page.locator(".lsf-choice").filter(has_text=rating).first.tap()
    page.get_by_role("button", name="Submit").tap()


def saved(page: Page, count: int) -> None:
    status_is(page, "Saved")
    expect(page.locator("#progress-session")).to_have_text(str(count))
    state_is(page, "ready")


def test_the_main_job(service, enter, tmp_path):
    ada = enter("volunteer-1", **DESKTOP)
    state_is(ada, "ready")
    for number, rating in enumerate("20312", start=1):
        label_by_keys(ada, rating) if number % 2 else label_by_mouse(ada, rating)
        saved(ada, number)
    slip = line_of(ada)
    for key, said in (("Shift+S", "Skipped"), ("Shift+U", "Taken back: here it is again"), ("Shift+S", "Skipped")):
        keys(ada, key)
        status_is(ada, said)
        state_is(ada, "ready")
        assert (line_of(ada) == slip) is (key == "Shift+U")
    keys(ada, "Shift+F")
    ada.get_by_role("button", name="Personal data visible").click()
    expect(ada.get_by_role("heading", name="Flagged: personal data visible")).to_be_visible()
    ada.get_by_role("button", name="Next posting").click()
    state_is(ada, "ready")
    words = line_of(ada)
    drag(ada, words[0], words[1])
    keys(ada, "f")
    picture(ada, "label.png")

    service.wait(lambda health: health["label_studio"]["state"] == "up", "Label Studio's start")
    pid = json.loads((service.home / "label-studio" / "label-studio.pid").read_text())["pid"]
    os.kill(pid, signal.SIGKILL)

    ben = enter("volunteer-2", **DESKTOP)
    state_is(ben, "ready")
    for number, rating in enumerate("2031", start=1):
        label_by_mouse(ben, rating) if number % 2 else label_by_keys(ben, rating)
        saved(ben, number)
    ben.context.close()

    phone = enter("volunteer-2", **PHONE)
    state_is(phone, "ready")
    picture(phone, "label-phone.png")
    label_by_touch(phone, "2 Some")
    saved(phone, 1)
    assert phone.evaluate("document.documentElement.scrollWidth") == 390

    desk = enter("coordinator", **DESKTOP)
    panel = desk.get_by_role("region", name="Agreement")
    alpha = float(re.search(r"Concern for review (-?[\d.]+)", panel.inner_text())[1])
    assert -1 <= alpha <= 1
    expect(panel.get_by_role("link", name="5 items")).to_be_visible()
    expect(desk.get_by_role("region", name="Data").get_by_role("link", name="1 in quarantine")).to_be_visible()
    picture(desk, "desk.png", full_page=True)
    panel.get_by_role("link", name="5 items").click()
    expect(desk.get_by_role("row")).to_have_count(6)
    desk.get_by_role("row").nth(1).get_by_role("link").click()
    expect(desk.get_by_role("heading", name=re.compile("Concern for review [0-3]"))).to_have_count(2)

    exported = export_by_page(enter("researcher", **DESKTOP), tmp_path)
    assert len(exported) == 10
    service.wait(lambda health: health["outbox"]["waiting"] == 0, "the mirror to catch up", seconds=180)
    assert in_label_studio(service) == {(row["item"], canonical(row["result"])) for row in exported}
    done = service.command("mirror", "check")
    assert done.returncode == 0, done.stderr
    assert "10 answers on both sides; 0 only here, 0 only in Label Studio, 0 there twice" in done.stderr


def export_by_page(page: Page, folder: Path) -> list[dict]:
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the export").click()
    archive = folder / "export.zip"
    download.value.save_as(archive)
    with zipfile.ZipFile(archive) as files:
        assert set(files.namelist()) == {"items.jsonl", "annotations.jsonl", "manifest.json"}
        manifest = json.loads(files.read("manifest.json"))
        rows = [json.loads(line) for line in files.read("annotations.jsonl").splitlines()]
    assert manifest["files"]["annotations.jsonl"]["rows"] == len(rows)
    return rows


def in_label_studio(service) -> set[tuple[str, str]]:
    """Read every annotation through Label Studio's own SDK: (item's id, result)."""
    from label_studio_sdk import LabelStudio  # slow, and all processes collect this file

    token = json.loads((service.home / "label-studio" / "secrets.json").read_text())["token"]
    client = LabelStudio(base_url=f"http://127.0.0.1:{service.environment['ANNOTATOR_STUDIO_PORT']}", api_key=token)
    ours = [one for one in client.projects.list() if "(control items)" not in one.title]
    project = min(
        ours, key=lambda one: one.id
    )  # the service holds to the oldest, should a lost reply have made a second
    found = []
    for task in client.tasks.list(project=project.id, fields="all", page_size=500):
        if task.total_annotations:
            found += [(task.meta["id"], canonical(one.result)) for one in client.annotations.list(id=task.id)]
    assert len(found) == len(set(found))
    return set(found)


def canonical(result: list[dict]) -> str:
    return json.dumps([region for region in result if region["type"] != "textarea"], sort_keys=True)
