"""The coordinator's page of people: checks decide what may be shown, pauses have reasons, and nobody is ranked."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import event
from sqlmodel import select

from annotator.domain.items import ItemState
from annotator.domain.roles import Role
from annotator.storage import items
from annotator.storage.tables import Audit, Person
from annotator.storage.tables_people import Vetting


@pytest.fixture
def coordinator(site):
    return site.enter(Role.COORDINATOR)


@pytest.fixture
def volunteer(site):
    return site.enter(Role.VOLUNTEER)


def add(site, name, source):
    row = items.NewItem(name, f"Posting {name}.", items.text_hash(f"Posting {name}."), source, ItemState.READY)
    with site.service.database.writing() as session:
        assert items.add(session, site.service.project, [row], site.service.now()) == []


def pseudonym(site):
    with site.service.database.reading() as session:
        return session.exec(select(Person.pseudonym).where(Person.role == "volunteer")).first()


def check(site, coordinator, step, passed="yes"):
    address = f"/coordinator/people/{pseudonym(site)}/vetting"
    assert coordinator.post(address, data={"step": step, "passed": passed}).status_code == 303


def test_deidentified_postings_go_only_to_people_whose_identity_and_references_were_checked(
    site, coordinator, volunteer
):
    add(site, "real", "de-identified")
    for step in ("training", "identity"):
        assert volunteer.post("/api/v1/next").headers["reason"] == "done"
        check(site, coordinator, step)
    assert volunteer.post("/api/v1/next").headers["reason"] == "done"
    check(site, coordinator, "references")
    assert volunteer.post("/api/v1/next").json()["item"]["text"] == "Posting real."


def test_a_check_that_is_set_aside_takes_back_what_is_held(site, coordinator, volunteer):
    add(site, "real", "de-identified")
    for step in ("identity", "references"):
        check(site, coordinator, step)
    assert volunteer.post("/api/v1/next").status_code == 200
    check(site, coordinator, "references", "no")
    assert volunteer.post("/api/v1/next").headers["reason"] == "done"


def test_synthetic_postings_need_no_check(site, volunteer):
    add(site, "real", "de-identified")
    add(site, "made-up", "synthetic")
    assert volunteer.post("/api/v1/next").json()["item"]["text"] == "Posting made-up."


def test_a_pause_needs_a_reason_which_the_person_reads_and_so_does_its_end(site, coordinator, volunteer):
    add(site, "made-up", "synthetic")
    address = f"/coordinator/people/{pseudonym(site)}"
    assert coordinator.post(f"{address}/pause", data={"reason": " "}).status_code == 422
    assert volunteer.post("/api/v1/next").status_code == 200
    assert coordinator.post(f"{address}/pause", data={"reason": "Please <b>call</b> me."}).status_code == 303
    assert volunteer.post("/api/v1/next").headers["reason"] == "paused"
    assert "Please &lt;b&gt;call&lt;/b&gt; me." in volunteer.get("/me").text
    assert coordinator.post(f"{address}/pause", data={"reason": "Again"}).status_code == 409
    assert "<td>paused</td>" in coordinator.get("/coordinator/people").text
    assert coordinator.post(f"{address}/resume", data={}).status_code == 422
    assert coordinator.post(f"{address}/resume", data={"reason": "We talked."}).status_code == 303
    assert volunteer.post("/api/v1/next").status_code == 200
    assert "We talked." in coordinator.get(address).text
    assert coordinator.post(f"{address}/resume", data={"reason": "Again"}).status_code == 409


def test_every_step_is_in_the_audit_log(site, coordinator, volunteer):
    check(site, coordinator, "references")
    check(site, coordinator, "references")
    check(site, coordinator, "references", "no")
    with site.service.database.reading() as session:
        actions = [line.action for line in session.exec(select(Audit).order_by(Audit.id))]
    assert [action for action in actions if action.startswith("vetting")] == ["vetting.recorded", "vetting.undone"]


def test_the_list_goes_by_pseudonym_and_says_where_people_stand(site, coordinator):
    for stage in ({"onboarded": False}, {"qualified": False}, {}):
        site.enter(Role.VOLUNTEER, **stage)
    page = coordinator.get("/coordinator/people").text
    for state in ("coming in: What the work is", "not qualified yet", "qualified", "active"):
        assert f"<td>{state}</td>" in page
    listed = re.findall(r'href="/coordinator/people/([^"]+)"', page)
    assert listed == sorted(listed)
    assert not re.search(r"\brank(?!ing\.)|leaderboard|best|fastest", page)


def test_other_people_have_no_such_page(site, coordinator):
    with site.service.database.reading() as session:
        name = session.exec(select(Person.pseudonym).where(Person.role == "coordinator")).first()
    assert coordinator.get(f"/coordinator/people/{name}").status_code == 404
    assert coordinator.get("/coordinator/people/nobody").status_code == 404


@pytest.fixture
def read():
    """The people whose checks were read, as often as they were."""
    people = []

    def note(row, _):
        people.append(row.person_id)

    event.listen(Vetting, "load", note)
    yield people
    event.remove(Vetting, "load", note)


def test_a_persons_page_reads_the_checks_of_nobody_else(site, coordinator, volunteer, read):
    site.enter(Role.VOLUNTEER)
    with site.service.database.reading() as session:
        both = list(session.exec(select(Person.pseudonym, Person.id).where(Person.role == "volunteer")))
    for name, _ in both:
        coordinator.post(f"/coordinator/people/{name}/vetting", data={"step": "identity", "passed": "yes"})
    read.clear()
    (name, person), _ = both
    assert coordinator.get(f"/coordinator/people/{name}").status_code == 200
    assert read == [person]
