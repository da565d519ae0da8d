"""Adjudication through the pages: the queue, the calls of the bench, and what they give away."""

from __future__ import annotations

import pytest

from annotator.domain.roles import Role
from tests.web.conftest import answer, rating, span

TEXT = "Kitchen help wanted. You pay a fee of 300 before the first shift."


@pytest.fixture
def disputed(site):
    """One posting on which all volunteers differ."""
    site.add_items([TEXT])
    people = [site.enter(Role.VOLUNTEER) for _ in range(site.service.project.overlap)]
    for number, client in enumerate(people):
        given = client.post("/api/v1/next").json()
        result = rating(str(number)) + (span(TEXT, "a fee of 300", "FEE") if number else [])
        assert answer(client, given, result).status_code == 201
    return "item-0"


def verdict(item="item-0", value="1", key="k1", **more):
    return {"item": item, "result": rating(value), "cause": "guideline_unclear", "key": key, **more}


def test_a_case_is_taken_and_decided(site, disputed):
    ada = site.enter(Role.ADJUDICATOR)
    assert ada.get("/").headers["location"] == "/coordinator/adjudication"
    assert disputed in ada.get("/coordinator/adjudication").text
    case = ada.post("/api/v1/adjudication/case", json={}).json()
    assert case["item"] == {"id": disputed, "text": TEXT, "image": None}
    assert {a["rating"] for a in case["answers"]} == {"0", "1", "2"}
    assert (case["needed"], case["decided"]) == (1, 0)
    done = ada.post("/api/v1/adjudication/decisions", json=verdict(clause="fee", note="Which fees count?"))
    assert (done.status_code, done.json()["settled"]) == (201, True)
    assert ada.post("/api/v1/adjudication/case", json={}).status_code == 204
    page = ada.get("/coordinator/adjudication").text
    assert "The guideline is unclear" in page
    behind = ada.get("/coordinator/adjudication/causes?clause=fee&cause=guideline_unclear").text
    assert disputed in behind
    assert "Which fees count?" in behind
    shown = ada.get(f"/coordinator/items/{disputed}").text
    assert "Decisions" in shown
    assert "Adjudicate again" in shown


def test_nobody_is_named_on_the_bench(site, disputed):
    ada = site.enter(Role.ADJUDICATOR)
    with site.service.database.reading() as session:
        from annotator.storage import people

        names = {part for person in people.everyone(session) for part in (person.id, person.pseudonym)}
    case = ada.post("/api/v1/adjudication/case", json={}).text
    assert not [name for name in names if name in case]


def test_slips_are_said_plainly(site, disputed):
    ada = site.enter(Role.ADJUDICATOR)
    early = ada.post("/api/v1/adjudication/decisions", json=verdict())
    assert (early.status_code, "not on your bench" in early.text) == (409, True)
    assert ada.post("/api/v1/adjudication/case", json={"item": "nowhere"}).status_code == 404
    ada.post("/api/v1/adjudication/case", json={})
    assert ada.post("/api/v1/adjudication/decisions", json=verdict(clause="nonsense")).status_code == 422
    assert ada.post("/api/v1/adjudication/decisions", json=verdict(value="7")).status_code == 422
    assert ada.post("/api/v1/adjudication/put-back").status_code == 200
    assert ada.post("/api/v1/adjudication/decisions", json=verdict()).status_code == 409


def test_a_coordinator_sets_from_where_on_two_decide_and_opens_an_item_again(site, disputed):
    coordinator, ada = site.enter(Role.COORDINATOR), site.enter(Role.ADJUDICATOR)
    assert ada.post("/coordinator/adjudication", data={"two_from": "1"}).status_code == 403
    assert coordinator.post("/coordinator/adjudication", data={"two_from": "1"}).status_code == 303
    assert coordinator.post("/coordinator/adjudication", data={"two_from": "9"}).status_code == 422
    assert ada.post("/api/v1/adjudication/case", json={}).json()["needed"] == 2
    assert not ada.post("/api/v1/adjudication/decisions", json=verdict()).json()["settled"]
    coordinator.post("/api/v1/adjudication/case", json={"item": disputed})
    assert coordinator.post("/api/v1/adjudication/decisions", json=verdict(key="k2")).json()["settled"]
    again = coordinator.post("/coordinator/adjudication/reopen", data={"item": disputed})
    assert again.status_code == 303
    assert "item-0" in again.headers["location"]
    assert "set aside" in coordinator.get(f"/coordinator/items/{disputed}").text
    assert "editor-boot.js" in coordinator.get(again.headers["location"]).text


def test_an_item_that_two_people_decided_alike_stands_once_behind_the_cause_with_both_notes(site, disputed):
    site.enter(Role.COORDINATOR).post("/coordinator/adjudication", data={"two_from": "1"})
    for number in (1, 2):
        ada = site.enter(Role.ADJUDICATOR)
        decided = verdict(clause="fee", note=f"What was noted, {number}.")
        assert ada.post("/api/v1/adjudication/case", json={"item": disputed}).status_code == 200
        assert ada.post("/api/v1/adjudication/decisions", json=decided).status_code == 201
    page = ada.get("/coordinator/adjudication/causes?clause=fee&cause=guideline_unclear").text
    assert page.count(f">{disputed}</a>") == 1
    assert page.index("What was noted, 2.") < page.index("What was noted, 1.")
