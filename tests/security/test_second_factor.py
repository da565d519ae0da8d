"""A second factor: set up, asked for, used once, guessed in vain, a duty where the settings say so, reset by somebody else."""

from __future__ import annotations

from datetime import timedelta

import pyotp
import pytest
from sqlmodel import select

from annotator.domain.roles import Role
from annotator.people import second_factor
from annotator.storage.tables import Audit, Person
from annotator.storage.tables_sign_in import RecoveryCode, SecondFactor
from tests.web.conftest import PASSWORD, made_site


@pytest.fixture
def enrolled(site):
    """Somebody with a second factor: their address, the app's secret and their recovery codes."""
    email = site.person(Role.COORDINATOR)
    client = signed_in(site, email)
    return email, *enrol(site, client)


def signed_in(site, email):
    client = site.client()
    client.post("/api/v1/session", json={"email": email, "password": PASSWORD})
    client.headers["X-CSRF-Token"] = client.cookies["csrf"]
    return client


def enrol(site, client):
    assert client.post("/me/second-factor").status_code == 303
    page = client.get("/me/second-factor").text
    assert "<svg" in page
    with site.service.database.reading() as session:
        row = session.exec(select(SecondFactor).where(SecondFactor.confirmed_at.is_(None))).one()
    secret = site.service.factor_key.secret_of(row)
    assert " ".join(secret[at : at + 4] for at in range(0, 32, 4)) in page
    done = client.post("/me/second-factor/confirmation", data={"code": code(site, secret)})
    assert done.status_code == 200
    codes = [part.split("<")[0].replace("-", "") for part in done.text.split("<li><code>")[1:]]
    site.service.clock.advance(timedelta(seconds=30))
    return secret, codes


def code(site, secret):
    return pyotp.TOTP(secret).at(site.service.now())


def enter(site, email, given=None):
    body = {"email": email, "password": PASSWORD} | ({} if given is None else {"code": given})
    return site.client().post("/api/v1/session", json=body)


def test_a_password_alone_opens_nothing_any_more(site, enrolled):
    email, secret, _ = enrolled
    refused = enter(site, email)
    assert (refused.status_code, "session" in refused.cookies) == (401, False)
    assert "code" in refused.json()["error"]["what"]
    assert enter(site, email, code(site, secret)).status_code == 200


def test_a_code_counts_once_and_in_its_time(site, enrolled):
    email, secret, _ = enrolled
    now = code(site, secret)
    assert enter(site, email, now).status_code == 200
    assert enter(site, email, now).status_code == 401
    site.service.clock.advance(timedelta(minutes=3))
    assert enter(site, email, now).status_code == 401
    assert enter(site, email, code(site, secret)).status_code == 200


def test_a_recovery_code_counts_once_and_is_stored_as_a_hash(site, enrolled):
    email, _, codes = enrolled
    assert len(set(codes)) == second_factor.RECOVERY_CODES
    assert enter(site, email, f"{codes[0][:5]}-{codes[0][5:].upper()}").status_code == 200
    assert enter(site, email, codes[0]).status_code == 401
    with site.service.database.reading() as session:
        stored = repr(session.exec(select(RecoveryCode)).all())
    assert not [each for each in codes if each in stored]


def test_guessing_codes_ends(site, enrolled):
    email, secret, _ = enrolled
    replies = [enter(site, email, f"{number:06d}").status_code for number in range(8)]
    assert replies == [401] * 5 + [429] * 3
    assert enter(site, email, code(site, secret)).status_code == 429
    site.service.clock.advance(timedelta(minutes=16))
    assert enter(site, email, code(site, secret)).status_code == 200


def test_the_page_asks_for_the_code_in_a_second_step(site, enrolled):
    email, secret, _ = enrolled
    client = site.client()
    first = client.post("/sign-in", data={"email": email, "password": PASSWORD, "next": "/coordinator/items?a=b&c=d"})
    assert first.headers["location"] == "/sign-in/code?next=/coordinator/items%3Fa%3Db%26c%3Dd"
    assert 'value="/coordinator/items?a=b&amp;c=d"' in client.get(first.headers["location"]).text
    assert "session" not in client.cookies
    cookie = first.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert client.get("/coordinator").status_code == 303
    assert client.post("/sign-in/code", data={"code": "000000"}).status_code == 401
    done = client.post("/sign-in/code", data={"code": code(site, secret), "next": "/coordinator/people"})
    assert (done.status_code, done.headers["location"]) == (303, "/coordinator/people")
    assert client.get("/coordinator/people").status_code == 200


def test_a_sign_in_half_way_waits_five_minutes(site, enrolled):
    email, secret, _ = enrolled
    client = site.client()
    client.post("/sign-in", data={"email": email, "password": PASSWORD})
    site.service.clock.advance(timedelta(minutes=6))
    assert client.post("/sign-in/code", data={"code": code(site, secret)}).status_code == 401
    assert site.client().post("/sign-in/code", data={"code": code(site, secret)}).status_code == 401


def test_enrolling_ends_every_other_session(site):
    email = site.person(Role.RESEARCHER)
    here, elsewhere = signed_in(site, email), signed_in(site, email)
    before = here.cookies["session"]
    enrol(site, here)
    assert here.cookies["session"] != before
    assert here.get("/researcher").status_code == 200
    assert elsewhere.get("/researcher").status_code == 303


def test_new_recovery_codes_and_removal_ask_for_a_code(site, enrolled):
    email, secret, codes = enrolled
    client = site.client()
    client.post("/api/v1/session", json={"email": email, "password": PASSWORD, "code": codes[0]})
    client.headers["X-CSRF-Token"] = client.cookies["csrf"]
    assert client.post("/me/second-factor/removal", data={"code": "000000"}).status_code == 401
    assert client.post("/me/second-factor/recovery-codes", data={"code": code(site, secret)}).status_code == 200
    assert enter(site, email, codes[1]).status_code == 401
    site.service.clock.advance(timedelta(seconds=30))
    assert client.post("/me/second-factor/removal", data={"code": code(site, secret)}).status_code == 303
    assert enter(site, email).status_code == 200


def test_another_coordinator_resets_it_and_that_is_on_record(site, enrolled):
    email, secret, _ = enrolled
    owner = site.client()
    owner.post("/api/v1/session", json={"email": email, "password": PASSWORD, "code": code(site, secret)})
    owner.headers["X-CSRF-Token"] = owner.cookies["csrf"]
    with site.service.database.reading() as session:
        person = session.exec(select(Person).where(Person.role == "coordinator")).one()
    path = f"/coordinator/people/{person.pseudonym}/second-factor-reset"
    assert owner.post(path).status_code == 403
    other = site.enter(Role.COORDINATOR)
    assert "Reset second factor" in other.get("/coordinator/people").text
    assert other.post(path).status_code == 303
    assert owner.get("/coordinator").status_code == 303, "their sessions have ended"
    assert enter(site, email).status_code == 200
    with site.service.database.reading() as session:
        (line,) = session.exec(select(Audit).where(Audit.action == "second_factor.reset")).all()
    assert (line.subject, line.actor != person.id) == (person.id, True)


def test_where_it_is_a_duty_nothing_else_opens_before(database, clock, guideline, editor, tmp_path):
    site = made_site(database, clock, guideline, editor, tmp_path, second_factor_duty=True)
    client = signed_in(site, site.person(Role.COORDINATOR))
    assert client.get("/coordinator").headers["location"] == "/me/second-factor"
    assert client.get("/api/v1/agreement").status_code == 403
    assert "Your role needs one here" in client.get("/me/second-factor").text
    enrol(site, client)
    client.headers["X-CSRF-Token"] = client.cookies["csrf"]
    assert client.get("/coordinator").status_code == 200
    assert client.post("/sign-out").status_code == 303
    assert site.enter(Role.VOLUNTEER).get("/me").status_code == 200
