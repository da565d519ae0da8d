"""The coordinator's page of webhooks."""

from __future__ import annotations

from sqlmodel import select

from annotator.domain.items import ItemState
from annotator.domain.roles import Role
from annotator.storage import item_state, items
from annotator.storage.tables_webhooks import WebhookDelivery


def test_a_coordinator_adds_pauses_changes_the_secret_and_removes(site):
    site.service.settings.__dict__["webhooks_private"] = True
    desk = site.enter(Role.COORDINATOR)
    url = "http://127.0.0.1:9/hook"
    refused = desk.post("/coordinator/webhooks", data={"url": "http://example.org/", "event": "item.agreed"})
    assert refused.status_code == 422
    made = desk.post("/coordinator/webhooks", data={"url": url, "event": ["item.agreed", "item.adjudicated"]}).text
    secret = made.split("<p><code>")[1].split("</code>")[0]
    assert secret.startswith("whsec_")
    page = desk.get("/coordinator/webhooks").text
    assert secret not in page
    assert url in page
    endpoint = page.split("/coordinator/webhooks/")[1].split("/")[0]
    assert desk.post(f"/coordinator/webhooks/{endpoint}/pause").status_code == 303
    assert "paused" in desk.get("/coordinator/webhooks").text
    assert desk.post(f"/coordinator/webhooks/{endpoint}/resume").status_code == 303
    assert "whsec_" in desk.post(f"/coordinator/webhooks/{endpoint}/secret").text
    assert desk.post(f"/coordinator/webhooks/{endpoint}/removal").status_code == 303
    assert url not in desk.get("/coordinator/webhooks").text


def test_dead_letters_are_sent_again_or_thrown_away(site, database):
    site.service.settings.__dict__["webhooks_private"] = True
    desk, now = site.enter(Role.COORDINATOR), site.service.now()
    desk.post("/coordinator/webhooks", data={"url": "http://127.0.0.1:9/hook", "event": "item.agreed"})
    site.add_items(["One.", "Two."])
    letters = []
    for name in ("item-0", "item-1"):
        with database.writing() as session:
            item = items.by_public_id(session, site.service.project.id, name)
            item_state.move(session, now, "test", item.id, ItemState.AGREED)
    with database.writing() as session:
        for row in session.exec(select(WebhookDelivery)):
            row.dead_at, row.error, row.tries = now, "the receiver said 500", 9
            letters.append(row.id)
    assert desk.get("/coordinator/webhooks").text.count("the receiver said 500") == 2
    for letter, decision in zip(letters, ("redeliver", "discard"), strict=True):
        reply = desk.post(f"/coordinator/webhooks/letters/{letter}", data={"decision": decision})
        assert reply.status_code == 303
    page = desk.get("/coordinator/webhooks").text
    assert "the receiver said 500" not in page
    with database.reading() as session:
        assert [row.id for row in session.exec(select(WebhookDelivery))] == letters[:1]
