"""The coordinator's desk: whole without a script, every number a link, and each part by itself as the page has it."""

from __future__ import annotations

import re

import pytest

from annotator.domain.roles import Role
from tests.web.conftest import answer, rating

LINK = re.compile(r'href="(/coordinator[^"#]*)')


@pytest.fixture
def coordinator(site):
    site.add_items([f"Pickers wanted, place {n}. Housing offered." for n in range(4)])
    volunteer = site.enter(Role.VOLUNTEER)
    answer(volunteer, volunteer.post("/api/v1/next").json(), rating("1"))
    return site.enter(Role.COORDINATOR)


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_the_strip_says_where_things_stand(coordinator):
    page = words(coordinator.get("/coordinator").text)
    for expected in ("0 complete", "1 in progress", "3 not begun", "1 now", "1 in seven days", "1 answer today"):
        assert expected in page
    assert "not enough days yet" in page


def test_every_link_of_the_desk_leads_somewhere(coordinator):
    page = coordinator.get("/coordinator").text
    links = {link.replace("&amp;", "&") for link in LINK.findall(page)}
    assert len(links) > 10
    for link in links:
        assert coordinator.get(link).status_code == 200, link


@pytest.mark.parametrize("part", ["strip", "people", "learning", "data"])
def test_a_part_by_itself_is_what_the_page_has(coordinator, part):
    alone = coordinator.get(f"/coordinator/desk/{part}")
    assert alone.status_code == 200
    assert "<html" not in alone.text
    assert alone.text.strip() in coordinator.get("/coordinator").text


def test_there_is_no_other_part(coordinator):
    assert coordinator.get("/coordinator/desk/nonsense").status_code == 404


def test_what_is_stuck_is_listed_with_why_and_what_helps(coordinator):
    page = words(coordinator.get("/coordinator/stuck").text)
    assert "1 item : nobody present can be given them" in page
    assert "What helps: Invite people" in page
    listed = coordinator.get("/coordinator/stuck?cause=nobody").text
    assert len(re.findall(r'href="/coordinator/items/item-\d"', listed)) == 1
    assert coordinator.get("/coordinator/stuck?cause=nonsense").status_code == 422


def test_the_same_as_json(coordinator):
    found = coordinator.get("/api/v1/desk").json()
    assert found["progress"] == {
        "agreed": 0,
        "gold": 0,
        "labelling": 1,
        "adjudicating": 0,
        "untouched": 3,
        "quarantined": 0,
    }
    assert [(one["cause"], one["items"]) for one in found["stuck"]] == [("nobody", 1)]
    assert (found["active_now"], found["answers_today"]) == (1, 1)
    assert found["ending"]["median"] is None


def test_people_are_listed_by_pseudonym_and_in_an_order_only_where_one_is_asked_for(site, coordinator):
    busy = site.enter(Role.VOLUNTEER)
    for _ in range(3):
        answer(busy, busy.post("/api/v1/next").json(), rating("0"))
    names = [one["pseudonym"] for one in coordinator.get("/api/v1/desk/people").json()["people"]]
    assert names == sorted(names)
    by_answers = coordinator.get("/api/v1/desk/people?order=answers").json()["people"]
    assert [one["answers"] for one in by_answers] == [3, 1, 0]
    page = coordinator.get("/coordinator/people?order=answers")
    assert "in the order you asked for" in page.text
    listed = coordinator.get("/coordinator/people.csv?order=answers").text.splitlines()
    assert listed[0].startswith("pseudonym,role,state,answers")
    assert [row.split(",")[3] for row in listed[1:]] == ["3", "1", ""]


def test_people_can_be_narrowed_down_to_what_a_number_of_the_desk_counts(coordinator):
    now = coordinator.get("/coordinator/people.csv?active=now").text.splitlines()
    assert len(now) == 2
    assert len(coordinator.get("/coordinator/people.csv?state=paused").text.splitlines()) == 1
    assert coordinator.get("/coordinator/people?state=nonsense").status_code == 422


@pytest.mark.parametrize(
    ("page", "tables"),
    [
        ("data", ("quarantine", "class-balance", "epochs", "drift", "regions")),
        ("learning", ("curve", "lift", "versions")),
    ],
)
def test_every_table_of_a_page_is_there_as_csv(coordinator, page, tables):
    assert coordinator.get(f"/coordinator/{page}").status_code == 200
    for table in tables:
        found = coordinator.get(f"/coordinator/{page}/{table}.csv")
        assert found.headers["content-type"].startswith("text/csv")
        assert "," in found.text.splitlines()[0]
    assert coordinator.get(f"/coordinator/{page}/nonsense.csv").status_code == 404


def test_the_panels_as_json(coordinator):
    learning = coordinator.get("/api/v1/desk/learning").json()
    assert (learning["order"], learning["open"], learning["curve"]) == ("chance", 4, [])
    assert "random order picks" in learning["fallback"]
    data = coordinator.get("/api/v1/desk/data").json()
    assert data["regions"] == {"not told": None}
    assert [one["given"] for one in data["balance"]] == [0, 1, 0, 0]
    week = coordinator.get("/api/v1/desk/wellbeing").json()
    assert week["people"] is None


def test_every_part_of_the_desk_s_contract_has_an_example(site):
    contract = site.client().get("/openapi.json").json()
    for path, calls in contract["paths"].items():
        if path.startswith("/api/v1/desk"):
            name = calls["get"]["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
            found = contract["components"]["schemas"][name]
            nested = str(found["properties"])
            assert "examples" in found or "DeskPerson" in nested, path


def test_nothing_of_anybody_s_wellbeing_is_told_of_people(coordinator):
    page = words(coordinator.get("/coordinator/people").text).split("Control items right, with")[0]
    for word in ("skip", "break", "limit", "mood", "hour"):
        assert word not in page.split("Everybody")[1].lower()
