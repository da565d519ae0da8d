"""The page of settings and its calls: what stands at each field, who changed what, and two people at once."""

from __future__ import annotations

import re

import pytest

from annotator.domain.roles import Role
from annotator.storage import items


@pytest.fixture
def desk(site):
    site.add_items([f"Posting {n} of the harvest." for n in range(3)])
    return site.enter(Role.COORDINATOR)


def send(client, page=None, **fields):
    page = page or client.get("/coordinator/settings").text
    form = dict(
        re.findall(
            r'name="(\w+)" (?:inputmode="decimal" autocomplete="off" )?value="([^"]*)"', page.split("</form>")[1]
        )
    )
    return client.post("/coordinator/settings", data={**form, **fields})


def test_every_setting_is_explained_and_a_change_holds_at_once(site, desk):
    page = desk.get("/coordinator/settings").text
    assert "Precautionary: 20" in page
    assert "Finished" in page or "finished" in page
    kept = send(desk, overlap="2", max_overlap="4", risk_threshold="2,5")
    assert kept.headers["location"] == "/coordinator/settings?saved=yes"
    assert "2 to 4 people an item" in desk.get("/coordinator").text
    with site.service.database.reading() as session:
        assert items.by_public_id(session, site.service.opened.id, "item-0").overlap == 2
    page = desk.get("/coordinator/settings?saved=yes").text
    assert "Saved." in page
    assert "Risk at which an item is done: 2 → 2.5 %" in page


def test_a_wrong_value_is_told_at_its_field_and_nothing_is_changed(desk):
    refused = send(desk, overlap="4", max_overlap="3", day_minutes="500", audit_share="many")
    assert refused.status_code == 422
    assert 'id="audit_share" name="audit_share" inputmode="decimal" autocomplete="off" value="many"' in refused.text
    assert refused.text.count('aria-invalid="true"') == 1
    refused = send(desk, overlap="4", max_overlap="3", day_minutes="500")
    assert "Fewer than the 4 people" in refused.text
    refused = send(desk, day_minutes="500")
    assert "Limits can be made stricter here, never looser" in refused.text
    assert "Nothing was changed yet" in desk.get("/coordinator/settings").text


def test_of_two_coordinators_the_second_sees_what_the_first_did(site, desk):
    other = site.enter(Role.COORDINATOR)
    opened = other.get("/coordinator/settings").text
    send(desk, retrain_every="50")
    refused = send(other, opened, retrain_every="80")
    assert refused.status_code == 409
    assert "Answers before training again: 100 → 50" in refused.text
    assert "In force: 50." in refused.text
    assert send(other, refused.text, retrain_every="80").status_code == 303


def test_what_was_before_can_be_put_back(desk):
    send(desk, active_minutes="10")
    change = desk.get("/api/v1/settings/history").json()["changes"][0]
    assert change["values"] == {"active_minutes": [20, 10]}
    version = change["version"]
    back = desk.post("/coordinator/settings/put-back", data={"change": change["id"], "version": version}, headers={})
    assert back.status_code == 303
    settings = {one["name"]: one for one in desk.get("/api/v1/settings").json()["settings"]}
    assert (settings["active_minutes"]["value"], settings["active_minutes"]["precautionary"]) == (20, 20)


def test_the_call_says_what_holds_and_changes_it(desk):
    before = desk.get("/api/v1/settings").json()
    done = desk.patch("/api/v1/settings", json={"version": before["version"], "values": {"audit_share": 0.2}})
    assert done.status_code == 200
    again = desk.patch("/api/v1/settings", json={"version": before["version"], "values": {"audit_share": 0.3}})
    assert (again.status_code, "changed the settings" in again.json()["error"]["what"]) == (409, True)
    wrong = desk.patch("/api/v1/settings", json={"version": done.json()["version"], "values": {"overlap": 99}})
    assert (wrong.status_code, wrong.json()["error"]["where"]) == (422, "overlap")
    page = desk.get("/api/v1/settings/history?limit=1").json()
    assert page["next"] is None
    assert page["changes"][0]["values"] == {"audit_share": [0.1, 0.2]}


def test_a_number_that_no_database_holds_is_refused_with_its_place(desk):
    huge = 2**63
    version = desk.get("/api/v1/settings").json()["version"]
    history = desk.get(f"/api/v1/settings/history?cursor={huge}")
    back = desk.post("/api/v1/settings/put-back", json={"version": version, "change": huge})
    assert [(reply.status_code, reply.json()["error"]["where"]) for reply in (history, back)] == [
        (422, "query.cursor"),
        (422, "change"),
    ]
    assert desk.post("/coordinator/settings/put-back", data={"change": huge, "version": version}).status_code == 422
