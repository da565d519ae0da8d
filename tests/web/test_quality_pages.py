"""Pages of quality: training, a volunteer's own page with appeal and explanations, the coordinator's page, gold to control items."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select

from annotator.domain.controls import Placement
from annotator.domain.items import ItemState
from annotator.domain.limits import UNLIMITED
from annotator.domain.roles import Role
from annotator.quality.bank import ensure_policy, fill
from annotator.quality.cards import cards
from annotator.quality.decisions import watch
from annotator.storage import controls, items, project_settings, quality
from annotator.storage.tables import Item, Person
from annotator.storage.tables_adjudication import Adjudication
from annotator.storage.tables_quality import Control
from tests.web.conftest import answer, rating, span


@pytest.fixture
def school(site):
    service = site.service
    with service.database.writing() as session:
        project_settings.set_limits(session, service.now(), "test", service.project.id, UNLIMITED, may_be_looser=True)
        ensure_policy(session, service.project, service.now(), Placement(50, 0.1))
    fill(service.database, service.project, service.schema, 12, "test", service.now())
    return site


@pytest.fixture
def paused(school):
    """A volunteer who has clicked through twelve control items, and has been paused for it."""
    client, service = school.enter(Role.VOLUNTEER), school.service
    for number in range(12):
        given = client.post("/api/v1/next").json()
        with service.database.reading() as session:
            expected = session.get_one(Control, school.item_of(given).id).expected
        answer(client, given, rating("3" if expected["concern"] in "01" else "0"), key=f"c{number}")
        service.clock.advance(timedelta(seconds=30))
    assert watch(service.database, service.project, service.schema, service.now()) == 1
    return client


def test_training_deals_explains_and_deals_again(school):
    client = school.enter(Role.VOLUNTEER, qualified=False)
    assert "Begin" in client.get("/training").text
    assert 'data-prefix="training/"' in client.get("/training/label").text
    given = client.post("/api/v1/training/next").json()
    card = cards(school.service.schema)[0]
    assert given["item"]["text"] == card.text
    wrong = "3" if card.expected["concern"] in "01" else "0"
    body = {"lease": given["lease"], "result": rating(wrong), "lead_time": 4.2, "key": "k"}
    stored = client.post("/api/v1/training/answers", json=body)
    assert stored.status_code == 201
    again = client.post("/api/v1/training/answers", json=body).json()
    assert again == {**stored.json(), "created": False}
    page = client.get(stored.json()["feedback"])
    assert "The guideline reads it otherwise" in page.text
    assert "Try again" in page.text
    assert 'class="clause"' in page.text
    assert "<mark" in page.text or not card.spans
    assert client.post("/api/v1/training/next").json()["lease"] == given["lease"]
    assert school.enter(Role.VOLUNTEER).get(stored.json()["feedback"]).status_code == 404, "another's attempt"
    assert client.post("/api/v1/training/skip", json={"lease": given["lease"]}).status_code == 200
    assert client.post("/api/v1/training/next").json()["lease"] != given["lease"]


def test_an_answer_to_training_is_checked_as_any_other(school):
    client = school.enter(Role.VOLUNTEER, qualified=False)
    given = client.post("/api/v1/training/next").json()
    marked = span(given["item"]["text"], given["item"]["text"][:10], "FEE")
    marked[0]["value"]["text"] = "other words"
    body = {"lease": given["lease"], "result": rating("1") + marked, "lead_time": 1, "key": "k"}
    assert client.post("/api/v1/training/answers", json=body).status_code == 422
    assert client.post("/api/v1/training/answers", json={**body, "lease": "no card"}).status_code == 404


def test_a_pause_is_explained_and_can_be_appealed_by_its_owner_alone(school, paused):
    reply = paused.post("/api/v1/next")
    assert (reply.status_code, reply.headers["reason"]) == (204, "paused")
    page = paused.get("/me/labelling").text
    assert "Your labelling is paused for now" in page
    assert "a coordinator decides" in page
    token = {"csrf": paused.cookies["csrf"]}
    assert paused.post("/me/labelling", data={"appeal": " ", **token}).status_code == 422
    assert paused.post("/me/labelling", data={"appeal": "I misread <the> scale.", **token}).status_code == 303
    assert "I misread &lt;the&gt; scale." in paused.get("/me/labelling").text
    other = school.enter(Role.VOLUNTEER)
    assert "misread" not in other.get("/me/labelling").text
    assert other.post("/me/labelling", data={"appeal": "x", "csrf": other.cookies["csrf"]}).status_code == 404


def test_a_coordinator_reads_the_appeal_and_decides(school, paused):
    paused.post("/me/labelling", data={"appeal": "I misread the scale.", "csrf": paused.cookies["csrf"]})
    desk = school.enter(Role.COORDINATOR)
    page = desk.get("/coordinator/quality").text
    assert "objects, and waits for you" in page
    assert "I misread the scale." in page
    with school.service.database.reading() as session:
        ((pause, _),) = quality.pauses(session, 5)
    token = {"csrf": desk.cookies["csrf"]}
    address = f"/coordinator/quality/{pause.id}"
    assert desk.post(address, data={"decision": "resume", "reason": "", **token}).status_code == 422
    assert desk.post(address, data={"decision": "resume", "reason": "Easily done.", **token}).status_code == 303
    assert desk.post(address, data={"decision": "keep", "reason": "Twice.", **token}).status_code == 409
    assert "Easily done." in paused.get("/me/labelling").text
    assert paused.post("/api/v1/next").headers.get("reason") != "paused"


def test_the_page_of_a_person_lists_pauses_of_the_service_and_of_coordinators_together(school, paused):
    desk = school.enter(Role.COORDINATOR)
    with school.service.database.reading() as session:
        ((pause, person),) = quality.pauses(session, 5)
    token, address = {"csrf": desk.cookies["csrf"]}, f"/coordinator/people/{person.pseudonym}"
    assert "nobody has decided yet" in desk.get(address).text
    for decision, reason, said in (("keep", "Twice.", "kept on"), ("resume", "Easily done.", "Ended: Easily done.")):
        data = {"decision": decision, "reason": reason, **token}
        assert desk.post(f"/coordinator/quality/{pause.id}", data=data).status_code == 303
        page = desk.get(address).text
        assert said in page
        assert reason in page
    for act, reason in (("pause", "A rest."), ("resume", "We talked.")):
        assert desk.post(f"{address}/{act}", data={"reason": reason, **token}).status_code == 303
    page = desk.get(address).text
    assert page.index("proposed by the service") < page.index("A rest. Ended: We talked.")


def test_control_answers_are_explained_after_the_session_and_not_before(school):
    client, service = school.enter(Role.VOLUNTEER), school.service
    with service.database.writing() as session:
        from annotator.domain.limits import PRECAUTIONARY

        project_settings.set_limits(session, service.now(), "test", service.project.id, PRECAUTIONARY)
    answer(client, client.post("/api/v1/next").json(), rating("0"))
    watch(service.database, service.project, service.schema, service.now())
    assert "Nothing to explain yet" in client.get("/me/labelling").text
    service.clock.advance(timedelta(minutes=61))
    assert "The guideline" in client.get("/me/labelling").text
    assert "Nothing to explain yet" not in client.get("/me/labelling").text


def test_a_retired_control_item_is_explained_at_once(school):
    client, service = school.enter(Role.VOLUNTEER), school.service
    given = client.post("/api/v1/next").json()
    answer(client, given, rating("0"))
    watch(service.database, service.project, service.schema, service.now())
    with service.database.writing() as session:
        assert controls.retire(session, school.item_of(given).id, service.now())
    assert "Nothing to explain yet" not in client.get("/me/labelling").text


def test_people_stand_by_pseudonym_with_an_interval_and_no_rank(school, paused):
    other, service = school.enter(Role.VOLUNTEER), school.service
    answer(other, other.post("/api/v1/next").json(), rating("1"))
    watch(service.database, service.project, service.schema, service.now())
    page = school.enter(Role.COORDINATOR).get("/coordinator/quality").text
    with service.database.reading() as session:
        names = [p.pseudonym for p in session.exec(select(Person).where(Person.role == "volunteer"))]
    shown = sorted((name for name in names if f"<td>{name}</td>" in page), key=page.index)
    assert shown == sorted(shown)
    assert len(shown) == 2


def test_the_coordinator_places_control_items_and_fills_the_bank(school):
    desk = school.enter(Role.COORDINATOR)
    token = {"csrf": desk.cookies["csrf"]}
    assert desk.post("/coordinator/quality", data={"first": 2, "rate": 0, "items": 15, **token}).status_code == 303
    with school.service.database.reading() as session:
        policy = controls.policy(session, school.service.project.id)
        assert (policy.control_first, policy.control_rate) == (2, 0)
        assert len(controls.bank(session, policy.bank_id)) == 15
    assert desk.post("/coordinator/quality", data={"first": 2, "rate": 99, "items": 15, **token}).status_code == 422
    assert desk.post("/coordinator/quality", data={"first": 2, "rate": 5, "items": 10**9, **token}).status_code == 422


def test_a_gold_item_becomes_a_control_item_in_one_step(school):
    school.add_items(["A fee of 200 is due."])
    service, desk = school.service, school.enter(Role.COORDINATOR)
    refused = desk.post("/api/v1/controls", json={"item": "item-0"})
    assert refused.status_code == 409
    with service.database.writing() as session:
        item = items.by_public_id(session, service.project.id, "item-0")
        session.get_one(Item, item.id).state = ItemState.GOLD.value
        person = session.exec(select(Person).where(Person.role == "coordinator")).first()
        session.add(
            Adjudication(
                item_id=item.id,
                person_id=person.id,
                guideline_version_id=service.project.guideline_version_id,
                key="k",
                result=[],
                answer={"choices": {"concern": ["1"]}, "spans": [], "notes": {}},
                labels={"concern": "1", "FEE": "present"},
                rating="1",
                cause="other",
                settles=True,
                created_at=service.now(),
            )
        )
    made = desk.post("/api/v1/controls", json={"item": "item-0"})
    assert made.status_code == 201
    assert desk.post("/api/v1/controls", json={"item": "item-0"}).status_code == 409
    assert desk.post("/api/v1/controls", json={"item": "none"}).status_code == 404
    with service.database.reading() as session:
        control = session.get_one(Control, made.json()["control"])
        assert (control.origin, control.origin_item_id, control.expected["FEE"]) == ("gold", item.id, "present")
