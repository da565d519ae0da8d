"""Leaving and erasure: said before, confirmed, and afterwards nothing in the database leads to the person."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import inspect, select, text
from sqlmodel import SQLModel, col, select as select_rows

from annotator.domain.roles import Role
from annotator.people.sign_in import sign_in
from annotator.storage import erasure, onboarding, own
from annotator.storage.tables import Annotation, Audit, Identity, Item, WebSession
from annotator.storage.tables_people import Departure, Signature, Tombstone
from tests.web.conftest import PASSWORD, answer, rating

EMAIL = "very.rare.name@example.org"
KEEP, WITHDRAW = "keep", "withdraw"


def tables(database):
    """Yield (table, every row as text) of all that the database holds, whatever the code knows of it."""
    with database.engine.connect() as connection:
        for name in inspect(connection).get_table_names():
            rows = connection.execute(text(f'SELECT * FROM "{name}"')).all()
            yield name, "\n".join(map(repr, rows))


@pytest.fixture
def volunteer(site, clock):
    """Somebody who has signed in, failed to, labelled, and left a trace wherever one can be left."""
    site.add_items(["Pickers wanted. Housing offered.", "Cleaner wanted."])
    client = site.client()
    person = site.add(Role.VOLUNTEER, EMAIL)
    for password in ("not the right one", PASSWORD):
        signed_in = client.post("/sign-in", data={"email": EMAIL, "password": password})
    assert signed_in.status_code == 303
    client.headers["X-CSRF-Token"] = client.cookies["csrf"]
    client.post("/me", data={"zone": "Asia/Kathmandu", "region": "GB", "opt_out": ["FEE"]})
    given = client.post("/api/v1/next").json()
    clock.advance(timedelta(minutes=1))
    assert answer(client, given, rating("2")).status_code == 201
    client.post("/api/v1/next")
    client.post("/me/mood", data={"mood": "2"})
    with site.service.database.writing() as session:
        own.choose(session, person.id, covered=True, session_goal=7)
    client.person_id = person.id
    return client


def go(client, answers=KEEP, account="erase", **more):
    return client.post("/me/leave/now", data={"answers": answers, "account": account, "sure": "yes", **more})


def test_nothing_happens_before_it_is_confirmed_and_what_will_is_said(site, volunteer):
    assert "You will read what happens" in volunteer.get("/me/leave").text
    said = volunteer.post("/me/leave", data={"answers": WITHDRAW, "account": "erase"}).text
    for words in ("Your 1 answer are deleted", "cannot be called back", "Your account is erased"):
        assert words in said
    assert volunteer.post("/me/leave/now", data={"answers": WITHDRAW, "account": "erase"}).status_code == 422
    with site.service.database.reading() as session:
        assert session.exec(select_rows(Identity.email).where(Identity.email == EMAIL)).first()
        assert len(session.exec(select_rows(Annotation)).all()) == 1
    assert volunteer.get("/me").status_code == 200


def test_an_erased_account_leaves_no_trace_of_its_identity_and_the_answers_stay(site, volunteer):
    database, person = site.service.database, volunteer.person_id
    with database.reading() as session:
        password_hash = session.get_one(Identity, person).password_hash
    traces = (EMAIL, EMAIL.partition("@")[0], password_hash, "Asia/Kathmandu")
    before = "\n".join(rows for _, rows in tables(database))
    assert all(trace in before for trace in traces), "the dump must be able to see what it looks for"
    page = go(volunteer)
    assert (page.status_code, "Your account is erased" in page.text) == (200, True)
    for name, rows in tables(database):
        for trace in traces:
            assert trace not in rows, name
    with database.reading() as session:
        assert len(session.exec(select_rows(Annotation).where(Annotation.person_id == person)).all()) == 1
        departure = session.get_one(Departure, person)
        consent = session.exec(select_rows(Signature).where(Signature.step == "consent")).one()
    assert (departure.answers, departure.erased) == ("kept", True)
    assert consent.revoked_at == site.service.now()
    assert volunteer.get("/me").status_code == 303


def test_what_was_private_to_the_person_is_gone_from_every_table(site, volunteer):
    go(volunteer)
    with site.service.database.engine.connect() as connection:
        for table in SQLModel.metadata.sorted_tables:
            if table.name in erasure.ERASED:
                assert connection.execute(select(table)).all() == [], table.name
        assert connection.execute(text("SELECT count(*) FROM zone_choice")).scalar() == 0
        assert connection.execute(text("SELECT count(*) FROM sign_in_failure")).scalar() == 1  # that of the place


def test_the_files_of_sqlite_hold_no_trace_either(site, volunteer):
    database = site.service.database
    if not database.is_sqlite:
        pytest.skip("the files of a PostgreSQL server are its own affair")
    go(volunteer)
    path = Path(database.url.removeprefix("sqlite:///"))
    found = b"".join(each.read_bytes() for each in path.parent.glob(f"{path.name}*"))
    assert b"Pickers wanted" in found
    assert EMAIL.encode() not in found


def test_the_audit_log_tells_of_it_without_saying_whose(site, volunteer):
    go(volunteer, WITHDRAW)
    with site.service.database.reading() as session:
        lines = [
            row for row in session.exec(select_rows(Audit).order_by(col(Audit.id))) if row.actor == volunteer.person_id
        ]
    actions = [line.action for line in lines]
    assert actions[-1] == "account.erased"
    assert {"consent.revoked", "annotation.withdrawn"} <= set(actions)
    assert all(EMAIL not in str(line.detail) for line in lines)


def test_withdrawn_and_erased_leaves_only_a_stone(site, volunteer):
    page = go(volunteer, WITHDRAW)
    assert "1 answer is withdrawn" in page.text
    with site.service.database.reading() as session:
        assert session.exec(select_rows(Annotation)).all() == []
        assert len(session.exec(select_rows(Tombstone)).all()) == 1
        assert {item.state for item in session.exec(select_rows(Item))} == {"ready"}


def test_who_only_stops_can_sign_in_and_come_back(site, volunteer):
    assert go(volunteer, account="keep").headers["location"] == "/me/leave?left=keep"
    assert "You have stopped" in volunteer.get("/me/leave?left=keep").text
    assert volunteer.post("/api/v1/next").headers["reason"] == "onboarding"
    assert "You took your consent back" in volunteer.get("/welcome/consent").text
    with site.service.database.writing() as session:
        onboarding.complete(session, site.service.now(), volunteer.person_id)
    assert volunteer.post("/api/v1/next").status_code == 200


def test_an_address_is_free_again_after_erasure(site, volunteer):
    go(volunteer)
    assert site.add(Role.VOLUNTEER, EMAIL).id != volunteer.person_id


def test_every_open_session_of_the_person_ends(site, volunteer):
    service = site.service
    given = (service.database, EMAIL, PASSWORD, "elsewhere", service.now())
    sign_in(*given, key=service.factor_key, attempts=9, lasts=timedelta(hours=1))
    go(volunteer)
    with site.service.database.reading() as session:
        assert session.exec(select_rows(WebSession)).all() == []


def test_every_table_that_names_a_person_is_accounted_for():
    naming = {
        table.name
        for table in SQLModel.metadata.sorted_tables
        if any(key.column.table.name == "person" for column in table.columns for key in column.foreign_keys)
    }
    assert naming <= erasure.ERASED | erasure.KEPT, "say in storage/erasure.py what becomes of it with an account"
    assert erasure.ERASED.isdisjoint(erasure.KEPT)
