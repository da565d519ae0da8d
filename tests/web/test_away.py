"""While the database is down, out of reach or out of room, pages and API say so and that trying again is safe."""

from __future__ import annotations

import pytest

from annotator.domain.roles import Role
from annotator.storage.database import Database
from tests.web.conftest import answer, rating


@pytest.fixture
def away(site, tmp_path):
    """A function that takes the database away, and one that brings it back."""
    there = site.service.database.engine

    def take(gone: bool) -> None:
        nowhere = Database(f"sqlite:///{tmp_path}/no-such-folder/file.sqlite3")
        site.service.database.engine = nowhere.engine if gone else there

    yield take
    site.service.database.engine = there


def test_an_answer_is_refused_with_503_and_stored_once_when_it_comes_again(site, away):
    site.add_items(["Seasonal work with housing."])
    ada = site.enter(Role.VOLUNTEER)
    given = ada.post("/api/v1/next").json()
    away(True)
    refused = answer(ada, given, rating("2"))
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "3")
    assert refused.headers["content-type"] == "application/problem+json"
    assert "stored once" in refused.json()["error"]["mend"]
    away(False)
    assert answer(ada, given, rating("2")).json()["created"]
    assert not answer(ada, given, rating("2")).json()["created"]


def test_a_page_says_it_in_words(site, away):
    coordinator = site.enter(Role.COORDINATOR)
    away(True)
    page = coordinator.get("/coordinator/items")
    assert page.status_code == 503
    assert "be reached or written to just now" in page.text
