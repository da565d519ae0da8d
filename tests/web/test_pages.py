"""The pages work without JavaScript: forms are posted, errors say how to mend, nothing lost."""

from __future__ import annotations

import io
import json
import re
import zipfile

import pytest

from annotator.domain.errors import InputError
from annotator.domain.roles import Role
from annotator.synthetic.corpus import write_corpus
from annotator.web.research import front
from tests.web.conftest import PASSWORD, answer, rating, span


def csrf(page) -> str:
    return re.search(r'name="csrf" value="([^"]+)"', page.text).group(1)


def test_signing_in_by_form_leads_to_the_start_page_and_out_again(site):
    client = site.client()
    assert client.get("/").headers["location"] == "/sign-in"
    email = site.person(Role.COORDINATOR)
    wrong = client.post("/sign-in", data={"email": email, "password": "wrong"})
    assert wrong.status_code == 401
    assert email in wrong.text
    assert "wrong" not in re.sub(r"<title>.*?</title>", "", wrong.text).replace("went wrong", "")
    entered = client.post("/sign-in", data={"email": email, "password": PASSWORD})
    assert (entered.status_code, entered.headers["location"]) == (303, "/coordinator")
    page = client.get("/coordinator")
    assert client.post("/sign-out", data={"csrf": "guess"}).status_code == 403
    assert client.post("/sign-out", data={"csrf": csrf(page)}).headers["location"] == "/sign-in"
    assert client.get("/coordinator").headers["location"] == "/sign-in?next=/coordinator"


def test_signing_in_leads_on_to_the_page_with_its_search_and_never_to_what_a_form_did(site):
    client = site.client()
    page = "/coordinator/items?text=a+%26+b&state=ready"
    asked = client.get(page).headers["location"]
    assert client.get(asked).text.count('name="next" value="/coordinator/items?text=a+%26+b&amp;state=ready"') == 1
    form = {"email": site.person(Role.COORDINATOR), "password": PASSWORD}
    assert client.post("/sign-in", data=form | {"next": page}).headers["location"] == page
    assert site.client().post("/coordinator/bulk").headers["location"] == "/sign-in?next=/"
    assert "xxx" not in site.client().get(f"/sign-in?next=/{'x' * 3000}").text


@pytest.mark.parametrize("next_page", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_a_crafted_link_never_leads_elsewhere_after_signing_in(site, next_page):
    form = {"email": site.person(Role.RESEARCHER), "password": PASSWORD, "next": next_page}
    assert site.client().post("/sign-in", data=form).headers["location"] == "/researcher"


def test_an_invitation_becomes_a_volunteer(site):
    coordinator = site.enter(Role.COORDINATOR)
    page = coordinator.post("/coordinator/people/invitations", data={"role": "volunteer", "qualified": "yes"})
    token = re.search(r"token=([\w-]+)", page.text).group(1)
    client = site.client()
    assert token in client.get(f"/invitation?token={token}").text
    short = client.post("/invitation", data={"token": token, "email": "new@example.org", "password": "short"})
    assert (short.status_code, "12 to 256" in short.text) == (422, True)
    made = client.post("/invitation", data={"token": token, "email": "new@example.org", "password": PASSWORD})
    assert made.headers["location"] == "/label"
    assert client.get("/label").headers["location"] == "/welcome/about"


def test_every_page_opens_for_those_it_is_for(site):
    site.add_items(["Pickers wanted. Housing offered."])
    coordinator = site.enter(Role.COORDINATOR)
    for path in ("", "/items", "/items?state=ready", "/items/item-0", "/people", "/postings"):
        assert coordinator.get(f"/coordinator{path}").status_code == 200, path
    assert coordinator.get("/guideline").status_code == 200
    assert coordinator.get("/coordinator/items/none").status_code == 404
    assert coordinator.get("/coordinator/items?state=nonsense").status_code == 422


def test_markup_in_postings_and_notes_is_shown_and_never_run(site):
    evil = "<script>alert(1)</script> Pickers wanted & housed."
    site.add_items([evil])
    volunteer = site.enter(Role.VOLUNTEER)
    given = volunteer.post("/api/v1/next").json()
    note = {"id": "n", "from_name": "note", "to_name": "text", "type": "textarea", "value": {"text": ["<img src=x>"]}}
    assert answer(volunteer, given, [*rating("1"), note]).status_code == 201
    page = site.enter(Role.COORDINATOR).get("/coordinator/items/item-0")
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert" in page.text
    assert "<img" not in page.text


def test_postings_come_in_through_the_page_with_their_manifest(site, tmp_path):
    write_corpus(tmp_path, 20, 3)
    coordinator = site.enter(Role.COORDINATOR)
    file = ("postings.jsonl", (tmp_path / "postings.jsonl").read_bytes())
    page = coordinator.post("/coordinator/postings", files={"file": file})
    assert (page.status_code, "manifest" in page.text) == (422, True)
    manifest = ("manifest.json", (tmp_path / "manifest.json").read_bytes())
    page = coordinator.post("/coordinator/postings", files={"file": file, "manifest": manifest})
    assert page.status_code == 200
    assert "<b>20</b> ready" in page.text
    assert list(site.service.scratch().iterdir()) == []


def test_a_file_of_an_ending_that_no_file_system_holds_is_no_kind_of_file(site):
    file = (f"postings.{'x' * 300}", b"{}")
    page = site.enter(Role.COORDINATOR).post("/coordinator/postings", files={"file": file})
    assert (page.status_code, "is not a kind of file that we read." in page.text) == (422, True)


def test_an_export_that_could_not_be_made_leaves_nothing_behind(site, monkeypatch):
    def full(_database, _project, out, *_):
        out.mkdir()
        raise InputError("There is no room.")

    monkeypatch.setattr(front, "export_project", full)
    assert site.enter(Role.RESEARCHER).post("/researcher/export").status_code == 422
    assert list(site.service.scratch().iterdir()) == []


def test_the_export_holds_every_answer_and_no_note(site):
    text = "Pickers wanted. A fee of 200 is due. Housing offered."
    site.add_items([text])
    for _ in range(2):
        volunteer = site.enter(Role.VOLUNTEER)
        given = volunteer.post("/api/v1/next").json()
        note = {"id": "n", "from_name": "note", "to_name": "text", "type": "textarea", "value": {"text": ["private"]}}
        assert answer(volunteer, given, [*rating("2"), *span(text, "A fee of 200", "FEE"), note]).status_code == 201
    researcher = site.enter(Role.RESEARCHER)
    page = researcher.get("/researcher")
    reply = researcher.post("/researcher/export", data={"csrf": csrf(page)})
    with zipfile.ZipFile(io.BytesIO(reply.content)) as archive:
        rows = [json.loads(line) for line in archive.read("annotations.jsonl").splitlines()]
        items = [json.loads(line) for line in archive.read("items.jsonl").splitlines()]
        assert b"private" not in b"".join(archive.read(name) for name in archive.namelist())
    assert [item["id"] for item in items] == ["item-0"]
    assert [(row["item"], row["rating"], row["labels"]["FEE"]) for row in rows] == [("item-0", "2", "present")] * 2
    assert rows[0]["spans"][0]["text"] == "A fee of 200"
    assert rows[0]["guideline_sha256"] == site.service.schema.sha256
    assert {(row["pick"], row["propensity"]) for row in rows} <= {("random", None), ("audit", 0.1)}


def test_the_strict_policy_stands_on_every_page_and_the_editors_on_its_own(site):
    volunteer = site.enter(Role.VOLUNTEER)
    assert "script-src 'self'" in volunteer.get("/label").headers["content-security-policy"]
    for path in ("/sign-in", "/guideline", "/nothing", "/healthz"):
        policy = volunteer.get(path).headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
