"""The page of one item, and what adjudicators met clause by clause."""

from __future__ import annotations

import csv
import io

import pytest
from sqlmodel import select

from annotator.dispensing import imported
from annotator.domain.ids import new_id
from annotator.domain.items import ItemState
from annotator.domain.roles import Role
from annotator.moving.people import person_of
from annotator.storage import item_state, items
from annotator.storage.tables import Person
from annotator.storage.tables_adjudication import Adjudication
from annotator.storage.tables_moving import ImportedAnswer
from tests.web.conftest import answer, rating, span

TEXT = "Pickers wanted. A fee of 200 is due. Housing offered."


@pytest.fixture
def marked(site):
    """An item that two people have rated differently, with a passage of each."""
    site.add_items([TEXT])
    for value, words in (("1", "fee of 200"), ("2", "A fee")):
        volunteer = site.enter(Role.VOLUNTEER)
        given = volunteer.post("/api/v1/next").json()
        assert answer(volunteer, given, rating(value) + span(TEXT, words, "FEE")).status_code == 201
    return site


def decide(site, clause, note="", settles=True):
    with site.service.database.writing() as session:
        item = items.by_public_id(session, site.service.opened.id, "item-0")
        person = Person(pseudonym=new_id(), role="adjudicator", created_at=site.service.now())
        session.add(person)
        session.flush()
        session.add(
            Adjudication(
                item_id=item.id,
                person_id=person.id,
                guideline_version_id=site.service.opened.guideline_version_id,
                key=new_id(),
                result=[],
                answer={"choices": {"concern": ["2"]}, "spans": [], "notes": {}},
                labels={"concern": "2"},
                rating="2",
                cause="guideline_unclear",
                clause=clause,
                note=note,
                settles=settles,
                created_at=site.service.now(),
            )
        )
        item_state.close_slots(session, item.id)
        item_state.move(session, site.service.now(), "test", item.id, ItemState.ADJUDICATING)
        item_state.move(session, site.service.now(), "test", item.id, ItemState.GOLD)


def test_it_says_where_the_item_stands_and_shows_whose_passages_lie_where(marked):
    page = marked.enter(Role.COORDINATOR).get("/coordinator/items/item-0").text
    assert "2 of 3 people have answered. It waits for 1 more." in page
    assert page.count('<sup class="tag') == 2
    assert 'class="mark mark-1"' in page
    assert "Handed to a volunteer" in page
    assert "annotation.created" not in page
    assert 'value="hold"' in page
    assert 'value="make-control"' not in page
    assert "Open in Label Studio" not in page


def test_an_answer_that_came_from_another_tool_says_so(marked):
    service = marked.service
    with service.database.writing() as session:
        item = items.by_public_id(session, service.opened.id, "item-0")
        given = ImportedAnswer(
            item_id=item.id,
            person_id=person_of(session, "M-ONE", "imported:doccano:1", service.now()).id,
            guideline_version_id=service.opened.guideline_version_id,
            origin="imported:doccano:1",
            result=[],
            answer={"choices": {"concern": ["0"]}, "spans": [], "notes": {}},
            labels={"concern": "0"},
            rating="0",
            lead_time=0,
            given_at=service.now(),
        )
        imported.take(session, service.project, service.schema, item, [given], service.now())
    page = marked.enter(Role.COORDINATOR).get("/coordinator/items/item-0").text
    assert page.count("imported from doccano") == 1
    assert "An answer came in from doccano" in page
    assert page.count("UTC · ") == 3


def test_an_adjudicator_sees_letters_and_no_people(marked):
    with marked.service.database.reading() as session:
        names = list(session.exec(select(Person.pseudonym).where(Person.role == Role.VOLUNTEER.value)))
    page = marked.enter(Role.ADJUDICATOR).get("/coordinator/items/item-0").text
    assert not [name for name in names if name in page]
    assert '<b class="letter">A</b>' in page
    assert "/coordinator/bulk" not in page


def test_gold_becomes_a_control_item_in_one_step_from_the_list_of_decisions(marked):
    decide(marked, "")
    desk = marked.enter(Role.COORDINATOR)
    page = desk.get("/coordinator/adjudication").text
    assert "Make it one" in page
    form = {"item": "item-0", "action": "make-control", "expected": "1", "key": "k"}
    done = desk.post("/coordinator/bulk", data=form)
    assert "Done with 1 item." in desk.get(done.headers["location"]).text
    assert 'value="make-control"' not in desk.get("/coordinator/items/item-0").text
    assert "Make it one" not in marked.enter(Role.ADJUDICATOR).get("/coordinator/adjudication").text


def test_what_adjudicators_met_goes_to_those_who_write_the_guideline(marked):
    clause, title = next(iter(marked.service.schema.clauses.items()))
    decide(marked, clause, "=Say whether a deposit counts.")
    desk = marked.enter(Role.ADJUDICATOR)
    version = marked.service.schema.version
    page = desk.get(f"/coordinator/adjudication/clauses?version={version}").text
    assert "1 decision under version" in page
    assert title in page
    assert "Say whether a deposit counts." in page
    rows = list(csv.DictReader(io.StringIO(desk.get("/coordinator/adjudication/clauses.csv").text)))
    assert rows[0]["clause"] == clause
    assert rows[0]["note"].startswith("'=")
    assert "No decision yet under that version" in desk.get("/coordinator/adjudication/clauses?version=9").text
    assert "What adjudicators met" in marked.enter(Role.COORDINATOR).get("/coordinator/guideline").text


def test_items_are_found_by_clause_and_by_what_they_are_set_apart_for(marked):
    desk = marked.enter(Role.COORDINATOR)
    clauses = marked.service.schema
    resting = next(clause for clause in clauses.clauses if ("FEE", "present") in clauses.rests_on(clause))
    assert "item-0" in desk.get(f"/coordinator/items?clause={resting}").text
    assert desk.get("/coordinator/items?clause=nonsense").status_code == 422
    assert "Nothing matches" in desk.get("/coordinator/items?place=on-hold").text
    desk.post("/coordinator/bulk", data={"item": "item-0", "action": "hold", "expected": "1", "key": "k"})
    assert "item-0" in desk.get("/coordinator/items?place=on-hold").text
    assert "on hold: nobody new is handed it" in desk.get("/coordinator/items/item-0").text
