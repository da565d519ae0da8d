"""The HTTP contract, as anyone's client sees it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select

from annotator.domain.items import ItemState
from annotator.domain.roles import Role
from annotator.storage import books
from annotator.storage.tables import Lease
from tests.web.conftest import PASSWORD, answer, rating, span

TEXT = "Pickers wanted. A fee of 200 is due before the start. Housing offered."


@pytest.fixture
def volunteer(site):
    site.add_items([f"{TEXT} Number {n}." for n in range(3)])
    return site.enter(Role.VOLUNTEER)


def test_signing_in_gives_two_cookies_and_where_to_start(site):
    client = site.client()
    reply = client.post("/api/v1/session", json={"email": site.person(Role.VOLUNTEER), "password": PASSWORD})
    assert reply.json() == {"pseudonym": reply.json()["pseudonym"], "role": "volunteer", "home": "/label"}
    cookies = {line.split("=")[0]: line.lower() for line in reply.headers.get_list("set-cookie")}
    assert "httponly" in cookies["session"]
    assert "samesite=lax" in cookies["session"]
    assert "httponly" not in cookies["csrf"]


def test_the_wrong_password_is_401_and_too_many_are_429(site):
    email = site.person(Role.VOLUNTEER)
    replies = [
        site.client().post("/api/v1/session", json={"email": email, "password": "wrong"}).status_code for _ in range(12)
    ]
    assert replies == [401] * 10 + [429] * 2


def test_next_gives_an_item_with_its_guideline_and_config(volunteer):
    given = volunteer.post("/api/v1/next").json()
    assert set(given) == {"lease", "expires_at", "item", "guideline", "label_config"}
    assert set(given["item"]) == {"id", "text", "image"}
    assert given["item"]["text"].startswith(TEXT)
    assert given["label_config"].startswith("<View")
    assert volunteer.post("/api/v1/next").json() == given


def test_an_answer_is_stored_once_and_the_key_answers_again(volunteer):
    given = volunteer.post("/api/v1/next").json()
    result = rating("2") + span(given["item"]["text"], "A fee of 200", "FEE")
    first, again = answer(volunteer, given, result), answer(volunteer, given, result)
    assert (first.status_code, first.json()["created"]) == (201, True)
    assert (again.status_code, again.json()["created"]) == (201, False)
    assert first.json()["annotation"] == again.json()["annotation"]
    assert volunteer.get("/api/v1/progress").json() == {"session": 1, "today": 1}


def test_the_key_answers_again_even_without_the_words_that_were_marked(volunteer):
    """A page that kept its answer has no words of the posting any more, once the lease is over."""
    given = volunteer.post("/api/v1/next").json()
    marks = span(given["item"]["text"], "A fee of 200", "FEE")
    bare = [{**item, "value": {k: v for k, v in item["value"].items() if k != "text"}} for item in marks]
    assert answer(volunteer, given, rating("2") + bare).status_code == 422
    first, again = answer(volunteer, given, rating("2") + marks), answer(volunteer, given, rating("2") + bare)
    assert (again.status_code, again.json()) == (201, {**first.json(), "created": False})


def test_an_expired_lease_is_409(volunteer, clock):
    given = volunteer.post("/api/v1/next").json()
    clock.advance(timedelta(minutes=31))
    reply = answer(volunteer, given, rating("1"))
    assert reply.status_code == 409
    assert reply.json()["error"]["mend"]


@pytest.mark.parametrize(
    ("result", "where"),
    [
        ([], "result"),
        (rating("7"), "result[0]"),
        (
            rating("1") + [{"id": "x", "from_name": "nothing", "to_name": "text", "type": "choices", "value": {}}],
            "result[1]",
        ),
        (rating("1") + span(TEXT, "fee", "FEE")[:1], "result[1]"),
    ],
)
def test_a_result_that_the_schema_does_not_allow_is_422_with_the_place(volunteer, result, where):
    given = volunteer.post("/api/v1/next").json()
    reply = answer(volunteer, given, result)
    assert reply.status_code == 422
    error = reply.json()["error"]
    assert error["where"].startswith(where)
    assert error["what"]
    assert answer(volunteer, given, rating("1"), key="after").status_code == 201


@pytest.mark.parametrize(
    "change", [{"lead_time": -1}, {"key": ""}, {"key": "a b"}, {"extra": 1}, {"result": "none"}, {"lease": None}]
)
def test_a_body_of_the_wrong_form_is_422(volunteer, change):
    given = volunteer.post("/api/v1/next").json()
    body = {"lease": given["lease"], "result": rating("1"), "lead_time": 1, "key": "k", **change}
    reply = volunteer.post("/api/v1/answers", json=body)
    assert reply.status_code == 422
    assert reply.json()["error"]["where"] == next(iter(change))


def test_skip_moves_on_and_never_brings_the_item_back(volunteer):
    given = volunteer.post("/api/v1/next").json()
    assert volunteer.post("/api/v1/skip", json={"lease": given["lease"]}).status_code == 200
    seen = set()
    while (reply := volunteer.post("/api/v1/next")).status_code == 200:
        seen.add(reply.json()["item"]["id"])
        answer(volunteer, reply.json(), rating("0"))
    assert given["item"]["id"] not in seen
    assert (reply.status_code, reply.headers["reason"]) == (204, "done")


def test_a_skip_or_a_harmless_flag_is_taken_back_and_a_protective_one_is_not(volunteer, site):
    given = volunteer.post("/api/v1/next").json()
    lease = {"lease": given["lease"]}
    for path, body in (("skip", lease), ("flag", {**lease, "kind": "distressing"})):
        assert volunteer.post(f"/api/v1/{path}", json=body).status_code == 200
        assert volunteer.post("/api/v1/next").json()["item"]["id"] != given["item"]["id"]
        assert volunteer.post("/api/v1/undo", json=lease).json() == {"done": True}
        assert volunteer.post("/api/v1/next").json()["lease"] == given["lease"]
    assert site.item_of(given).leased == 1
    volunteer.post("/api/v1/flag", json={**lease, "kind": "personal_data"})
    refused = volunteer.post("/api/v1/undo", json=lease)
    assert (refused.status_code, refused.json()["error"]["what"]) == (
        409,
        "This flag stands until two people have looked at the posting.",
    )
    assert site.item_of(given).state == ItemState.QUARANTINED


def test_a_refusal_of_an_undo_speaks_the_language_of_the_page(volunteer, clock):
    given = volunteer.post("/api/v1/next").json()
    volunteer.post("/api/v1/skip", json={"lease": given["lease"]})
    clock.advance(timedelta(minutes=6))
    refused = volunteer.post("/api/v1/undo", json={"lease": given["lease"]}, headers={"Accept-Language": "es"})
    assert "cinco minutos" in refused.json()["error"]["what"]


def test_flagging_personal_data_quarantines_at_once(volunteer, site):
    given = volunteer.post("/api/v1/next").json()
    assert volunteer.post("/api/v1/flag", json={"lease": given["lease"], "kind": "personal_data"}).status_code == 200
    assert site.item_of(given).state == ItemState.QUARANTINED
    unknown = volunteer.post("/api/v1/flag", json={"lease": given["lease"], "kind": "boring"})
    assert (unknown.status_code, unknown.json()["error"]["where"]) == (422, "kind")


def test_an_empty_queue_says_why(site):
    assert site.enter(Role.VOLUNTEER).post("/api/v1/next").headers["reason"] == "none"
    assert site.enter(Role.VOLUNTEER, qualified=False).post("/api/v1/next").headers["reason"] == "not_qualified"
    site.add_items([TEXT])
    for _ in range(3):
        assert site.enter(Role.VOLUNTEER).post("/api/v1/next").status_code == 200
    held = site.enter(Role.VOLUNTEER).post("/api/v1/next")
    assert (held.status_code, held.headers["reason"]) == (204, "held")
    assert 0 < int(held.headers["retry-after"]) <= 1801


def test_calls_without_the_token_are_refused(volunteer):
    del volunteer.headers["X-CSRF-Token"]
    assert volunteer.post("/api/v1/next").status_code == 403
    assert volunteer.post("/api/v1/next", headers={"X-CSRF-Token": "guess"}).status_code == 403


def test_calls_that_another_site_started_are_refused(volunteer):
    assert volunteer.post("/api/v1/next", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_a_body_that_is_too_large_is_refused(volunteer):
    assert volunteer.post("/api/v1/answers", content=b" " * 2_000_001).status_code == 413
    assert volunteer.post("/api/v1/answers", content=iter([b" " * 1_000_000] * 3)).status_code == 413


def test_another_persons_lease_is_not_found(volunteer, site):
    given = volunteer.post("/api/v1/next").json()
    other = site.enter(Role.VOLUNTEER)
    assert answer(other, given, rating("1")).status_code == 404
    assert other.post("/api/v1/skip", json={"lease": given["lease"]}).status_code == 404
    assert other.post("/api/v1/flag", json={"lease": given["lease"], "kind": "distressing"}).status_code == 404


def test_signing_out_ends_the_session_and_gives_the_item_back(volunteer, site):
    given = volunteer.post("/api/v1/next").json()
    assert volunteer.delete("/api/v1/session").status_code == 200
    assert volunteer.post("/api/v1/next").status_code == 401
    assert site.item_of(given).leased == 0


def test_the_sign_out_button_gives_the_item_back_too_with_its_time(volunteer, site):
    given = volunteer.post("/api/v1/next").json()
    assert volunteer.post("/sign-out", data={"csrf": volunteer.cookies["csrf"]}).headers["location"] == "/sign-in"
    assert site.item_of(given).leased == 0
    with site.service.database.reading() as session:
        assert list(books.ledger(session, site.service.now())) == []
        (lease,) = session.exec(select(Lease)).all()
    assert (lease.state, lease.ended_at is not None) == ("released", True)
    other, theirs = site.enter(Role.VOLUNTEER), set()
    while (reply := other.post("/api/v1/next")).status_code == 200:
        theirs.add(reply.json()["item"]["id"])
        answer(other, reply.json(), rating("0"))
    assert given["item"]["id"] in theirs


def test_agreement_has_a_row_a_label_with_interval_and_n(site):
    site.add_items([f"{TEXT} Number {n}." for n in range(4)])
    people = [site.enter(Role.VOLUNTEER) for _ in range(3)]
    for number, client in enumerate(people):
        while (reply := client.post("/api/v1/next")).status_code == 200:
            given = reply.json()
            value = "2" if site.item_of(given).public_id in {"item-0", "item-1"} else ("0" if number else "1")
            marks = span(given["item"]["text"], "A fee of 200", "FEE") if value == "2" else []
            assert answer(client, given, rating(value) + marks).status_code == 201
    report = site.enter(Role.RESEARCHER).get("/api/v1/agreement").json()
    assert report["answers"] == 12
    rows = {row["label"]: row for row in report["agreement"]}
    assert rows["concern"]["level"] == "ordinal"
    assert 0 < rows["concern"]["value"] < 1
    assert rows["concern"]["low"] <= rows["concern"]["value"] <= rows["concern"]["high"]
    assert (rows["concern"]["items"], rows["concern"]["labels"]) == (4, 12)
    assert rows["FEE"]["value"] == 1
    assert rows["DEBT"]["value"] is None
    assert rows["DEBT"]["reason"]


def test_health_says_ok_with_the_state_of_the_parts(site):
    body = site.client().get("/healthz").json()
    assert body["status"] == "ok"
    assert body["database"]["state"] == "ok"
    assert body["label_studio"] == {"state": "off"}
    assert body["outbox"] == {"waiting": 0, "failing": 0, "oldest_seconds": None}


def test_the_contract_is_documented(site):
    contract = site.client().get("/openapi.json").json()
    calls = {"/api/v1/session", "/api/v1/next", "/api/v1/answers", "/api/v1/skip", "/api/v1/flag", "/api/v1/undo"}
    assert calls <= set(contract["paths"])
    page = site.client().get("/docs")
    assert page.status_code == 200
    assert "POST /api/v1/answers" in page.text


@pytest.mark.parametrize("body", [b"not json", b"\xff\xfe", b"", b"[]", b"{" * 5000])
def test_a_body_that_is_no_json_object_is_told_so(volunteer, body):
    reply = volunteer.post("/api/v1/skip", content=body, headers={"Content-Type": "application/json"})
    assert reply.status_code in {400, 422}
    assert reply.json()["error"]["what"]


def test_null_characters_never_reach_the_database_as_an_error_of_ours(volunteer, site):
    assert volunteer.post("/api/v1/skip", json={"lease": "\x00"}).status_code in {404, 422}
    given = volunteer.post("/api/v1/next").json()
    note = {"id": "n", "from_name": "note", "to_name": "text", "type": "textarea", "value": {"text": ["a\x00b"]}}
    assert answer(volunteer, given, [*rating("1"), note]).status_code in {201, 422}
    assert (
        volunteer.post(
            "/api/v1/flag", json={"lease": given["lease"], "kind": "distressing", "note": "\x00"}
        ).status_code
        < 500
    )
    assert site.client().post("/api/v1/session", json={"email": "a\x00@example.org", "password": "x"}).status_code in {
        401,
        422,
    }
    assert site.enter(Role.COORDINATOR).get("/coordinator/items/%00").status_code in {404, 422}


def test_consensus_is_a_soft_label_with_its_risk_in_pages(site):
    site.add_items([f"{TEXT} Number {n}." for n in range(5)])
    volunteer = site.enter(Role.VOLUNTEER)
    while (reply := volunteer.post("/api/v1/next")).status_code == 200:
        answer(volunteer, reply.json(), rating("2"))
    researcher = site.enter(Role.RESEARCHER)
    first = researcher.get("/api/v1/consensus", params={"limit": 3}).json()
    second = researcher.get("/api/v1/consensus", params={"limit": 3, "cursor": first["next"]}).json()
    assert {row["item"] for row in first["items"] + second["items"]} == {f"item-{n}" for n in range(5)}
    assert (len(first["items"]), second["next"], first["fit"]) == (3, None, None)
    row = first["items"][0]
    assert max(row["posterior"], key=row["posterior"].get) == "2"
    assert row["risk"] == pytest.approx(1 - max(row["posterior"].values()))
    desk = site.enter(Role.COORDINATOR)
    assert "skills are learned from about 64 answers on" in desk.get("/coordinator").text
    assert desk.get("/coordinator/items?order=risk").text.count("item-") >= 5
    assert "Probability" in desk.get("/coordinator/items/item-0").text
