"""An answer that asks for the next item in the same call, as our own page does."""

from __future__ import annotations

from datetime import timedelta

import pytest

from annotator.domain.roles import Role
from tests.web.conftest import answer, rating


@pytest.fixture
def volunteer(site):
    site.add_items([f"Pickers wanted. Housing offered. Number {n}." for n in range(3)])
    return site.enter(Role.VOLUNTEER)


def test_an_answer_brings_the_next_item_where_that_is_asked_for(volunteer):
    given = volunteer.post("/api/v1/next").json()
    first, again = [answer(volunteer, given, rating("2"), then_next=True).json() for _ in range(2)]
    assert first["next"] == volunteer.post("/api/v1/next").json()
    assert first["next"]["lease"] != given["lease"]
    assert again == {**first, "created": False}
    silent = answer(volunteer, first["next"], rating("1")).json()
    assert (silent["next"], silent["nothing"]) == (None, None)


def test_an_answer_says_why_no_item_follows(volunteer, site):
    given = volunteer.post("/api/v1/next").json()
    for _ in range(2):
        given = answer(volunteer, given, rating("0"), then_next=True).json()["next"]
    last = answer(volunteer, given, rating("0"), then_next=True)
    assert (last.status_code, last.json()["next"]) == (201, None)
    assert last.json()["nothing"] == {"reason": "done", "retry_after": None}
    assert volunteer.post("/api/v1/next").headers["reason"] == "done"


def test_an_answer_that_cannot_be_stored_brings_nothing(volunteer, clock):
    given = volunteer.post("/api/v1/next").json()
    assert answer(volunteer, given, rating("7"), then_next=True).status_code == 422
    assert volunteer.post("/api/v1/next").json()["lease"] == given["lease"], "it is held as before"
    clock.advance(timedelta(minutes=31))
    assert answer(volunteer, given, rating("1"), then_next=True).status_code == 409


def test_an_answer_stands_whatever_becomes_of_the_item_after_it(volunteer, site, monkeypatch):
    given = volunteer.post("/api/v1/next").json()
    with monkeypatch.context() as broken:
        broken.setattr("annotator.web.volunteer.api.next_item", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            answer(volunteer, given, rating("1"), then_next=True)
    again = answer(volunteer, given, rating("1"), then_next=True).json()
    assert (again["created"], again["next"]["lease"] != given["lease"]) == (False, True)
