"""Nobody reaches what is another's: every route that names an object has a case here, or the first test fails.

A case is a call that a stranger of an admitted role makes about an object that is not theirs, or that is not there. It is
refused and changes no row of any table; where somebody may make the call, the same call of theirs then succeeds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlmodel import SQLModel, select

from annotator.domain.ids import new_id
from annotator.domain.items import ItemState
from annotator.domain.roles import Role
from annotator.people import accounts
from annotator.storage import item_state, second_factor
from annotator.storage.tables import Item, Person
from annotator.storage.tables_api import ApiToken
from annotator.storage.tables_people import Mood
from tests.security.routes import routes_of
from tests.web.conftest import PASSWORD, rating

NOT_THERE = "01NOSUCHTHING0000000000000"
_NOT_COMPARED = {"web_session", "sign_in_failure", "marker"}


@dataclass(frozen=True)
class Call:
    """A call to make; `owner` makes the same after the stranger, where it is somebody's."""

    path: dict[str, str] = field(default_factory=dict)
    json: dict | None = None
    data: dict | None = None
    query: dict | None = None
    owner: object = None


@dataclass(frozen=True)
class Case:
    role: Role
    call: Callable[[object], Call]
    refused: int = 404
    allowed: int | None = None


def mine(site):
    """An item out to a volunteer."""
    owner = site.enter(Role.VOLUNTEER)
    return owner, owner.post("/api/v1/next").json()["lease"]


def lease(**more):
    def call(site):
        owner, held = mine(site)
        return Call(json={"lease": held, **more}, owner=owner)

    return call


def skipped_by_another(site):
    owner, held = mine(site)
    assert owner.post("/api/v1/skip", json={"lease": held}).status_code == 200
    return Call(json={"lease": held}, owner=owner)


def answer_of_another(site):
    owner, held = mine(site)
    return Call(json={"lease": held, "result": rating("1"), "lead_time": 1, "key": "k"}, owner=owner)


def attempt_of_another(site):
    owner = site.enter(Role.VOLUNTEER, qualified=False)
    card = owner.post("/api/v1/training/next").json()["lease"]
    body = {"lease": card, "result": rating("1"), "lead_time": 1, "key": "k"}
    stored = owner.post("/api/v1/training/answers", json=body).json()["annotation"]
    return Call({"attempt": stored}, owner=owner)


def token_of_another(site):
    owner = site.enter(Role.RESEARCHER)
    owner.post("/me/tokens", data={"name": "mine", "scope": "releases:read", "csrf": owner.cookies["csrf"]})
    with site.service.database.reading() as session:
        newest = session.exec(select(ApiToken.id).order_by(ApiToken.id.desc())).first()
    return Call({"token": newest}, data={}, owner=owner)


def mood_of_another(site):
    owner = site.enter(Role.VOLUNTEER)
    owner.post("/me/mood", data={"mood": 2})
    with site.service.database.reading() as session:
        note = session.exec(select(Mood.id).order_by(Mood.id.desc())).first()
    return Call(data={"note": note}, owner=owner)


def on_anothers_bench(**more):
    """An item that two volunteers differ on, on an adjudicator's bench."""

    def call(site):
        with site.service.database.writing() as session:
            item = session.exec(select(Item).where(Item.state == ItemState.READY)).first()
            item_state.move(session, site.service.now(), "test", item.id, ItemState.ADJUDICATING)
        owner = site.enter(Role.ADJUDICATOR)
        assert owner.post("/api/v1/adjudication/case", json={"item": item.public_id}).status_code == 200
        return Call(json={"item": item.public_id, **more}, owner=owner)

    return call


def used_invitation(site):
    token = accounts.invite(site.service.database, None, Role.VOLUNTEER, site.service.now(), timedelta(hours=1))
    given = accounts.Credentials("first@example.org", PASSWORD)
    accounts.accept(site.service.database, token, given, site.service.now())
    return Call(data={"token": token, "email": "second@example.org", "password": PASSWORD})


def coordinator_as_volunteer(**data):
    """People's acts are about volunteers: a coordinator can be neither looked at, vetted nor paused by another."""

    def call(site):
        site.enter(Role.COORDINATOR)
        with site.service.database.reading() as session:
            name = session.exec(select(Person.pseudonym).where(Person.role == "coordinator")).first()
        return Call({"pseudonym": name}, data=data)

    return call


def second_factor_of_an_admin(site):
    with site.service.database.writing() as session:
        person = Person(pseudonym=new_id(), role="admin", created_at=site.service.now())
        session.add(person)
        session.flush()
        second_factor.put_secret(session, person.id, "A" * 32, site.service.now())
    return Call({"pseudonym": person.pseudonym}, data={})


def absent(parameter="version", json=None, data=None, query=None):
    given = {parameter: NOT_THERE, **({"name": "README.md"} if parameter == "version" else {})}
    return lambda _: Call(given, json, data, query)


def nobody_s_pair(site):
    return Call({"first": NOT_THERE, "second": NOT_THERE})


VOLUNTEER, ADJUDICATOR, COORDINATOR, RESEARCHER = Role.VOLUNTEER, Role.ADJUDICATOR, Role.COORDINATOR, Role.RESEARCHER
DECISION = {"result": rating("1"), "cause": "guideline_unclear", "key": "k"}
CASES = {
    "POST /api/v1/answers": Case(VOLUNTEER, answer_of_another, allowed=201),
    "POST /api/v1/skip": Case(VOLUNTEER, lease(), allowed=200),
    "POST /api/v1/flag": Case(VOLUNTEER, lease(kind="distressing"), allowed=200),
    "POST /api/v1/undo": Case(VOLUNTEER, skipped_by_another, allowed=200),
    "GET /training/feedback/{attempt}": Case(VOLUNTEER, attempt_of_another, allowed=200),
    "POST /me/mood/forget": Case(VOLUNTEER, mood_of_another, refused=303, allowed=303),
    "POST /api/v1/training/answers": Case(
        VOLUNTEER, lambda _: Call(json={"lease": NOT_THERE, "result": rating("1"), "lead_time": 1, "key": "k"})
    ),
    "POST /api/v1/training/skip": Case(VOLUNTEER, lambda _: Call(json={"lease": NOT_THERE})),
    "POST /api/v1/training/undo": Case(VOLUNTEER, lambda _: Call(json={"lease": NOT_THERE})),
    "POST /api/v1/training/flag": Case(VOLUNTEER, lambda _: Call(json={"lease": NOT_THERE, "kind": "distressing"})),
    "POST /me/tokens/{token}/revocation": Case(RESEARCHER, token_of_another, allowed=303),
    "GET /coordinator/desk/{part}": Case(COORDINATOR, absent("part")),
    "GET /welcome/{step}": Case(VOLUNTEER, absent("step"), refused=422),
    "POST /welcome/{step}": Case(VOLUNTEER, absent("step"), refused=422),
    "GET /guideline/{name}/{version}": Case(VOLUNTEER, absent()),
    "GET /invitation": Case(VOLUNTEER, lambda _: Call(query={"token": NOT_THERE}), refused=200),
    "POST /invitation": Case(VOLUNTEER, used_invitation),
    "POST /api/v1/adjudication/case": Case(ADJUDICATOR, on_anothers_bench(), refused=409, allowed=200),
    "POST /api/v1/adjudication/decisions": Case(ADJUDICATOR, on_anothers_bench(**DECISION), refused=409, allowed=201),
    "POST /coordinator/adjudication/reopen": Case(ADJUDICATOR, absent("item", data={"item": NOT_THERE})),
    "GET /coordinator/adjudication/bench": Case(ADJUDICATOR, lambda _: Call(query={"item": NOT_THERE}), refused=200),
    "GET /label/pictures/{lease}": Case(VOLUNTEER, absent("lease")),
    "GET /coordinator/pictures/{public_id:path}": Case(ADJUDICATOR, absent("public_id")),
    "GET /coordinator/items/{public_id:path}": Case(ADJUDICATOR, absent("public_id")),
    **{
        f"GET /api/v1/items/{{item:path}}{part}": Case(ADJUDICATOR, absent("item"))
        for part in ("", "/answers", "/history")
    },
    **{
        f"GET {path}/agreement/pairs/{{first}}/{{second}}{part}": Case(COORDINATOR, nobody_s_pair)
        for path, part in (("/api/v1", ""), ("/coordinator", ""), ("/coordinator", "/items.csv"))
    },
    "GET /coordinator/recheck/{public_id:path}": Case(COORDINATOR, absent("public_id")),
    "POST /coordinator/recheck/{public_id:path}": Case(
        COORDINATOR, absent("public_id", data={"action": "accept", "version": 1})
    ),
    "POST /api/v1/controls": Case(COORDINATOR, lambda _: Call(json={"item": NOT_THERE})),
    "POST /coordinator/quality/{pause}": Case(
        COORDINATOR, absent("pause", data={"decision": "resume", "reason": "heard"})
    ),
    "GET /sign-in/provider": Case(VOLUNTEER, lambda _: Call(query={"token": NOT_THERE})),
    "POST /coordinator/people/{pseudonym}/second-factor-reset": Case(
        COORDINATOR, second_factor_of_an_admin, refused=403
    ),
    "GET /coordinator/people/{pseudonym}": Case(COORDINATOR, coordinator_as_volunteer()),
    "POST /coordinator/people/{pseudonym}/vetting": Case(
        COORDINATOR, coordinator_as_volunteer(step="references", passed="yes")
    ),
    "POST /coordinator/people/{pseudonym}/pause": Case(COORDINATOR, coordinator_as_volunteer(reason="a reason")),
    "POST /coordinator/people/{pseudonym}/resume": Case(COORDINATOR, coordinator_as_volunteer(reason="a reason")),
    "GET /coordinator/guideline/{version}": Case(COORDINATOR, absent()),
    "POST /coordinator/guideline/{version}/reviews": Case(COORDINATOR, absent(data={"body": "rights-review"})),
    "POST /coordinator/guideline/{version}/activate": Case(COORDINATOR, absent()),
    "GET /researcher/releases/{version}": Case(RESEARCHER, absent()),
    "GET /researcher/releases/{version}/files/{name}": Case(RESEARCHER, absent()),
    "GET /researcher/releases/{version}/charts/{name}": Case(RESEARCHER, absent()),
    "POST /researcher/releases/{version}/download": Case(RESEARCHER, absent(data={"terms": "0" * 64})),
    "POST /researcher/releases/{version}/approval": Case(COORDINATOR, absent()),
    "POST /researcher/releases/{version}/withdrawal": Case(COORDINATOR, absent(data={"reason": "a reason"})),
    "GET /api/v1/releases/{version}/archive": Case(RESEARCHER, absent(query={"terms": "0" * 64})),
    "GET /api/v1/bulk/{bulk}": Case(COORDINATOR, absent("bulk")),
    "POST /api/v1/bulk/{bulk}/undo": Case(COORDINATOR, absent("bulk")),
    "GET /coordinator/bulk/{bulk_id}": Case(COORDINATOR, absent("bulk_id")),
    "POST /coordinator/bulk/{bulk_id}/undo": Case(COORDINATOR, absent("bulk_id", data={})),
    "POST /coordinator/bulk": Case(
        COORDINATOR,
        lambda _: Call(data={"item": NOT_THERE, "action": "hold", "key": "k", "expected": 1}),
        refused=422,
    ),
    "POST /coordinator/bulk/preview": Case(
        COORDINATOR, lambda _: Call(data={"item": NOT_THERE, "action": "hold"}), refused=200
    ),
    "GET /coordinator/alerts/{alert}": Case(COORDINATOR, absent("alert")),
    "POST /coordinator/alerts/{alert}": Case(COORDINATOR, absent("alert", data={"note": "seen"})),
    "GET /coordinator/data/{table}.csv": Case(COORDINATOR, absent("table")),
    "GET /coordinator/learning/{table}.csv": Case(COORDINATOR, absent("table")),
    "POST /coordinator/webhooks/letters/{letter}": Case(COORDINATOR, absent("letter", data={"decision": "discard"})),
    "POST /coordinator/webhooks/{endpoint}/pause": Case(COORDINATOR, absent("endpoint", data={})),
    "POST /coordinator/webhooks/{endpoint}/removal": Case(COORDINATOR, absent("endpoint", data={})),
    "POST /coordinator/webhooks/{endpoint}/resume": Case(COORDINATOR, absent("endpoint", data={})),
    "POST /coordinator/webhooks/{endpoint}/secret": Case(COORDINATOR, absent("endpoint", data={})),
}


def test_every_route_that_names_an_object_has_a_case(shared):
    naming = {route.name for route in routes_of(shared.app) if route.objects}
    assert naming | {"POST /me/mood/forget"} == set(CASES)
    admitted = {route.name: route.roles for route in routes_of(shared.app)}
    assert all(admitted[name] & {case.role.value, "anybody"} for name, case in CASES.items())


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_stranger_is_refused_and_changes_nothing(shared, name):
    case, (method, path) = CASES[name], name.split()
    call = case.call(shared)
    stranger = shared.enter(case.role)
    before = rows(shared)
    assert send(stranger, method, path, call).status_code == case.refused
    assert rows(shared) == before
    if call.owner is not None:
        assert send(call.owner, method, path, call).status_code == case.allowed
        assert method == "GET" or case.allowed == 200 or rows(shared) != before


def send(client, method, path, call):
    for parameter, value in call.path.items():
        path = path.replace(f"{{{parameter}:path}}", value).replace(f"{{{parameter}}}", value)
    data = {**(call.data or {}), "csrf": client.cookies.get("csrf")} if call.data is not None else None
    return client.request(method, path, json=call.json, data=data, params=call.query)


def rows(site):
    """Every row of every table that a call could change."""
    with site.service.database.reading() as session:
        return {
            table.name: sorted(map(repr, session.execute(select(table)).all()))
            for table in SQLModel.metadata.sorted_tables
            if table.name not in _NOT_COMPARED
        }
