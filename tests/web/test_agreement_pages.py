"""The pages of agreement: every number leads to exactly the items that it counts, every table is there as CSV and as JSON."""

from __future__ import annotations

import csv
import io
import re
from html import unescape

import pytest

from annotator.domain.roles import Role
from guidelines.loader import load
from guidelines.scaffold import FIRST_VERSION, Task, make
from tests import bad_week
from tests.bad_week import CARELESS
from tests.web.conftest import made_site

ITEMS, PEOPLE = 72, 5
LINK = re.compile(r'<a href="(/coordinator/items\?[^"]*(?:on|label|mixed|people)=[^"]+)">([\d,]+)(?: items?)?</a>')


@pytest.fixture
def desk(site):
    bad_week.have(site.service, items=ITEMS, people=PEOPLE)
    return site.enter(Role.COORDINATOR)


def table(response):
    assert response.headers["content-type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(response.text)))


@pytest.mark.parametrize(
    "page",
    [
        "/coordinator",
        "/coordinator/agreement",
        "/coordinator/agreement/time?label=FEE",
        "/coordinator/agreement/confusions",
        "/coordinator/agreement/confusions?label=FEE",
        "/coordinator/agreement/passages",
        "/coordinator/guideline",
    ],
)
def test_every_number_leads_to_exactly_the_items_that_it_counts(desk, page):
    links = [(unescape(href), int(shown)) for href, shown in LINK.findall(desk.get(page).text)]
    assert links or page == "/coordinator/guideline"
    for href, shown in links:
        found = table(desk.get(href.replace("/items?", "/items.csv?")))
        assert len(found) == shown, href


def test_the_desk_leads_to_agreement_and_agreement_to_everything_else(desk):
    assert 'href="/coordinator/agreement"' in desk.get("/coordinator").text
    overview = desk.get("/coordinator/agreement").text
    for part in ("time", "pairs", "confusions", "passages"):
        assert f'href="/coordinator/agreement/{part}"' in overview
    assert "/coordinator/agreement/time?label=FEE" in overview


def test_charts_stand_in_the_page_with_their_table_and_csv_and_without_script(desk):
    for page in ("agreement", "agreement/time?label=FEE", "agreement/confusions", "agreement/passages"):
        html = desk.get(f"/coordinator/{page}").text
        assert html.count('role="img"') >= 1
        assert html.count("<details>") >= html.count('role="img"')
        assert "<script" not in html
        for href in re.findall(r'href="(/coordinator/agreement[^"]*\.csv[^"]*)"', html):
            assert table(desk.get(href))


def test_the_matrix_is_in_the_order_of_pseudonyms_and_says_what_the_csv_and_the_api_say(desk):
    html = desk.get("/coordinator/agreement/pairs").text
    names = re.findall(r'<th scope="row">([^<]+)</th>', html)
    assert names == [f"V-{n:02d}" for n in range(PEOPLE)]
    rows = table(desk.get("/coordinator/agreement/pairs.csv"))
    assert [(row["one"], row["other"]) for row in rows] == [(a, b) for a in names for b in names if a < b]
    found = desk.get("/api/v1/agreement/pairs").json()["items"]
    assert [(row["one"], row["other"], str(row["items"])) for row in found] == [
        (row["one"], row["other"], row["items"]) for row in rows
    ]
    assert [row["kappa"] for row in found] == pytest.approx([float(row["kappa"]) for row in rows], rel=1e-4)
    for row in rows:
        assert f">{float(row['kappa']):.2f}</b>" in html


def test_two_people_stand_side_by_side_and_what_they_differ_on_comes_first(desk):
    page = f"/coordinator/agreement/pairs/V-01/{CARELESS}"
    rows = table(desk.get(f"{page}/items.csv"))
    ranks = [2 if a and b and a != b else 1 if a and b else 0 for _, a, b in (row.values() for row in rows)]
    assert ranks == sorted(ranks, reverse=True)
    assert {0, 2} <= set(ranks) or {1, 2} <= set(ranks)
    both = table(desk.get(f"/coordinator/items.csv?people=V-01~{CARELESS}"))
    assert {row["item"] for row in rows} == {row["item"] for row in both}
    html = desk.get(page).text
    shown = re.findall(r'<a href="/coordinator/items/([^"]+)">', html)
    assert shown == [row["item"] for row in rows[:25]]
    assert html.count("badge adjudicating") == sum(rank == 2 for rank in ranks[:25])


def test_pages_of_two_people_follow_each_other(desk):
    seen, after = [], ""
    while True:
        page = desk.get("/api/v1/agreement/pairs/V-01/V-02", params={"cursor": after, "limit": 4}).json()
        seen += [row["item"] for row in page["items"]]
        after = page["next"]
        if not after:
            break
    whole = table(desk.get("/coordinator/agreement/pairs/V-01/V-02/items.csv"))
    assert seen == [row["item"] for row in whole]


def test_pairs_of_the_api_come_a_page_at_a_time(desk):
    whole = desk.get("/api/v1/agreement/pairs?label=FEE").json()["items"]
    first = desk.get("/api/v1/agreement/pairs?label=FEE&limit=6").json()
    second = desk.get("/api/v1/agreement/pairs", params={"label": "FEE", "cursor": first["next"]}).json()
    assert first["items"] + second["items"] == whole
    assert second["next"] is None


def test_the_api_says_what_the_pages_say(desk):
    rows = table(desk.get("/coordinator/agreement/versions.csv?label=FEE"))
    versions = desk.get("/api/v1/agreement/versions?label=FEE").json()["versions"]
    assert [(row["version"], row["items"]) for row in rows] == [(v["version"], str(v["items"])) for v in versions]
    assert [row["version"] for row in rows] == ["1.0.0", "1.1.0"]
    blocks = desk.get("/api/v1/agreement/time?label=FEE").json()["blocks"]
    assert [str(block["items"]) for block in blocks] == [
        row["items"] for row in table(desk.get("/coordinator/agreement/time.csv?label=FEE"))
    ]
    for name in ("confusions", "clauses"):
        found = desk.get(f"/api/v1/agreement/{name}").json()[name]
        assert [str(row["items"]) for row in found] == [
            row["items"] for row in table(desk.get(f"/coordinator/agreement/{name}.csv"))
        ]


def test_passages_have_a_row_for_all_and_for_each_indicator_in_each_state_and_the_api_says_the_same(desk, guideline):
    together, *rows = table(desk.get("/coordinator/agreement/passages.csv"))
    titles = [choice.title for choice in guideline.schema.spans.choices]
    assert [(row["passage"], row["state"]) for row in rows] == [
        (title, state) for title in titles for state in ("Present", "Contradicted")
    ]
    found = desk.get("/api/v1/agreement/passages").json()
    for row, said in zip([together, *rows], [found["together"], *found["passages"]], strict=True):
        assert (row["items"], row["answers"]) == (str(said["items"]), str(said["answers"]))
        assert (row["F1"] == "", row["low"] == "") == (said["value"] is None, said["low"] is None)
        assert not row["F1"] or float(row["F1"]) == pytest.approx(said["value"], rel=1e-4)
    assert {said["state"] for said in found["passages"] if said["reason"]} >= {"contradicted"}  # marked by nobody here
    assert float(together["low"]) < float(together["F1"]) < float(together["high"])


def test_the_page_of_passages_says_what_f1_is_and_what_is_pale(desk):
    html = desk.get("/coordinator/agreement/passages").text
    assert "1 where everybody marks the same words" in html
    assert "not corrected for chance" in html
    assert "The lowest is" in html
    assert re.findall(r'<a href="([^"]+)" aria-current="true">', html)[-1] == "/coordinator/agreement/passages"
    thin = [row for row in table(desk.get("/coordinator/agreement/passages.csv")) if 0 < int(row["items"]) < 20]
    assert thin
    assert html.count('opacity="0.35"') == 2 * len(thin)  # a point and its interval each


def test_only_items_that_a_search_can_find_are_linked(desk):
    """A search would miss whoever marked both states: what they say is the first."""
    html = desk.get("/coordinator/agreement/passages").text
    rows = re.findall(r"<tr>.*?</tr>", html, re.DOTALL)
    for state, linked in (("Present", True), ("Contradicted", False)):
        of_state = [row for row in rows if f"<td>{state}</td>" in row]
        assert len(of_state) == 12
        assert all(("<a " in row) is linked for row in of_state)


def test_a_guideline_without_passages_has_no_such_part_and_the_page_says_so(database, clock, editor, tmp_path):
    folder = make("mine", Task.TEXT, tmp_path / "guidelines")
    desk = made_site(database, clock, load("mine", FIRST_VERSION, folder.parents[1]), editor, tmp_path).enter(
        Role.COORDINATOR
    )
    assert "/agreement/passages" not in desk.get("/coordinator/agreement").text
    assert "asks for no passages" in desk.get("/coordinator/agreement/passages").text
    assert table(desk.get("/coordinator/agreement/passages.csv")) == []
    assert desk.get("/api/v1/agreement/passages").json()["together"] is None


def test_a_guideline_that_tells_no_states_apart_names_none(database, clock, editor, tmp_path):
    folder = make("mine", Task.SPANS, tmp_path / "guidelines")
    site = made_site(database, clock, load("mine", FIRST_VERSION, folder.parents[1]), editor, tmp_path)
    bad_week.have(site.service, items=12, people=PEOPLE)
    desk = site.enter(Role.COORDINATOR)
    rows = table(desk.get("/coordinator/agreement/passages.csv"))
    assert [(row["passage"], row["state"]) for row in rows] == [("All together", ""), ("Time", ""), ("Place", "")]
    assert "on=TIME&amp;two=applied" in desk.get("/coordinator/agreement/passages").text


def test_a_clause_leads_to_its_words(desk):
    guideline = desk.get("/guideline").text
    anchors = set(re.findall(r'href="/guideline#([^"]+)"', desk.get("/coordinator/agreement/confusions").text))
    assert "clause-fee" in anchors
    assert all(f'id="{anchor}"' in guideline for anchor in anchors)


def test_a_search_of_two_answers_says_what_it_is_and_keeps_it(desk):
    query = "on=FEE&two=given&version=&people=V-01~V-02"
    html = unescape(desk.get(f"/coordinator/items?{query}").text)
    assert "with two answers to Fee, answered by both V-01 and V-02" in html
    assert '<input type="hidden" name="people" value="V-01~V-02">' in html
    assert "people=V-01~V-02" in html.replace("%7E", "~")


@pytest.mark.parametrize(
    "address",
    [
        "/coordinator/agreement/time?label=nothing",
        "/coordinator/agreement/pairs/V-01/V-02?after=x",
        "/coordinator/items?on=nothing",
        "/coordinator/items?on=FEE&mixed=present",
        "/coordinator/items?on=FEE&mixed=present~1",
        "/coordinator/items?people=V-01",
        "/coordinator/items?people=V-01~nobody",
        "/coordinator/items?on=FEE&two=three",
        "/api/v1/agreement/pairs?cursor=x~y",
    ],
)
def test_what_makes_no_sense_is_refused(desk, address):
    assert desk.get(address).status_code == 422


@pytest.mark.parametrize("two", ["V-01/nobody", "V-01/V-01"])
def test_two_people_who_are_not_two_are_not_found(desk, two):
    assert desk.get(f"/coordinator/agreement/pairs/{two}").status_code == 404


def test_before_the_first_answer_every_page_says_so(site):
    desk = site.enter(Role.COORDINATOR)
    for page in ("agreement", "agreement/time", "agreement/pairs", "agreement/confusions", "agreement/passages"):
        assert desk.get(f"/coordinator/{page}").status_code == 200
    assert "no two people" in desk.get("/coordinator/agreement/pairs").text
    assert "Nobody has answered yet" in desk.get("/coordinator/agreement").text


@pytest.mark.parametrize("part", ["", "/time", "/pairs", "/confusions", "/passages"])
def test_before_anybody_has_answered_a_page_says_so_and_draws_nothing(site, part):
    page = site.enter(Role.COORDINATOR).get(f"/coordinator/agreement{part}").text
    assert "Nobody has answered yet" in page
    assert "<figure" not in page
    assert ".csv" not in page
