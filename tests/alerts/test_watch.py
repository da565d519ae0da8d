"""Alerts on people, floods and parts, from what is stored; each closes itself when what it rests on is gone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from annotator.alerts.watch import Watcher
from annotator.domain.alerts import Rule
from annotator.domain.items import ItemState
from annotator.people.erasure import erase_account
from annotator.quality.decisions import decide_pause, watch as weigh
from annotator.storage import alerts, items, markers, outbox, projects, quality
from annotator.storage.markers import STUDIO_STATE
from annotator.storage.outbox import OutboxKind
from annotator.storage.tables import Identity
from tests.world import SCHEMA

pytestmark = pytest.mark.usefixtures("no_limits")


@pytest.fixture
def watcher(world):
    return Watcher(world.database, world.project, SCHEMA, studio=True)


def standing(world, rule: Rule):
    with world.database.reading() as session:
        return [alert for alert in alerts.open_alerts(session, world.project.id) if alert.rule == rule]


def label(world, person, count: int, rating: str) -> None:
    for _ in range(count):
        world.answer(person, world.next(person).lease_id, rating)
        world.pass_time(seconds=20)


def clicked_through(world) -> list[str]:
    """Three people, of whom the last rates far from the others from the thirteenth item on."""
    world.add_items(24)
    people = world.volunteers(3)
    for person in people:
        label(world, person, 12, "0")
    for person, rating in zip(people, "003", strict=True):
        label(world, person, 12, rating)
    weigh(world.database, world.project, SCHEMA, world.clock.now())
    return people


def test_somebody_whose_answers_came_to_differ_is_told_of_with_counts_and_items(world, watcher):
    people = clicked_through(world)
    watcher.run(world.clock.now())
    (alert,) = standing(world, Rule.ANNOTATOR_CHANGED)
    assert alert.person_id == alert.subject == people[2]
    assert "12 of 12 (76% to 100%) ratings are two steps or more from the others'; before, 0 of 12" in alert.seen
    assert "paused, provisionally" in alert.seen
    assert len(alert.items) == 12
    assert [title for title, _ in alert.links] == ["Their page", "Control answers and pauses"]

    with world.database.reading() as session:
        pause = quality.open_pause(session, people[2])
    world.pass_time(seconds=20)
    decide_pause(world.database, people[0], pause.id, "We have talked.", world.clock.now(), resume=True)
    watcher.run(world.clock.now())
    assert standing(world, Rule.ANNOTATOR_CHANGED) == []


def test_what_was_thought_of_somebody_goes_with_their_account(world, watcher):
    clicked_through(world)
    watcher.run(world.clock.now())
    with world.database.reading() as session:
        (person,) = {one.person_id for one in alerts.history(session, world.project.id, 10)} - {None}
    with world.database.writing() as session:
        session.add(Identity(person_id=person, email="someone@example.org", password_hash="-"))
    erase_account(world.database, person, world.clock.now())
    with world.database.reading() as session:
        assert {one.person_id for one in alerts.history(session, world.project.id, 10)} <= {None}


def arrive(world, number: int, campaign: str | None, *, first: int, text: str = "Work number {n}.") -> list[str]:
    rows = []
    for n in range(first, first + number):
        words = text.format(n=n)
        rows.append(
            items.NewItem(
                f"item-{n:05d}", words, items.text_hash(words), "synthetic", ItemState.READY, campaign=campaign
            )
        )
    with world.database.writing() as session:
        assert items.add(session, world.project, rows, world.clock.now()) == []
    return [row.id for row in rows]


def test_a_campaign_that_floods_is_told_of_until_its_items_are_held_or_lowered(world, watcher):
    for n in range(60):
        arrive(world, 1, f"c{n // 2}", first=n)
    watcher.run(world.clock.now())
    assert standing(world, Rule.CAMPAIGN_FLOODS) == []
    flood = arrive(world, 40, "template-7", first=1000)
    watcher.run(world.clock.now())
    (alert,) = standing(world, Rule.CAMPAIGN_FLOODS)
    assert alert.subject == "template-7"
    assert "40 of 100 postings that came in the last seven days (40%, 99 % interval" in alert.seen
    assert alert.links == [["All its items", "/coordinator/items?campaign=template-7"]]
    assert len(alert.items) == 40
    with world.database.writing() as session:
        for place, item_id in enumerate(flood[:25]):
            item = session.get_one(items.Item, item_id)
            item.on_hold, item.precedence = place < 12, 0 if place < 12 else -1
            session.add(item)
    watcher.run(world.clock.now())
    assert standing(world, Rule.CAMPAIGN_FLOODS) == []


def test_copies_without_a_campaign_are_found_by_their_words(world, watcher):
    words = (
        "Kitchen help wanted from Monday, call us on {n}, room beside the site, pay every second Friday, bring boots."
    )
    for n in range(60):
        arrive(world, 1, f"c{n}", first=n)
    arrive(world, 30, None, first=1000, text=words)
    watcher.run(world.clock.now())
    (alert,) = standing(world, Rule.CAMPAIGN_FLOODS)
    assert alert.numbers["count"] == 30
    assert "are of one template" in alert.seen


def test_parts_that_are_late_are_told_of_and_forgotten_when_they_are_well(world, watcher):
    now = world.clock.now()
    with world.database.writing() as session:
        outbox.add(session, now, OutboxKind.ANNOTATION, "x")
        markers.put(session, STUDIO_STATE, f"down {now.isoformat()}")
    watcher.run(now)
    assert standing(world, Rule.OUTBOX_BEHIND) == standing(world, Rule.STUDIO_AWAY) == []
    world.pass_time(minutes=20)
    watcher.run(world.clock.now())
    assert standing(world, Rule.OUTBOX_BEHIND)
    assert standing(world, Rule.STUDIO_AWAY)[0].since == now
    with world.database.writing() as session:
        session.delete(
            session.get_one(outbox.Outbox, outbox.due(session, world.project.id, world.clock.now(), 9)[0].id)
        )
        markers.put(session, STUDIO_STATE, f"up {world.clock.now().isoformat()}")
    watcher.run(world.clock.now())
    with world.database.reading() as session:
        assert alerts.open_alerts(session, world.project.id) == []


def test_a_guideline_that_is_not_approved_is_told_of(world, watcher):
    other = replace(SCHEMA, version="9.0.0", sha256="9" * 64)
    with world.database.writing() as session:
        version = projects.guideline_version(session, world.clock.now(), other)
    world.change(guideline_version_id=version.id)
    watcher.run(world.clock.now())
    assert standing(world, Rule.NOT_APPROVED)
