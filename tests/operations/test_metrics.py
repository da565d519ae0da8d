"""Metrics and the operations page: counts of this process and of the database, nobody in them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from annotator.domain.roles import Role
from annotator.settings import Settings
from annotator.storage import heartbeat
from annotator.storage.heartbeat import DutyState


@pytest.fixture
def scraped(site):
    """Return the metrics by name and labels, as a scraper reads them."""
    site.service.settings = Settings(**site.service.settings.model_dump() | {"metrics_token": "scrape"})

    def scrape():
        reply = site.client().get("/metrics", headers={"Authorization": "Bearer scrape"})
        assert reply.status_code == 200
        families = text_string_to_metric_families(reply.text)
        return {(s.name, *sorted(s.labels.values())): s.value for family in families for s in family.samples}

    return scrape


def test_without_a_token_there_are_none_and_a_wrong_one_is_refused(site, scraped):
    assert site.client().get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code in {303, 401}
    site.service.settings = Settings(**site.service.settings.model_dump() | {"metrics_token": ""})
    assert site.client().get("/metrics").status_code == 404


def test_items_leases_and_requests_are_counted(site, scraped):
    site.add_items(["Pickers wanted.", "Cooks wanted."])
    volunteer = site.enter(Role.VOLUNTEER)
    volunteer.post("/api/v1/next")
    volunteer.get("/no/such/page")
    seen = scraped()
    assert seen["annotator_items", "ready"] + seen["annotator_items", "leased"] == 2
    assert seen["annotator_leases", "live"] == 1
    assert seen["annotator_requests_total", "/api/v1/next", "200", "POST"] == 1
    assert seen["annotator_requests_total", "(none)", "404", "GET"] == 1


def test_overdue_leases_and_a_silent_worker_show(site, scraped, clock):
    site.add_items(["Pickers wanted."])
    site.enter(Role.VOLUNTEER).post("/api/v1/next")
    with site.service.database.writing() as session:
        heartbeat.write(session, clock.now(), [DutyState("retrain", 10, None, 2, "no room")])
    clock.advance(timedelta(hours=2))
    seen = scraped()
    assert seen["annotator_leases", "overdue"] == 1
    assert seen["annotator_worker_silent_seconds",] == 7200
    assert seen["annotator_duty_failures", "retrain"] == 2


def test_the_operations_page_says_what_a_silent_worker_means_and_names_failing_duties(site, clock):
    coordinator = site.enter(Role.COORDINATOR)
    assert "never seen" in coordinator.get("/coordinator/operations").text
    with site.service.database.writing() as session:
        heartbeat.write(session, clock.now(), [DutyState("retrain", 10, clock.now(), 2, "There is no room.")])
    page = coordinator.get("/coordinator/operations").text
    assert "well, 0 s ago" in page
    assert "There is no room." in page
    assert "GET /coordinator/operations" in page
    clock.advance(timedelta(minutes=10))
    assert "silent for 600 s" in coordinator.get("/coordinator/operations").text


def test_an_answer_bears_an_id_that_is_new_each_time(site):
    client = site.client()
    ids = {client.get("/healthz").headers["X-Request-ID"] for _ in range(3)}
    assert len(ids) == 3
