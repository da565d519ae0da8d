"""Actions on many items through the pages and the calls: look, confirm, undo."""

from __future__ import annotations

import re

import pytest

from annotator.domain.roles import Role
from annotator.storage import items


@pytest.fixture
def desk(site):
    site.add_items([f"Posting {n} of the {'harvest' if n % 2 else 'kitchen'}." for n in range(60)])
    return site.enter(Role.COORDINATOR)


def on_hold(site):
    with site.service.database.reading() as session:
        return sum(items.by_public_id(session, site.service.opened.id, f"item-{n}").on_hold for n in range(60))


def hidden(page):
    form = page.split('<form method="post" action="/coordinator/bulk?')[-1].split("</form>")[0]
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))


def test_all_that_a_search_finds_are_shown_first_then_done_then_undone(site, desk):
    page = desk.get("/coordinator/items?text=harvest").text
    assert "30 that this search finds" in page
    address = re.search(r'action="(/coordinator/bulk/preview[^"]*)"', page).group(1).replace("&amp;", "&")
    shown = desk.post(address, data={"action": "hold", "everything": "true"})
    assert "Hold: 30 of 30 items?" in shown.text
    assert on_hold(site) == 0
    done = desk.post("/coordinator/bulk?text=harvest", data=hidden(shown.text))
    assert done.status_code == 303
    assert on_hold(site) == 30
    assert "Done with 30 items" in desk.get(done.headers["location"]).text
    assert "on hold" in desk.get("/coordinator/items?text=harvest").text
    assert desk.post(f"{done.headers['location']}/undo", data={}).status_code == 303
    assert on_hold(site) == 0
    assert "Taken back by" in desk.get(done.headers["location"]).text
    assert "taken back" in desk.get("/coordinator/bulk").text


def test_ticked_items_alone_are_touched_and_none_is_an_error(site, desk):
    shown = desk.post("/coordinator/bulk/preview", data={"action": "hold", "item": ["item-1", "item-2"]})
    form = {"action": "hold", "key": "k", "expected": "2", "item": ["item-1", "item-2"]}
    assert "Hold: 2 of 2 items?" in shown.text
    assert desk.post("/coordinator/bulk", data=form).status_code == 303
    assert on_hold(site) == 2
    assert desk.post("/coordinator/bulk/preview", data={"action": "hold"}).status_code == 422


def test_more_than_was_shown_is_shown_again(site, desk):
    form = {"action": "withdraw", "key": "k", "expected": "10", "everything": "true"}
    again = desk.post("/coordinator/bulk", data=form)
    assert again.status_code == 409
    assert "60 items are chosen now, and 10 when you looked" in again.text


def test_the_calls_do_the_same_once_a_key(site, desk):
    body = {"action": "raise", "items": ["item-3", "item-4", "nowhere"]}
    shown = desk.post("/api/v1/bulk/preview", json=body).json()
    assert (shown["chosen"], shown["can"], shown["refused"]) == (2, 2, [])
    made = [desk.post("/api/v1/bulk", json={**body, "key": "same"}).json() for _ in range(2)]
    assert made[0] == made[1]
    assert (made[0]["progress"], made[0]["done"]) == ("done", 2)
    again = desk.post("/api/v1/bulk", json={**body, "key": "other"}).json()
    assert again["refused"] == [{"reason": "has that place already", "items": 2, "examples": ["item-3", "item-4"]}]
    undone = desk.post(f"/api/v1/bulk/{made[0]['id']}/undo").json()
    assert (undone["progress"], undone["restored"]) == ("undone", 2)
    assert desk.get(f"/api/v1/bulk/{made[0]['id']}").json() == undone
    assert desk.post("/api/v1/bulk/preview", json={"action": "hold"}).status_code == 422
    assert desk.get("/api/v1/bulk/none").status_code == 404
    whole = desk.post("/api/v1/bulk/preview?text=kitchen", json={"action": "hold", "everything": True}).json()
    assert whole["can"] == 30
