"""Tokens: what they open, what they never open, and when they stop."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select

from annotator.domain.errors import ConflictError, ForbiddenError, InputError, NotFoundError
from annotator.domain.roles import Role
from annotator.domain.scopes import HOLDERS, TITLES, Scope, held_by
from annotator.people import api_tokens
from annotator.storage import erasure, vetting
from annotator.storage.tables import Audit, Person
from annotator.storage.tables_api import ApiToken
from tests.web.conftest import PASSWORD
from tests.web.test_roles import MATRIX, routes_with

SESSION_ONLY = {
    "GET /api/v1/desk/wellbeing",  # sums about volunteers leave by no token
    "POST /api/v1/session",
    "DELETE /api/v1/session",
    "POST /api/v1/next",
    "POST /api/v1/answers",
    "POST /api/v1/skip",
    "POST /api/v1/flag",
    "POST /api/v1/undo",
    "POST /api/v1/pause",
    "GET /api/v1/progress",
    "POST /api/v1/training/next",
    "POST /api/v1/training/answers",
    "POST /api/v1/training/skip",
    "POST /api/v1/training/flag",
    "POST /api/v1/training/undo",
    "POST /api/v1/training/pause",
    "POST /api/v1/adjudication/case",
    "POST /api/v1/adjudication/decisions",
    "POST /api/v1/adjudication/put-back",
    "POST /api/v1/controls",
    "PATCH /api/v1/settings",
    "POST /api/v1/settings/put-back",
}
"""People do these themselves, on the page."""


@pytest.fixture
def coordinator(site):
    return site.add(Role.COORDINATOR, "coordinator@example.org")


def script(site, person, *scopes, days=90):
    """Return a client that calls by a new token of that person's."""
    made = api_tokens.make(site.service.database, person, "test", scopes, site.service.now(), days=days)
    client = site.client()
    client.headers["Authorization"] = f"Bearer {made.secret}"
    return client


def test_every_call_of_the_api_declares_its_scope_or_is_for_the_page_alone(site):
    declared = routes_with(site.app)
    calls = {name: scope for name, scope in declared.items() if " /api/" in name}
    assert {name for name, scope in calls.items() if scope is None} == SESSION_ONLY
    assert {name for name, scope in declared.items() if scope is not None and " /api/" not in name} == set()


def test_a_scope_admits_exactly_the_roles_that_may_hold_it(site):
    for name, scope in routes_with(site.app).items():
        if scope is not None:
            assert {role.value for role in HOLDERS[scope]} == MATRIX[name], name


def test_every_scope_is_titled_and_volunteers_hold_none():
    assert set(TITLES) == set(HOLDERS) == set(Scope)
    assert held_by(Role.VOLUNTEER) == []


def test_a_token_opens_what_its_scopes_say_and_nothing_else(site, coordinator):
    client = script(site, coordinator, Scope.AGREEMENT_READ)
    assert client.get("/api/v1/agreement").status_code == 200
    refused = client.get("/api/v1/consensus")
    assert refused.status_code == 403
    assert "consensus:read" in refused.json()["error"]["what"]
    assert client.get("/coordinator").status_code == 403
    assert client.post("/me/tokens", data={"name": "more", "scope": ["items:read"]}).status_code == 403
    assert client.post("/api/v1/controls", json={"item": "x"}).status_code == 403


def test_a_token_that_is_wrong_is_401_even_beside_a_good_session(site):
    client = site.enter(Role.COORDINATOR)
    assert client.get("/api/v1/agreement").status_code == 200
    client.headers["Authorization"] = "Bearer ann_wrong"
    assert client.get("/api/v1/agreement").status_code == 401


def test_the_token_itself_is_stored_nowhere(site, coordinator, database):
    made = api_tokens.make(database, coordinator, "test", ["items:read"], site.service.now())
    with database.reading() as session:
        (row,) = session.exec(select(ApiToken))
        lines = session.exec(select(Audit).where(Audit.action == "token.made")).all()
        assert made.secret not in f"{row} {lines}"
    assert made.secret.startswith(api_tokens.PREFIX)


def test_a_scope_beyond_the_role_is_refused_and_a_role_that_shrinks_takes_the_token_with_it(site, database):
    researcher = site.add(Role.RESEARCHER, "researcher@example.org")
    now = site.service.now()
    with pytest.raises(ForbiddenError, match="people:read"):
        api_tokens.make(database, researcher, "test", ["people:read"], now)
    client = script(site, researcher, Scope.AGREEMENT_READ)
    with database.writing() as session:
        session.get_one(Person, researcher.id).role = Role.ADJUDICATOR.value
    assert client.get("/api/v1/agreement").status_code == 403


@pytest.mark.parametrize(
    ("values", "where"),
    [
        ({"scopes": []}, "scopes"),
        ({"scopes": ["everything"]}, "scopes"),
        ({"name": "  "}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"days": 0}, "days"),
        ({"days": 366}, "days"),
    ],
)
def test_a_token_of_the_wrong_form_is_told_where(site, coordinator, database, values, where):
    form = {"name": "test", "scopes": ["items:read"], "days": 30, **values}
    with pytest.raises(InputError) as caught:
        api_tokens.make(database, coordinator, form["name"], form["scopes"], site.service.now(), days=form["days"])
    assert caught.value.where == where


def test_nobody_hoards_tokens(site, coordinator, database):
    now = site.service.now()
    for _ in range(api_tokens.MOST):
        api_tokens.make(database, coordinator, "test", ["items:read"], now)
    with pytest.raises(ConflictError):
        api_tokens.make(database, coordinator, "test", ["items:read"], now)


def test_a_token_stops_when_it_is_revoked_too_old_or_its_person_is_paused_or_erased(site, coordinator, database, clock):
    def fresh():
        client = script(site, coordinator, Scope.AGREEMENT_READ, days=1)
        assert client.get("/api/v1/agreement").status_code == 200
        return client

    client = fresh()
    with database.reading() as session:
        (token,) = session.exec(select(ApiToken))
    with pytest.raises(NotFoundError):
        api_tokens.revoke(database, "another", token.id, clock.now())
    api_tokens.revoke(database, coordinator.id, token.id, clock.now())
    assert client.get("/api/v1/agreement").status_code == 401

    client = fresh()
    clock.advance(timedelta(days=1))
    assert client.get("/api/v1/agreement").status_code == 401

    client = fresh()
    with database.writing() as session:
        vetting.pause(session, clock.now(), coordinator.id, coordinator.id, "a look is needed")
    assert client.get("/api/v1/agreement").status_code == 401
    with database.writing() as session:
        vetting.resume(session, clock.now(), coordinator.id, coordinator.id, "all is well")
    assert client.get("/api/v1/agreement").status_code == 200
    with database.writing() as session:
        erasure.erase(session, coordinator.id)
    assert client.get("/api/v1/agreement").status_code == 401


def test_the_last_use_is_noted_to_the_minute(site, coordinator, database, clock):
    client = script(site, coordinator, Scope.AGREEMENT_READ)
    first = clock.now()
    for seconds in (0, 30, 31):
        clock.advance(timedelta(seconds=seconds))
        client.get("/api/v1/agreement")
        with database.reading() as session:
            used = session.exec(select(ApiToken.used_at)).one()
        assert used == (first if seconds != 31 else clock.now())


def test_the_page_shows_a_token_once_and_revokes_it(site):
    client = site.enter(Role.RESEARCHER)
    assert 'value="agreement:read"' in client.get("/me/tokens").text
    assert 'value="people:read"' not in client.get("/me/tokens").text
    made = client.post("/me/tokens", data={"name": "nightly <b>", "scope": ["agreement:read"], "days": "7"})
    secret = made.text.split("<p><code>")[1].split("</code>")[0]
    page = client.get("/me/tokens").text
    assert secret not in page
    assert "nightly &lt;b&gt;" in page
    beyond = client.post("/me/tokens", data={"name": "x", "scope": ["people:read"], "days": "7"})
    assert beyond.status_code == 403
    assert client.post("/me/tokens", data={"name": "x", "days": "7"}).status_code == 422
    caller = site.client()
    caller.headers["Authorization"] = f"Bearer {secret}"
    assert caller.get("/api/v1/agreement").status_code == 200
    token = page.split("/me/tokens/")[1].split("/revocation")[0]
    assert site.enter(Role.RESEARCHER).post(f"/me/tokens/{token}/revocation").status_code == 404
    assert client.post(f"/me/tokens/{token}/revocation").status_code == 303
    assert caller.get("/api/v1/agreement").status_code == 401
    assert "nightly" not in client.get("/me/tokens").text


def test_signing_in_does_not_answer_to_a_token(site, coordinator):
    client = script(site, coordinator, Scope.AGREEMENT_READ)
    reply = client.post("/api/v1/session", json={"email": "coordinator@example.org", "password": PASSWORD})
    assert reply.status_code == 200
