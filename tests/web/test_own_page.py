"""The volunteer's own page: one's own history, goal and mood, and nothing that ranks anybody."""

from __future__ import annotations

import re

import pytest

from annotator.domain.roles import Role
from annotator.storage import own
from tests.web.conftest import answer, rating, span

TEXT = "Pickers wanted. A fee of 200 is due."


def test_ones_own_answers_are_listed_without_the_postings(site):
    site.add_items([TEXT])
    volunteer = site.enter(Role.VOLUNTEER)
    assert "Nothing yet." in volunteer.get("/me").text
    given = volunteer.post("/api/v1/next").json()
    answer(volunteer, given, [*rating("2"), *span(TEXT, "A fee of 200", "FEE")])
    page = volunteer.get("/me").text
    assert "1 answer so far" in page
    assert "<td>2 Some</td><td>Fee</td>" in page
    assert "Pickers wanted" not in page
    assert "Nothing yet." in site.enter(Role.VOLUNTEER).get("/me").text


def test_a_goal_is_a_reminder_and_has_bounds(site):
    volunteer = site.enter(Role.VOLUNTEER)
    assert volunteer.post("/me", data={"goal": "12"}).status_code == 303
    assert re.search(r'name="goal"[^>]*value="12"', volunteer.get("/me").text)
    assert "this session, of 12" in volunteer.get("/label").text
    for wrong in ("0", "201", "many", "-3"):
        assert volunteer.post("/me", data={"goal": wrong}).status_code == 422
    volunteer.post("/me", data={"goal": ""})
    assert "this session, of" not in volunteer.get("/label").text


def test_text_is_covered_only_for_who_wants_it(site):
    volunteer = site.enter(Role.VOLUNTEER)
    assert 'data-covered="no"' in volunteer.get("/label").text
    volunteer.post("/me", data={"covered": "yes"})
    assert 'data-covered="yes"' in volunteer.get("/label").text


def test_a_mood_is_for_ones_own_eyes_and_can_be_deleted(site):
    volunteer, other = site.enter(Role.VOLUNTEER), site.enter(Role.VOLUNTEER)
    for mood in (2, 4):
        assert volunteer.post("/me/mood", data={"mood": mood}).status_code == 303
    page = volunteer.get("/me").text
    assert ": Rather low" in page
    assert ": Quite well" in page
    note = re.search(r'name="note" value="([^"]+)"', page).group(1)
    other.post("/me/mood/forget", data={"note": note})
    assert ": Quite well" in volunteer.get("/me").text
    volunteer.post("/me/mood/forget", data={"note": note})
    assert ": Quite well" not in volunteer.get("/me").text
    volunteer.post("/me/mood/forget", data={})
    assert ": Rather low" not in volunteer.get("/me").text
    assert ": Rather low" not in other.get("/me").text


@pytest.mark.parametrize("mood", ["0", "6", "", "well"])
def test_a_mood_outside_the_scale_is_refused(site, mood):
    assert site.enter(Role.VOLUNTEER).post("/me/mood", data={"mood": mood}).status_code == 422


def test_no_other_page_and_no_export_holds_a_mood(site):
    volunteer = site.enter(Role.VOLUNTEER)
    volunteer.post("/me/mood", data={"mood": "1"})
    coordinator = site.enter(Role.COORDINATOR)
    for path in ("/coordinator", "/coordinator/people", "/coordinator/wellbeing", "/researcher", "/coordinator/items"):
        assert "mood" not in coordinator.get(path).text.lower()
    exported = coordinator.post("/researcher/export")
    assert exported.status_code == 200
    assert b"mood" not in exported.content


def test_nothing_on_the_page_ranks_or_counts_days_in_a_row(site):
    page = site.enter(Role.VOLUNTEER).get("/me").text.lower()
    assert not re.search(r"\brank(?!in_inlet)|streak|leaderboard|better than|average", page)


def test_only_the_own_page_reads_what_is_private():
    from pathlib import Path

    root = Path(own.__file__).parents[1]
    readers = {
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        if re.search(r"\b(Mood|OwnChoice)\b|\bown\.\w+\(", path.read_text(encoding="utf-8"))
    }
    assert readers == {
        "storage/own.py",
        "storage/tables_people.py",
        "web/volunteer/me.py",
        "web/volunteer/label.py",
        "web/volunteer/welcome.py",
    }
