"""What volunteers and coordinators see of the limits; everything works without JavaScript."""

from __future__ import annotations

import re
from dataclasses import asdict, replace
from datetime import timedelta

import pytest

from annotator.domain.limits import PRECAUTIONARY
from annotator.domain.roles import Role
from annotator.storage import exposure, wellbeing
from annotator.web.volunteer.care import CARDS
from tests.web.conftest import answer, rating, span

TEXT = "Pickers wanted. A fee of 200 is due. Housing offered."


def limits_form(site, client, **changes):
    page = client.get("/coordinator/wellbeing")
    csrf = re.search(r'name="csrf" value="([^"]+)"', page.text).group(1)
    form = {**asdict(PRECAUTIONARY), "welfare_contact": "Ada Example, ada@example.org", "zone": "UTC", "csrf": csrf}
    return client.post("/coordinator/wellbeing", data={**form, **changes})


def test_after_twenty_minutes_the_contract_says_break_and_when_to_come_back(site, clock):
    site.add_items([f"{TEXT} Number {n}." for n in range(9)])
    volunteer = site.enter(Role.VOLUNTEER)
    for _ in range(3):
        given = volunteer.post("/api/v1/next").json()
        clock.advance(timedelta(minutes=6, seconds=30))
        assert answer(volunteer, given, rating("0")).status_code == 201
    refused = volunteer.post("/api/v1/next")
    assert (refused.status_code, refused.headers["reason"], refused.headers["retry-after"]) == (204, "break", "300")
    page = volunteer.get("/me").text
    assert "Rest until Monday 09:24" in page
    clock.advance(timedelta(minutes=5))
    assert volunteer.post("/api/v1/next").status_code == 200
    assert "You may label now" in volunteer.get("/me").text


def test_the_reasons_to_rest_stand_in_the_contract(site):
    described = str(site.client().get("/openapi.json").json()["paths"]["/api/v1/next"])
    for reason in ("break", "session_over", "day_over", "week_over", "quiet_hours"):
        assert reason in described


def test_a_time_zone_is_kept_and_the_page_tells_time_by_it(site):
    volunteer = site.enter(Role.VOLUNTEER)
    kept = volunteer.post("/me", data={"zone": "Asia/Kathmandu", "region": "GB"})
    assert kept.headers["location"] == "/me?saved=yes"
    page = volunteer.get("/me?saved=yes").text
    assert "Monday 14:45 (Asia/Kathmandu)" in page
    assert "08000 121 700" in page
    assert 'data-time-zone="Asia/Kathmandu"' in volunteer.get("/label").text


@pytest.mark.parametrize("zone", ["Atlantis/Capital", "../../etc/passwd", "<script>"])
def test_a_zone_that_does_not_exist_is_refused_in_words(site, zone):
    refused = site.enter(Role.VOLUNTEER).post("/me", data={"zone": zone})
    assert refused.status_code == 422
    assert "There is no such time zone" in refused.text
    assert "<script>" not in refused.text.replace('<script type="module"', "")


def test_what_is_opted_out_of_is_not_handed_out_and_can_be_taken_back(site):
    site.add_items([TEXT])
    finder, volunteer = site.enter(Role.VOLUNTEER), site.enter(Role.VOLUNTEER)
    given = finder.post("/api/v1/next").json()
    assert answer(finder, given, [*rating("2"), *span(TEXT, "A fee of 200", "FEE")]).status_code == 201
    volunteer.post("/me", data={"opt_out": ["FEE", "no such thing"]})
    assert re.search(r'value="FEE" checked', volunteer.get("/me").text)
    assert volunteer.post("/api/v1/next").headers["reason"] == "done"
    volunteer.post("/me", data={})
    assert volunteer.post("/api/v1/next").status_code == 200


def test_a_choice_gives_back_what_is_held(site):
    site.add_items([TEXT])
    volunteer = site.enter(Role.VOLUNTEER)
    given = volunteer.post("/api/v1/next").json()
    volunteer.post("/me", data={"opt_out": ["FEE"]})
    assert answer(volunteer, given, rating("1")).status_code == 409


def test_coordinators_make_limits_stricter_and_never_looser(site):
    coordinator = site.enter(Role.COORDINATOR)
    assert "Name a welfare contact" in coordinator.get("/coordinator/wellbeing").text
    assert limits_form(site, coordinator, active_minutes="10").status_code == 303
    assert "Name a welfare contact" not in coordinator.get("/coordinator/wellbeing").text
    refused = limits_form(site, coordinator, day_minutes="120", quiet_from="23")
    assert refused.status_code == 422
    assert "Minutes of labelling in a day: Looser than the precautionary 90" in refused.text
    assert "Quiet from this hour: Looser" in refused.text
    assert limits_form(site, coordinator, week_days="9").status_code == 422
    with site.service.database.reading() as session:
        kept = wellbeing.limits_of(session, site.service.project.id)
    assert kept == replace(PRECAUTIONARY, active_minutes=10)


def test_only_the_operator_can_allow_looser_limits_and_volunteers_are_told(site):
    site.service.settings = site.service.settings.model_copy(update={"looser_limits": True})
    assert limits_form(site, site.enter(Role.COORDINATOR), active_minutes="40").status_code == 303
    assert (
        "looser than the usual ones: minutes of labelling before a break" in site.enter(Role.VOLUNTEER).get("/me").text
    )


def test_the_welfare_contact_stands_in_the_debrief_and_on_the_own_page_escaped(site):
    limits_form(site, site.enter(Role.COORDINATOR), welfare_contact="Ada <b>Example</b>")
    volunteer = site.enter(Role.VOLUNTEER)
    for path in ("/me", "/label"):
        page = volunteer.get(path).text
        assert "Your welfare contact is Ada &lt;b&gt;Example&lt;/b&gt;" in page
        assert page.index("Emotional support") < page.index("Help with trafficking")


def test_only_the_number_that_was_read_in_its_source_is_printed():
    said = " ".join(line for card in CARDS.values() for line in (*card.emotional, *card.trafficking))
    assert re.findall(r"\d[\d ]{2,}\d", said) == ["08000 121 700"]
    assert not any(re.search(r"\d", line) for card in CARDS.values() for line in card.emotional)


def test_nobody_else_sees_anybodys_time(site, clock):
    site.add_items([TEXT])
    volunteer = site.enter(Role.VOLUNTEER)
    given = volunteer.post("/api/v1/next").json()
    clock.advance(timedelta(minutes=3))
    answer(volunteer, given, rating("0"))
    assert "3 min</td>" in volunteer.get("/me").text
    coordinator = site.enter(Role.COORDINATOR)
    for path in ("/coordinator/wellbeing", "/coordinator/people"):
        assert "3 min<" not in coordinator.get(path).text
    assert coordinator.get("/me").status_code == 403


def test_the_ledger_holds_no_item(site):
    columns = set(exposure.Exposure.__table__.columns.keys())
    assert columns == {"id", "person_id", "started_at", "ended_at", "open", "high_concern"}
