"""One's own sign-in: the password is changed by whoever knows it, and what is open elsewhere can be seen and ended."""

from __future__ import annotations

from datetime import timedelta

import pyotp
import pytest
from sqlmodel import select

from annotator.domain.roles import Role
from annotator.people import second_factor
from annotator.people.own_sign_in import forget_ended
from annotator.storage.tables import Audit, Identity, Person
from tests.web.conftest import PASSWORD

NEW = "five other plain words now"


@pytest.fixture
def email(site):
    return site.person(Role.COORDINATOR)


def signed_in(site, email):
    client = site.client()
    assert client.post("/api/v1/session", json={"email": email, "password": PASSWORD}).status_code == 200
    client.headers["X-CSRF-Token"] = client.cookies["csrf"]
    return client


def enter(site, email, password):
    return site.client().post("/api/v1/session", json={"email": email, "password": password}).status_code


def change(client, current=PASSWORD, new=NEW, code=""):
    return client.post("/me/sign-in/password", data={"current": current, "new": new, "code": code})


def test_a_new_password_takes_the_old_ones_place_and_ends_what_is_open_elsewhere(site, email):
    client, elsewhere = signed_in(site, email), signed_in(site, email)
    done = change(client)
    assert (done.status_code, done.headers["location"]) == (303, "/me/sign-in?changed=yes")
    assert "Your password is changed" in client.get("/me/sign-in?changed=yes").text
    assert elsewhere.get("/me/sign-in").status_code in {303, 401}
    assert (enter(site, email, PASSWORD), enter(site, email, NEW)) == (401, 200)
    with site.service.database.reading() as session:
        assert session.exec(select(Audit).where(Audit.action == "password.changed")).one().detail == {}


def test_whoever_does_not_know_the_current_one_changes_nothing_and_may_not_guess_on(site, email):
    client = signed_in(site, email)
    for _ in range(5):
        refused = change(client, current="not the one it is")
        assert (refused.status_code, "not your current password" in refused.text) == (401, True)
    assert change(client).status_code == 429
    assert enter(site, email, PASSWORD) == 200


def test_a_short_one_is_refused_with_what_would_do(site, email):
    refused = change(signed_in(site, email), new="short")
    assert refused.status_code == 422
    assert "12 to 256 characters" in refused.text
    assert enter(site, email, PASSWORD) == 200


def test_with_a_second_factor_its_code_is_needed_too(site, email):
    client = signed_in(site, email)
    with site.service.database.reading() as session:
        person = session.exec(select(Person).join(Identity).where(Identity.email == email)).one()
    secret = second_factor.begin(site.service.database, site.service.factor_key, person.id, site.service.now())
    given = pyotp.TOTP(secret).at(site.service.now())
    codes = second_factor.finish(site.service.database, site.service.factor_key, person.id, given, site.service.now())
    client = site.client()
    entered = client.post("/api/v1/session", json={"email": email, "password": PASSWORD, "code": codes[0]})
    assert entered.status_code == 200
    client.headers["X-CSRF-Token"] = client.cookies["csrf"]
    assert change(client).status_code == 401
    assert change(client, code=codes[1]).status_code == 303


def test_other_sessions_are_seen_and_ended_while_this_one_goes_on(site, email):
    client, elsewhere = signed_in(site, email), signed_in(site, email)
    page = client.get("/me/sign-in").text
    assert (page.count("this browser"), page.count("another one")) == (1, 1)
    assert client.post("/me/sign-in/other-sessions").status_code == 303
    assert client.get("/me/sign-in").status_code == 200
    assert elsewhere.get("/me/sign-in").status_code in {303, 401}


def test_a_sign_in_that_has_run_out_is_forgotten_a_day_later_and_no_other(site, email):
    service = site.service
    first, lasts = signed_in(site, email), timedelta(hours=service.settings.session_hours)
    assert first.get("/me/sign-in").status_code == 200
    service.clock.advance(lasts + timedelta(hours=23))
    assert forget_ended(service.database, service.now()) == 0
    second = signed_in(site, email)
    service.clock.advance(timedelta(hours=2))
    assert forget_ended(service.database, service.now()) == 1
    assert second.get("/me/sign-in").status_code == 200


def test_who_signs_in_elsewhere_has_no_password_to_change(site, email):
    client = signed_in(site, email)
    with site.service.database.writing() as session:
        session.delete(session.exec(select(Identity).where(Identity.email == email)).one())
    assert "have no password here" in client.get("/me/sign-in").text
    assert change(client).status_code == 409
