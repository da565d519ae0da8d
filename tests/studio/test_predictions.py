"""What a model says, as predictions in a real Label Studio: one of ours a task, whatever is pushed again, and others' left alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlmodel import select

from annotator.domain.ids import new_id
from annotator.domain.items import ItemState
from annotator.storage import item_state, mirror as mirror_rows
from annotator.storage.tables_learning import Prediction
from annotator.studio.mirror import Mirror
from annotator.studio.predictions import push_predictions
from annotator.studio.wire import PREDICTED
from tests.world import SCHEMA

pytestmark = pytest.mark.studio

CONFIG = """<View>
  <Text name="text" value="$text"/>
  <Choices name="concern" toName="text"><Choice value="0"/><Choice value="1"/><Choice value="2"/><Choice value="3"/></Choices>
</View>"""


@pytest.fixture
def mirror(world, client):
    schema = replace(SCHEMA, name="predictions", sha256=new_id().ljust(64, "0").lower())
    return Mirror(world.database, client, world.project, schema, CONFIG, world.clock)


def push(world, mirror):
    return push_predictions(world.database, world.project, mirror, SCHEMA.rating)


def there(mirror):
    """What the server holds: version, rating and score by item id."""
    return {
        task.meta["item"]: [
            (one.model_version, one.result[0]["value"]["choices"][0], round(one.score, 3)) for one in task.predictions
        ]
        for task in mirror.client.page(mirror.ls_project, [], PREDICTED, 100)
    }


def waiting(world):
    with world.database.reading() as session:
        return len(session.exec(select(Prediction).where(~Prediction.mirrored)).all())


def test_predictions_arrive_once_with_version_and_score(world, mirror):
    sure, unsure = world.add_items(2)
    mirror.push()
    world.use_model({sure: (0.9, 0.05, 0.03, 0.02), unsure: (0.2, 0.25, 0.25, 0.3)})
    assert push(world, mirror) == 2
    assert push(world, mirror) == 0
    expected = {world.item(sure).id: [("annotator 1", "0", 0.9)], world.item(unsure).id: [("annotator 1", "3", 0.3)]}
    assert there(mirror) == expected
    with world.database.writing() as session:  # as when the reply was lost
        for row in session.exec(select(Prediction)):
            row.mirrored = False
    assert push(world, mirror) == 2
    assert there(mirror) == expected


def test_a_newer_version_replaces_what_it_moved_and_leaves_what_others_said(world, mirror):
    moved, still = world.add_items(2)
    mirror.push()
    world.use_model(dict.fromkeys((moved, still), (0.7, 0.1, 0.1, 0.1)))
    push(world, mirror)
    with world.database.reading() as session:
        task = mirror_rows.task_of(session, world.item(moved).id, world.project.guideline_version_id)
    result = [{"id": "x", "from_name": "concern", "to_name": "text", "type": "choices", "value": {"choices": ["2"]}}]
    mirror.client.sdk.predictions.create(task=task, result=result, score=0.5, model_version="somebody else")
    world.use_model({moved: (0.1, 0.1, 0.1, 0.7)}, version=2)
    assert push(world, mirror) == 1
    held = there(mirror)
    assert sorted(held[world.item(moved).id]) == [("annotator 2", "3", 0.7), ("somebody else", "2", 0.5)]
    assert held[world.item(still).id] == [("annotator 1", "0", 0.7)]


def test_items_that_are_shut_away_or_have_no_task_yet_wait(world, mirror):
    shut, late = world.add_items(2)
    world.use_model(dict.fromkeys((shut, late), (0.7, 0.1, 0.1, 0.1)))
    assert push(world, mirror) == 0
    mirror.push()
    with world.database.writing() as session:
        item_state.move(session, world.clock.now(), "test", world.item(shut).id, ItemState.QUARANTINED)
    assert push(world, mirror) == 1
    assert waiting(world) == 1


def test_a_task_that_was_deleted_there_holds_nothing_up_and_gets_its_prediction_when_it_is_back(world, mirror):
    (name,) = world.add_items(1)
    mirror.push()
    item = world.item(name)
    with world.database.reading() as session:
        task = mirror_rows.task_of(session, item.id, world.project.guideline_version_id)
    mirror.client.sdk.tasks.delete(id=str(task))
    world.use_model({name: (0.7, 0.1, 0.1, 0.1)})
    push(world, mirror)
    assert waiting(world) == 0
    with world.database.writing() as session:
        mirror_rows.drop_task(session, item.id, world.project.guideline_version_id)
    mirror.push()
    assert push(world, mirror) == 1
    assert there(mirror) == {item.id: [("annotator 1", "0", 0.7)]}
