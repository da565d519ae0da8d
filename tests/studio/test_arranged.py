"""The Data Manager of a real Label Studio as coordinators find it: tabs, columns, ground truth; and what they do there."""

from __future__ import annotations

import json

import pytest

from annotator.adjudication.bench import Bench, Verdict
from annotator.dispensing.dispense import Nothing
from annotator.dispensing.submit import Submission, submit
from annotator.domain.adjudication import Cause
from annotator.domain.answers import Answer
from annotator.domain.ids import new_id
from annotator.settings import Settings
from annotator.storage.tables import StudioChange
from annotator.storage.tables_webhooks import MirrorGold
from annotator.studio.columns import push_columns
from annotator.studio.gold import push_gold
from annotator.studio.views import VIEWS, arrange
from tests.studio.test_mirror import choice, hand, label, mirror, rows, schema  # noqa: F401
from tests.world import SCHEMA

pytestmark = pytest.mark.studio


def tabs(hand, mirror):  # noqa: F811
    return hand.get("/api/dm/views/", params={"project": mirror.ls_project}).json()


def in_tab(hand, mirror, title):  # noqa: F811
    """Return the public ids that a tab shows, in its order, as the Data Manager asks for them."""
    tab = next(tab for tab in tabs(hand, mirror) if tab["data"]["title"] == title)
    page = hand.get("/api/tasks/", params={"view": tab["id"], "project": mirror.ls_project, "fields": "all"})
    return [task["meta"]["id"] for task in page.json()["tasks"]]


@pytest.fixture
def labelled(world, no_limits, mirror):  # noqa: F811
    """Three people answered three items: of one mind on the first, in two camps on the second, all apart on the third."""
    world.add_items(3)
    plan = {"item-00000": "111", "item-00001": "112", "item-00002": "012"}
    ratings = {world.item(name).id: given for name, given in plan.items()}
    for number, person in enumerate(world.volunteers(3)):
        while not isinstance(given := world.next(person), Nothing):
            value = ratings[given.item_id][number]
            sent = Submission(given.lease_id, new_id(), 3.5, choice(value), Answer(choices={"concern": (value,)}))
            submit(world.database, world.project, SCHEMA, person, sent, world.clock.now())
    world.add_items(1, first=3)
    mirror.push()
    return plan


def columns_of(hand, mirror, name):  # noqa: F811
    page = hand.get("/api/tasks/", params={"project": mirror.ls_project, "fields": "all"}).json()["tasks"]
    return next(task["data"] for task in page if task["meta"]["id"] == name)


def decide(world, name, value="1"):
    (person,) = world.volunteers(1)
    bench = Bench(world.database, world.project, SCHEMA)
    bench.take(person, name, world.clock.now())
    answer = Answer(choices={"concern": (value,)})
    bench.decide(person, Verdict(name, f"k-{name}", choice(value), answer, Cause.AMBIGUOUS_TEXT), world.clock.now())
    return bench


def test_tabs_are_made_once_and_a_coordinators_own_stay(world, mirror, client, hand):  # noqa: F811
    world.add_items(1)
    mirror.push()
    assert [tab["data"]["title"] for tab in tabs(hand, mirror)] == [view.title for view in VIEWS]
    own = {"project": mirror.ls_project, "data": {"title": "Mine", "filters": {"conjunction": "and", "items": []}}}
    assert hand.post("/api/dm/views/", json=own).status_code == 201
    first = tabs(hand, mirror)[0]
    first["data"]["ordering"] = ["tasks:id"]
    assert hand.patch(
        f"/api/dm/views/{first['id']}/", json={"data": first["data"], "project": mirror.ls_project}
    ).is_success
    gone = tabs(hand, mirror)[-2]
    hand.delete(f"/api/dm/views/{gone['id']}/")
    before = {tab["id"]: tab["data"] for tab in tabs(hand, mirror)}
    assert arrange(client, mirror.ls_project) == 1
    assert arrange(client, mirror.ls_project) == 0
    after = {tab["id"]: tab["data"] for tab in tabs(hand, mirror)}
    assert {key: after[key] for key in before} == before
    assert {data["title"] for data in after.values()} == {"Mine", *(view.title for view in VIEWS)}


def test_columns_show_how_items_stand_and_tabs_hold_what_they_say(world, labelled, mirror, hand):  # noqa: F811
    assert columns_of(hand, mirror, "item-00003")["state"] == "open"
    assert push_columns(world.database, world.project, mirror, SCHEMA.rating) == 3
    assert push_columns(world.database, world.project, mirror, SCHEMA.rating) == 0
    agreed = columns_of(hand, mirror, "item-00000")
    assert (agreed["state"], agreed["answers"], agreed["agreement"], agreed["rating"]) == ("agreed", 3, 1.0, "1")
    assert agreed["probability"] == pytest.approx(1 - agreed["risk"], abs=0.002)
    assert agreed["text"] == world.item("item-00000").text
    assert in_tab(hand, mirror, "Needs adjudication")[0] == "item-00002"
    assert set(in_tab(hand, mirror, "Low agreement")) == {"item-00001", "item-00002"}
    assert in_tab(hand, mirror, "Low agreement")[0] == "item-00002"
    assert in_tab(hand, mirror, "Most doubtful")[0] == "item-00002"
    assert in_tab(hand, mirror, "Done") == [name for name in labelled if world.item(name).state == "agreed"]
    assert len(in_tab(hand, mirror, "All")) == 4
    decide(world, "item-00002")
    assert push_columns(world.database, world.project, mirror, SCHEMA.rating) == 1
    assert "item-00002" in in_tab(hand, mirror, "Done")
    assert mirror.sweep() == 0
    assert mirror.books().balanced


def test_a_decision_is_ground_truth_there_until_the_item_is_opened_again(world, labelled, mirror, hand):  # noqa: F811
    bench = decide(world, "item-00002")
    assert push_gold(world.database, world.project, mirror) == 1
    assert push_gold(world.database, world.project, mirror) == 0
    (stars,) = [starred(mirror, world.item("item-00002").id)]
    assert [one.result for one in stars] == [tuple(choice("1"))]
    assert mirror.sweep() == 0
    assert rows(world, StudioChange) == []
    assert mirror.books().balanced
    bench.reopen(world.volunteers(1)[0], "item-00002", world.clock.now())
    assert push_gold(world.database, world.project, mirror) == 1
    assert starred(mirror, world.item("item-00002").id) == []
    assert rows(world, MirrorGold) == []


def starred(mirror, item_id):  # noqa: F811
    found = {change.item_id: change for change in mirror.client.all_annotations(mirror.ls_project)}
    return [one for one in found[item_id].annotations if one.ground_truth]


def test_a_star_that_a_coordinator_sets_is_noted_and_so_is_an_edit_of_gold(world, labelled, mirror, hand):  # noqa: F811
    decide(world, "item-00002")
    push_gold(world.database, world.project, mirror)
    mirror.sweep()
    found = {change.item_id: change for change in mirror.client.all_annotations(mirror.ls_project)}
    raw = found[world.item("item-00000").id].annotations[0]
    gold = next(one for one in found[world.item("item-00002").id].annotations if one.ground_truth)
    assert hand.patch(f"/api/annotations/{raw.annotation_id}/", json={"ground_truth": True}).is_success
    assert hand.patch(f"/api/annotations/{gold.annotation_id}/", json={"result": choice("2")}).is_success
    assert mirror.sweep() == 2
    assert mirror.sweep() == 0
    noted = {change.ls_annotation_id: change for change in rows(world, StudioChange)}
    assert noted[raw.annotation_id].ground_truth
    assert noted[raw.annotation_id].annotation_id is not None
    assert noted[gold.annotation_id].result == choice("2")
    assert json.dumps(choice("2")) in json.dumps(noted[gold.annotation_id].result)


def test_a_change_there_is_back_within_a_minute():
    assert Settings().sweep_seconds <= 30
