"""The API for programs: items, answers, history, people, the queue, quality, postings in; how errors and pages look."""

from __future__ import annotations

import io
import json
import re
from datetime import timedelta

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from annotator.domain.errors import RateLimitedError
from annotator.domain.items import ItemState
from annotator.domain.limits import UNLIMITED
from annotator.domain.roles import Role
from annotator.domain.scopes import Scope, held_by
from annotator.people import api_tokens
from annotator.storage import items, project_settings
from annotator.web.frame.rates import Rates
from tests.security.routes import routes_of
from tests.web.conftest import answer, rating, span

TEXT = "Pickers wanted. A fee of 200 is due before the start. Housing offered."
LABELLED = 4


@pytest.fixture
def coordinator(site):
    return token_client(site, Role.COORDINATOR)


def token_client(site, role):
    person = site.add(role, f"{role.value}@example.org")
    made = api_tokens.make(site.service.database, person, "test", held_by(role), site.service.now())
    client = site.client()
    client.headers["Authorization"] = f"Bearer {made.secret}"
    return client


@pytest.fixture
def labelled(site):
    """Items that three volunteers have answered; they differ on the first alone."""
    with (
        site.service.database.writing() as session
    ):  # in an order that chance chooses, a run of high concern may end a session
        where = (session, site.service.now(), "test", site.service.opened.id)
        project_settings.set_limits(*where, UNLIMITED, may_be_looser=True)
    site.add_items([f"{TEXT} Number {n}." for n in range(LABELLED)])
    for number in range(3):
        client = site.enter(Role.VOLUNTEER)
        while (reply := client.post("/api/v1/next")).status_code == 200:
            given = reply.json()
            split = site.item_of(given).public_id == "item-0"
            note = {"id": "n", "from_name": "note", "to_name": "text", "type": "textarea", "value": {"text": ["mine"]}}
            result = rating(str(number) if split else "2") + span(given["item"]["text"], "A fee of 200", "FEE") + [note]
            assert answer(client, given, result).status_code == 201


def test_items_come_in_pages_and_can_be_searched(coordinator, labelled):
    seen, cursor = [], ""
    while cursor is not None:
        page = coordinator.get("/api/v1/items", params={"limit": 3, "cursor": cursor}).json()
        seen += [row["id"] for row in page["items"]]
        cursor = page["next"]
    assert seen == [f"item-{n}" for n in range(LABELLED)]
    split = coordinator.get("/api/v1/items", params={"disagree": True}).json()["items"]
    assert [row["id"] for row in split] == ["item-0"]
    assert split[0]["answers"] == 3
    assert sum(split[0]["posterior"].values()) == pytest.approx(1)
    wrong = coordinator.get("/api/v1/items", params={"order": "risk", "cursor": "nowhere"})
    assert wrong.status_code == 422


def test_one_item_with_its_answers_and_its_history(coordinator, site, labelled):
    item = coordinator.get("/api/v1/items/item-1").json()
    assert (item["state"], item["text"]) == ("agreed", f"{TEXT} Number 1.")
    answers = coordinator.get("/api/v1/items/item-1/answers").json()
    assert [row["rating"] for row in answers] == ["2"] * 3
    assert answers[0]["labels"]["FEE"] == "present"
    assert "mine" not in json.dumps(answers)
    history = coordinator.get("/api/v1/items/item-1/history").json()
    assert [row["action"] for row in history].count("annotation.created") == 3
    assert not any(row["action"].startswith("lease.") for row in history)
    assert {row["by"] for row in history if row["action"] == "annotation.created"} == {row["by"] for row in answers}
    assert coordinator.get("/api/v1/items/nothing").status_code == 404
    assert coordinator.get("/api/v1/items/nothing/answers").status_code == 404


def test_adjudicators_are_told_what_was_answered_and_not_by_whom(coordinator, site, labelled):
    adjudicator = site.enter(Role.ADJUDICATOR)
    known = coordinator.get("/api/v1/items/item-1/answers").json()
    given = adjudicator.get("/api/v1/items/item-1/answers").json()
    assert [row["by"] for row in given] == ["A", "B", "C"]
    assert [row["rating"] for row in given] == [row["rating"] for row in known]
    history = adjudicator.get("/api/v1/items/item-1/history").json()
    assert {row["by"] for row in history} == {"person", "service"}
    pseudonyms = {row["by"] for row in known}
    assert len(pseudonyms) == 3
    assert not any(name in json.dumps([given, history]) for name in pseudonyms)
    two, desk = "~".join(sorted(pseudonyms)[:2]), site.enter(Role.COORDINATOR)
    for address in ("/api/v1/items", "/coordinator/items", "/coordinator/items.csv"):
        asked = [client.get(address, params={"people": two}).status_code for client in (adjudicator, desk)]
        assert asked == [403, 200]
    side_by_side = f"/api/v1/agreement/pairs/{two.replace('~', '/')}"
    assert [client.get(side_by_side).status_code for client in (adjudicator, desk)] == [403, 200]


def test_an_item_that_is_shut_away_gives_no_text_and_no_answers(coordinator, site):
    site.add_items([TEXT], ItemState.QUARANTINED)
    assert coordinator.get("/api/v1/items/item-0").json()["text"] is None
    assert coordinator.get("/api/v1/items").json()["items"][0]["text"] is None
    assert coordinator.get("/api/v1/items/item-0/answers").json() == []


def test_a_public_id_may_hold_a_slash(coordinator, site, database):
    row = items.NewItem("lot/7", TEXT, items.text_hash(TEXT), "synthetic", ItemState.READY)
    with database.writing() as session:
        items.add(session, site.service.project, [row], site.service.now())
    assert coordinator.get("/api/v1/items/lot%2F7").json()["id"] == "lot/7"
    assert coordinator.get("/api/v1/items/lot%2F7/history").status_code == 200


@pytest.mark.parametrize("path", ["/api/v1/items/item-1", "/api/v1/agreement"])
def test_what_has_not_changed_need_not_be_sent_again(coordinator, site, labelled, path):
    first = coordinator.get(path)
    again = coordinator.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert coordinator.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_people_are_pseudonyms_with_counts_and_no_more(coordinator, labelled):
    seen, cursor = [], ""
    while cursor is not None:
        page = coordinator.get("/api/v1/people", params={"limit": 2, "cursor": cursor}).json()
        seen += page["items"]
        cursor = page["next"]
    assert len(seen) == 4
    assert {row["answers"] for row in seen if row["role"] == "volunteer"} == {LABELLED}
    assert set(seen[0]) == {"pseudonym", "role", "qualified", "paused", "answers", "since"}


def test_the_queue_says_what_a_decision_is_worth_and_not_who_answered(coordinator, labelled):
    queue = coordinator.get("/api/v1/adjudication/queue").json()
    assert queue["waiting"] == 1
    (row,) = queue["items"]
    assert (row["item"], row["ratings"], row["held"], row["decided"]) == ("item-0", ["0", "1", "2"], False, 0)
    assert row["value"] > 0


def test_quality_says_nothing_over_fewer_than_five(coordinator):
    found = coordinator.get("/api/v1/quality").json()
    assert (found["people"], found["answered"], found["share"]) == (0, None, None)
    assert found["pauses_open"] == 0


def test_postings_go_through_the_gate_with_a_report(coordinator, site):
    rows = [
        {"id": "a", "text": "Cook wanted for a canteen. Training is given.", "source": "de-identified", "price": 3},
        {"id": "b", "text": " ", "source": "de-identified"},
        {"id": "c", "text": "Cook wanted.", "source": "found"},
    ]
    body = b"\n".join(json.dumps(row).encode() for row in rows)
    reply = coordinator.post("/api/v1/postings", files={"file": ("lot.jsonl", io.BytesIO(body))})
    assert reply.status_code == 201
    report = reply.json()
    assert (report["rows"], report["ready"], report["rejected"], report["left_out"]) == (3, 0, 2, ["price"])
    assert [row["line"] for row in report["rejects"]] == [2, 3]
    assert report["quarantined"] == 1
    again = coordinator.post("/api/v1/postings", files={"file": ("lot.jsonl", io.BytesIO(body))}).json()
    assert (again["quarantined"], again["duplicates"]) == (0, 1)


@pytest.mark.parametrize(
    ("name", "body", "where"),
    [
        ("lot.jsonl", b'{"id": "a", "text": "x", "source": "de-identified", "phone": "1"}', "postings.jsonl"),
        ("lot.jsonl", b'{"id": "a", "text": "x", "source": "synthetic"}', "manifest.json"),
        ("lot.exe", b"x", "postings.exe"),
        ("lot", b"x", "file"),
    ],
)
def test_a_file_that_may_not_come_in_is_told_without_a_path_of_the_machine(coordinator, name, body, where):
    reply = coordinator.post("/api/v1/postings", files={"file": (name, io.BytesIO(body))})
    assert (reply.status_code, reply.json()["error"]["where"]) == (422, where)


def test_errors_are_problem_details(coordinator):
    reply = coordinator.get("/api/v1/items/nothing")
    assert reply.headers["content-type"] == "application/problem+json"
    body = reply.json()
    assert (body["type"], body["title"], body["status"]) == ("about:blank", "Not Found", 404)
    assert body["detail"] == "There is no such item."
    assert coordinator.get("/api/v1/items", params={"limit": 0}).json()["error"]["where"] == "query.limit"
    for reply in (
        coordinator.get("/api/v1/nowhere"),
        coordinator.post("/api/v1/postings", headers={"Sec-Fetch-Site": "cross-site"}),
    ):
        assert reply.headers["content-type"] == "application/problem+json"


def test_a_token_that_calls_too_often_is_told_when_to_go_on(site, clock):
    site.app.state.rates = Rates(3)
    client = token_client(site, Role.RESEARCHER)
    replies = [client.get("/api/v1/consensus") for _ in range(4)]
    assert [reply.status_code for reply in replies] == [200, 200, 200, 429]
    assert replies[-1].headers["retry-after"] == "20"
    clock.advance(timedelta(seconds=20))
    assert client.get("/api/v1/consensus").status_code == 200


def test_one_token_does_not_use_up_anothers_calls(clock):
    rates = Rates(1)
    rates.take("one", clock.now())
    rates.take("other", clock.now())
    with pytest.raises(RateLimitedError):
        rates.take("one", clock.now())


def test_every_call_is_described_with_its_scope_its_errors_and_an_example(site):
    contract = site.client().get("/openapi.json").json()
    scopes = set()
    for path, calls in contract["paths"].items():
        for call in calls.values():
            assert call["summary"], path
            assert call["description"], path
            for code, reply in call["responses"].items():
                assert not code.startswith("4") or "application/problem+json" in reply["content"], path
            for way in call.get("security", ()):
                scopes |= set(way.get("token", ()))
    assert scopes <= set(Scope)
    assert "HTTPValidationError" not in json.dumps(contract)


def test_every_call_stands_in_the_contract(site):
    paths = site.client().get("/openapi.json").json()["paths"]
    told = {f"{method.upper()} {path}" for path, calls in paths.items() for method in calls}
    there = {f"{route.method} {re.sub(':[a-z]+}', '}', route.path)}" for route in routes_of(site.app)}
    assert {call for call in there if " /api/v1/" in call} - told == set()


FUZZED = settings(
    max_examples=5,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)


def test_whatever_a_program_sends_the_contract_holds(site, labelled, database):
    """Every call that a token opens, fed what the contract allows: no server error, and only replies that it tells of."""
    if not database.is_sqlite:
        pytest.skip("what is sent does not hang on the kind of database")
    authorization = token_client(site, Role.COORDINATOR).headers["Authorization"]
    schema = schemathesis.openapi.from_dict(site.app.openapi())
    schema.app = site.app
    tried, statuses = 0, set()
    for found in schema.get_all_operations():
        operation = found.ok()
        if not any("token" in way for way in operation.definition.raw.get("security", ())):
            continue

        @FUZZED
        @given(case=operation.as_strategy())
        def call(case):
            reply = case.call_and_validate(
                headers={"Authorization": authorization},
                checks=[not_a_server_error, status_code_conformance, response_schema_conformance],
            )
            statuses.add(reply.status_code)

        call()
        tried += 1
    assert tried >= 12
    assert {200, 404, 422} <= statuses <= {200, 201, 304, 404, 409, 422}
