"""The alert that agreement fell, from stored answers to what a coordinator reads."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from annotator.alerts.watch import Watcher
from annotator.domain.alerts import AlertState, Rule
from annotator.domain.errors import ConflictError, InputError, NotFoundError
from annotator.domain.ids import new_id
from annotator.storage import alerts, audit, guideline_life, items, projects
from annotator.storage.guideline_life import Activation
from annotator.storage.tables import Annotation, Lease
from tests.world import SCHEMA, approve

NEWER = replace(SCHEMA, version="1.1.0", sha256="1" * 64)


def label(world, people, n: int, *, same: float, seed: int, first: int = 0) -> list[str]:
    """Let two of the people answer each of `n` new items, a minute apart; `same` is the share of pairs that agree."""
    rng = np.random.default_rng(seed)
    names = world.add_items(n, first=first)
    with world.database.writing() as session:
        for name in names:
            item = items.by_public_id(session, world.project.id, name)
            pair = rng.choice(people, 2, replace=False)
            ratings = ["1", "1" if rng.random() < same else "3"]
            for slot, (person, rating) in enumerate(zip(pair, ratings, strict=True)):
                marked = "present" if rating == "3" else "not stated"
                store(world, session, item, str(person), slot, {"concern": rating, "FEE": marked, "DEBT": "not stated"})
            item.answered = 2
            world.pass_time(minutes=1)
    return names


def store(world, session, item, person: str, slot: int, labels: dict) -> None:
    now = world.clock.now()
    lease = Lease(item_id=item.id, person_id=person, slot=slot, state="answered", created_at=now, expires_at=now)
    session.add(lease)
    session.flush()
    row = Annotation(
        lease_id=lease.id,
        item_id=item.id,
        person_id=person,
        guideline_version_id=world.project.guideline_version_id,
        key=new_id(),
        result=[],
        answer={},
        labels=labels,
        rating=labels["concern"],
        lead_time=20.0,
        created_at=now,
    )
    session.add(row)
    session.flush()


def take_up(world, schema) -> None:
    now = world.clock.now()
    with world.database.writing() as session:
        version = projects.guideline_version(session, now, schema)
        approve(session, now, version.id)
        guideline_life.activate(session, now, "test", world.project.id, version, Activation((), ()))
    world.change(guideline_version_id=version.id)


def watched(world):
    """Look; return what was opened about agreement: the items here are copies of one text, which floods."""
    opened = Watcher(world.database, world.project, world.schema).run(world.clock.now())
    return [alert for alert in opened if alert.rule == Rule.AGREEMENT_FELL]


@pytest.fixture
def fallen(world):
    """A project whose agreement fell with version 1.1.0, an hour or two before now."""
    people = world.volunteers(8)
    label(world, people, 120, same=0.9, seed=1)
    assert watched(world) == []
    take_up(world, NEWER)
    return people, label(world, people, 80, same=0.4, seed=2, first=500)


def test_a_fall_after_a_guideline_change_is_told_in_numbers_with_its_version_and_items(world, fallen):
    _, after = fallen
    alerts_by_label = {alert.subject: alert for alert in watched(world)}
    alert = alerts_by_label["concern"]
    assert alert.title == "Agreement on Concern for review fell after guideline 1.1.0"
    assert alert.numbers["version"] == "1.1.0"
    assert alert.numbers["before"]["value"] > alert.numbers["after"]["value"]
    assert alert.numbers["shift"]["low"] > 0
    assert alert.numbers["after"]["n_items"] == 80
    assert alert.numbers["mixed"] == "FEE"
    assert f"{alert.numbers['shift']['value']:.2f} steps further apart, 95 % interval" in alert.seen
    assert "Mixed up most: Fee" in alert.seen
    assert "n = 120" in alert.seen
    assert set(alert.items) <= set(after)
    assert len(alert.items) > 20
    assert alert.since < world.clock.now() - timedelta(minutes=79)


def test_nothing_is_opened_twice_and_looking_again_changes_nothing(world, fallen):
    first = watched(world)
    assert first
    assert watched(world) == []
    with world.database.reading() as session:
        assert {alert.id for alert in first} <= {alert.id for alert in alerts.open_alerts(session, world.project.id)}


def test_somebody_takes_it_on_and_it_closes_itself_when_agreement_is_back(world, fallen):
    people, _ = fallen
    alert = next(alert for alert in watched(world) if alert.subject == "concern")
    (coordinator,) = world.volunteers(1)
    with world.database.writing() as session:
        with pytest.raises(NotFoundError):
            alerts.acknowledge(session, new_id(), coordinator, "", world.clock.now())
        with pytest.raises(InputError):
            alerts.acknowledge(session, alert.id, coordinator, "x" * 1001, world.clock.now())
        alerts.acknowledge(session, alert.id, coordinator, " The clause is being reworded. ", world.clock.now())
    assert watched(world) == []
    label(world, people, 90, same=0.95, seed=3, first=1000)
    watched(world)
    with world.database.writing() as session:
        assert Rule.AGREEMENT_FELL not in {each.rule for each in alerts.open_alerts(session, world.project.id)}
        found = alerts.by_id(session, world.project.id, alert.id)
        assert found.state == AlertState.CLOSED
        assert (found.note, found.acknowledged_by) == ("The clause is being reworded.", coordinator)
        with pytest.raises(ConflictError):
            alerts.acknowledge(session, alert.id, coordinator, "", world.clock.now())
        actions = [line.action for line in audit.history(session, alert.id)]
        assert actions == ["alert.opened", "alert.acknowledged", "alert.closed"]
        assert alert.id in [each.id for each in alerts.history(session, world.project.id, 10)]
        newest = alerts.history(session, world.project.id, 1)[0].id
        assert newest not in [each.id for each in alerts.history(session, world.project.id, 10, after=newest)]


def test_a_fall_without_a_new_version_is_told_of_the_week_it_began_in(world):
    people = world.volunteers(8)
    world.pass_time(days=3)
    label(world, people, 120, same=0.9, seed=1)
    world.pass_time(days=4)  # the next Monday
    assert watched(world) == []
    label(world, people, 80, same=0.4, seed=2, first=500)
    alert = next(alert for alert in watched(world) if alert.subject == "concern")
    assert alert.numbers["version"] == ""
    assert "Since the week of 2026-03-09 began" in alert.seen


def test_a_project_whose_agreement_stays_as_it_was_has_no_alert(world):
    people = world.volunteers(8)
    label(world, people, 120, same=0.6, seed=1)
    take_up(world, NEWER)
    label(world, people, 120, same=0.6, seed=2, first=500)
    world.pass_time(days=10)
    label(world, people, 60, same=0.6, seed=3, first=1000)
    assert watched(world) == []
