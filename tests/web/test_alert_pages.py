"""The pages and the API of alerts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from annotator.alerts.parts import studio_away
from annotator.domain.alerts import Finding, Rule
from annotator.domain.roles import Role
from annotator.domain.words import Words
from annotator.storage import alerts, heartbeat
from annotator.storage.tables_alerts import Alert

TEXTS = ["Kitchen help wanted.", "Warehouse work."]


@pytest.fixture
def told(site):
    """Two items, and an alert that shows them, then one that has closed."""
    site.add_items(TEXTS)
    now = site.service.now()
    before, after = (
        Words("{value} ({low} to {high}, n = {n})", dict(zip(("value", "low", "high", "n"), numbers, strict=True)))
        for numbers in (("0.80", "0.70", "0.88", 120), ("0.41", "0.30", "0.52", 60))
    )
    cause = Words("the week of {day} began", {"day": "2026-03-02"})
    values = {"cause": cause, "title": "Concern for review", "before": before, "after": after}
    seen = (Words("Since {cause}, alpha of {title} went from {before} to {after}.", values),)
    links = ((Words("The clause that is mixed up most"), "/guideline#fee"),)
    title = Words("Agreement on {title} fell", {"title": "Concern for review"})
    fell = Finding(Rule.AGREEMENT_FELL, "concern", title, seen, now, {}, ("item-1", "item-0"), links)
    (away,) = studio_away("down", now - timedelta(minutes=20), now)
    with site.service.database.writing() as session:
        first, _ = alerts.reconcile(session, site.service.project.id, [fell, away], now)
        alerts.reconcile(session, site.service.project.id, [fell], now + timedelta(minutes=5))
    return first.id


def test_the_desk_shows_what_stands_and_leads_to_it(site, told):
    client = site.enter(Role.COORDINATOR)
    desk = client.get("/coordinator").text
    assert f'href="/coordinator/alerts/{told}"' in desk
    assert "0.41 (0.30 to 0.52, n = 60)" in desk
    assert "Label Studio is away" not in desk
    page = client.get(f"/coordinator/alerts/{told}").text
    assert page.index("item-1") < page.index("item-0"), "the most telling first"
    assert 'href="/guideline#fee"' in page


def test_an_alert_is_said_in_the_language_of_whoever_reads_it(site, told):
    page = site.enter(Role.COORDINATOR).get(f"/coordinator/alerts/{told}", headers={"Accept-Language": "es"}).text
    assert "<h1>El acuerdo sobre Concern for review bajó</h1>" in page
    assert (
        "Desde que empezó la semana del 2026-03-02, el alfa de Concern for review pasó de 0.80 (0.70 a 0.88, n = 120) "
        "a 0.41 (0.30 a 0.52, n = 60)." in page
    )
    assert '<a href="/guideline#fee">La cláusula que más se confunde</a>' in page
    assert "Lea algunos de los elementos" in page
    english = site.enter(Role.COORDINATOR).get("/api/v1/alerts", headers={"Accept-Language": "es"}).json()["items"]
    assert "Agreement on Concern for review fell" in {alert["title"] for alert in english}


def test_an_alert_from_before_its_parts_were_kept_is_told_as_it_was(site, told):
    with site.service.database.writing() as session:
        session.get_one(Alert, told).parts = {}
    page = site.enter(Role.COORDINATOR).get(f"/coordinator/alerts/{told}", headers={"Accept-Language": "es"}).text
    assert "<h1>Agreement on Concern for review fell</h1>" in page
    assert '<a href="/guideline#fee">The clause that is mixed up most</a>' in page


def test_somebody_takes_it_on_with_a_note(site, told):
    client = site.enter(Role.COORDINATOR)
    address = f"/coordinator/alerts/{told}"
    assert client.post(address, data={"note": "x" * 1001}).status_code == 422
    assert client.post(address, data={"note": "I ask the editors."}).status_code == 303
    assert "I ask the editors." in client.get(address).text
    assert "taken on" in client.get("/coordinator").text
    assert client.get("/coordinator/alerts/none").status_code == 404
    assert client.post("/coordinator/alerts/none").status_code == 404


def test_the_history_keeps_what_has_closed(site, told):
    page = site.enter(Role.COORDINATOR).get("/coordinator/alerts").text
    assert page.index("Agreement on") < page.index("Before") < page.index("Label Studio is away")


def test_the_api_lists_them_page_by_page(site, told):
    client = site.enter(Role.COORDINATOR)
    first = client.get("/api/v1/alerts?limit=1").json()
    second = client.get(f"/api/v1/alerts?limit=1&cursor={first['next']}").json()
    found = first["items"] + second["items"]
    assert {one["rule"]: one["state"] for one in found} == {"agreement_fell": "open", "studio_away": "closed"}
    assert second["next"] is None
    assert all(one["why"] and one["what_to_do"] for one in found)


def test_a_silent_worker_is_told_of_without_the_worker(site):
    client = site.enter(Role.COORDINATOR)
    assert "worker is silent" not in client.get("/coordinator").text
    with site.service.database.writing() as session:
        heartbeat.write(session, site.service.now() - timedelta(minutes=40), [])
    assert "The worker is silent." in client.get("/coordinator").text
