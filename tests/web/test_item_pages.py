"""The list of items through the page: filters, the next page, CSV."""

from __future__ import annotations

import csv
import io

import pytest

from annotator.domain.items import ItemState
from annotator.domain.roles import Role
from annotator.storage import items
from tests.web.conftest import answer, rating, span


@pytest.fixture
def desk(site):
    site.add_items([f"Posting {n} of the harvest. A fee of 300 is due." for n in range(60)])
    volunteer = site.enter(Role.VOLUNTEER)
    for number in range(3):
        given = volunteer.post("/api/v1/next").json()
        marked = span(given["item"]["text"], "fee of 300", "FEE") if number == 0 else []
        assert answer(volunteer, given, rating(str(number)) + marked).status_code == 201
    return site.enter(Role.COORDINATOR)


def rows(page):
    return page.text.count('<td class="excerpt')


def test_pages_follow_each_other_and_keep_the_search(desk):
    first = desk.get("/coordinator/items?state=ready&text=harvest")
    assert rows(first) == 50
    link = first.text.split('class="button quiet" href="')[1].split('"')[0].replace("&amp;", "&")
    assert "text=harvest" in link
    assert rows(desk.get(link)) == 10
    assert "More than 50 items" in first.text
    assert "60 items" in desk.get("/coordinator/items?state=ready&text=harvest&exact=true").text
    assert "60 items" in desk.get("/coordinator/items").text


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("said=FEE=present", 1),
        ("said=concern=2", 1),
        ("answered=1", 3),
        ("text=Posting+59", 1),
        ("campaign=none", 0),
        ("disagree=true", 0),
        ("state=&said=&text=&campaign=", 50),
    ],
)
def test_what_a_search_finds(desk, query, count):
    assert rows(desk.get(f"/coordinator/items?{query}")) == count


@pytest.mark.parametrize("query", ["state=nonsense", "said=FEE", "order=nonsense", "answered=-1", "order=risk&after=x"])
def test_a_search_that_is_none_is_refused(desk, query):
    assert desk.get(f"/coordinator/items?{query}").status_code == 422


def test_an_empty_search_says_how_to_go_on(desk):
    assert "Show all items" in desk.get("/coordinator/items?text=nowhere").text


def test_csv_holds_the_whole_search_and_no_formula(site, desk):
    with site.service.database.writing() as session:
        row = items.NewItem("=1+1", "A text.", items.text_hash("A text."), "synthetic", ItemState.READY)
        assert items.add(session, site.service.project, [row], site.service.now()) == []
    sent = desk.get("/coordinator/items.csv")
    assert sent.headers["content-type"].startswith("text/csv")
    table = list(csv.DictReader(io.StringIO(sent.text)))
    assert len(table) == 61
    assert {row["item"] for row in table} >= {"item-0", "'=1+1"}
    assert "harvest" not in sent.text
    assert len(list(csv.DictReader(io.StringIO(desk.get("/coordinator/items.csv?answered=1").text)))) == 3
