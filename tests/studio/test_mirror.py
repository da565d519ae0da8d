"""The mirror against a real server: both sides hold the same answers, none twice, whatever fails in between."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest
from sqlmodel import select

from annotator.dispensing.returns import flag
from annotator.dispensing.submit import Submission, submit
from annotator.dispensing.withdrawal import leave
from annotator.domain.answers import Answer
from annotator.domain.errors import StudioUnavailableError
from annotator.domain.ids import new_id
from annotator.storage import markers, mirror as mirror_rows, outbox, projects
from annotator.storage.markers import STUDIO_STATE
from annotator.storage.tables import Annotation, Outbox, Person, Project, StudioChange
from annotator.studio.mirror import Books, Mirror
from annotator.studio.rows import key_number
from tests.world import SCHEMA

pytestmark = pytest.mark.studio

CONFIG = """<View>
  <Text name="text" value="$text"/>
  <Choices name="concern" toName="text"><Choice value="0"/><Choice value="1"/><Choice value="2"/></Choices>
</View>"""


def choice(value):
    return [{"id": "r1", "from_name": "concern", "to_name": "text", "type": "choices", "value": {"choices": [value]}}]


@pytest.fixture
def schema():
    """A guideline of its own for each test, so that each has a project of its own."""
    return replace(SCHEMA, name="mirror", sha256=new_id().ljust(64, "0").lower())


@pytest.fixture
def mirror(world, client, schema):
    return Mirror(world.database, client, world.project, schema, CONFIG, world.clock)


def label(world, person, value="1"):
    given = world.next(person)
    submission = Submission(given.lease_id, new_id(), 3.5, choice(value), Answer(choices={"concern": (value,)}))
    submit(world.database, world.project, SCHEMA, person, submission, world.clock.now())
    return given


@pytest.fixture
def hand(label_studio):
    """A coordinator's own hand on the server."""
    headers = {"Authorization": f"Token {label_studio.secrets.token}"}
    with httpx.Client(base_url=label_studio.url, headers=headers, timeout=30, trust_env=False) as client:
        yield client


def rows(world, table):
    with world.database.reading() as session:
        return list(session.exec(select(table)))


def test_answers_arrive_once_under_pseudonyms(world, mirror, client):
    world.add_items(4)
    ada, ben = world.volunteers(2)
    for person in (ada, ben, ada):
        label(world, person)
    assert mirror.push() == 3
    assert mirror.push() == 0
    assert mirror.books() == Books(missing=0, unknown=0, twice=0, alike=3)
    assert rows(world, Outbox) == []
    there = {
        one.completed_by: one.lead_time
        for task in client.all_annotations(mirror.ls_project)
        for one in task.annotations
    }
    assert there == {person.ls_user_id: 3.5 for person in rows(world, Person)}


def test_what_waits_while_the_server_is_away_arrives_later(world, mirror, client, label_studio):
    world.add_items(3)
    (ada,) = world.volunteers(1)
    label(world, ada)
    mirror.push()
    label_studio.stop()
    label(world, ada)
    with pytest.raises(StudioUnavailableError):
        mirror.push()
    with world.database.reading() as session:
        assert markers.get(session, STUDIO_STATE).startswith("down")
        assert outbox.state(session).waiting == 1
    label_studio.start()
    label_studio.wait_ready()
    assert mirror.push() == 1
    assert mirror.books() == Books(missing=0, unknown=0, twice=0, alike=2)


def test_a_reply_that_was_lost_never_makes_a_second_annotation(world, schema, mirror, lossy):
    world.add_items(2)
    (ada,) = world.volunteers(1)
    label(world, ada)
    mirror.push()
    label(world, ada)
    line, client = lossy
    shaky = Mirror(world.database, client, world.project, schema, CONFIG, world.clock)
    shaky.push_items()
    line.armed = True
    with pytest.raises(StudioUnavailableError):
        shaky.push()
    assert mirror.push() == 1
    assert mirror.books() == Books(missing=0, unknown=0, twice=0, alike=2)


def test_an_answer_deleted_there_is_put_back(world, mirror, hand):
    world.add_items(1)
    (ada,) = world.volunteers(1)
    label(world, ada)
    mirror.push()
    mirror.sweep()
    (stored,) = rows(world, Annotation)
    hand.delete(f"/api/annotations/{stored.ls_annotation_id}/").raise_for_status()
    assert mirror.books().missing == 1
    assert mirror.sweep() == 1
    mirror.push()
    assert mirror.books().balanced


def test_a_change_made_there_is_kept_beside_the_raw_answer_once(world, mirror, hand):
    world.add_items(1)
    (ada,) = world.volunteers(1)
    label(world, ada)
    mirror.push()
    mirror.sweep()
    (stored,) = rows(world, Annotation)
    hand.patch(f"/api/annotations/{stored.ls_annotation_id}/", json={"result": choice("2")}).raise_for_status()
    assert (mirror.sweep(), mirror.sweep()) == (1, 0)
    with world.database.reading() as session:
        (change,) = mirror_rows.changes_of(session, stored.item_id)
    assert change.annotation_id == stored.id
    assert change.result[0]["value"] == {"choices": ["2"]}
    assert rows(world, Annotation)[0].result == choice("1")


def test_an_annotation_made_there_by_hand_is_seen(world, mirror, hand):
    world.add_items(1)
    mirror.push()
    mirror.sweep()
    with world.database.reading() as session:
        item = world.item("item-00000")
        task = mirror_rows.task_of(session, item.id, world.project.guideline_version_id)
    hand.post(f"/api/tasks/{task}/annotations/", json={"result": choice("0")}).raise_for_status()
    assert mirror.sweep() == 1
    with world.database.reading() as session:
        (change,) = mirror_rows.changes_of(session, item.id)
    assert change.annotation_id is None
    assert mirror.books().balanced


def test_a_task_deleted_there_comes_back_with_its_answers(world, mirror, hand):
    world.add_items(1)
    ada, ben = world.volunteers(2)
    given = label(world, ada)
    mirror.push()
    with world.database.reading() as session:
        task = mirror_rows.task_of(session, given.item_id, world.project.guideline_version_id)
    hand.delete(f"/api/tasks/{task}/").raise_for_status()
    label(world, ben)
    mirror.push()
    world.pass_time(minutes=10)
    mirror.push()
    assert mirror.books() == Books(missing=0, unknown=0, twice=0, alike=2)


def test_a_task_that_vanished_without_a_trace_is_found_and_restored(world, mirror, hand):
    world.add_items(1)
    (ada,) = world.volunteers(1)
    given = label(world, ada)
    mirror.push()
    with world.database.reading() as session:
        task = mirror_rows.task_of(session, given.item_id, world.project.guideline_version_id)
    hand.delete(f"/api/tasks/{task}/").raise_for_status()
    assert mirror.heal() == 1
    for _ in range(2):
        mirror.push()
        world.pass_time(minutes=10)
    assert mirror.books() == Books(missing=0, unknown=0, twice=0, alike=1)
    assert mirror.heal() == 0


def test_a_quarantined_item_leaves_the_server(world, mirror, client):
    world.add_items(2)
    ada, ben = world.volunteers(2)
    given = label(world, ada)
    mirror.push()
    held = world.next(ben)
    assert held.item_id == given.item_id
    flag(world.database, ben, held.lease_id, SCHEMA.flags[0], None, world.clock.now())
    mirror.push()
    assert client.find_tasks(mirror.ls_project, [given.item_id]) == {}
    assert mirror.books() == Books(missing=0, unknown=0, twice=0, alike=0)


def test_a_new_server_gets_everything_again(world, mirror, hand):
    world.add_items(2)
    (ada,) = world.volunteers(1)
    label(world, ada)
    mirror.push()
    hand.delete(f"/api/projects/{mirror.ls_project}/").raise_for_status()
    fresh = Mirror(world.database, mirror.client, world.project, mirror.schema, CONFIG, world.clock)
    fresh.push()
    assert fresh.books() == Books(missing=0, unknown=0, twice=0, alike=1)


def test_an_answer_that_the_server_refuses_holds_up_nobody_else(world, mirror):
    world.add_items(3)
    ada, ben = world.volunteers(2)
    label(world, ada)
    label(world, ben)
    with world.database.writing() as session:
        first = session.exec(select(Annotation).where(Annotation.person_id == ada)).one()
        first.result = [{"value": "\x00"}]  # PostgreSQL and the server both refuse it; a stand-in for a poisoned row
        session.add(first)
    mirror.push()
    assert key_number(first.id) is not None
    assert mirror.books().alike >= 1


def test_a_withdrawn_answer_is_deleted_there_and_leaves_no_copy_here(world, mirror, client):
    world.add_items(1)
    ada, ben = world.volunteers(2)
    for person in (ada, ben):
        label(world, person)
    mirror.push()
    leave(world.database, SCHEMA, ada, world.clock.now(), withdraw_answers=True)
    mirror.sweep()  # before the deletion was pushed
    assert rows(world, StudioChange) == []
    mirror.push()
    (task,) = client.all_annotations(mirror.ls_project)
    assert [one.key_number for one in task.annotations] == [key_number(rows(world, Annotation)[0].id)]
    mirror.sweep()
    assert mirror.books() == Books(missing=0, unknown=0, twice=0, alike=1)
    assert (rows(world, Outbox), rows(world, StudioChange)) == ([], [])


def test_an_answer_that_was_withdrawn_before_it_was_pushed_never_gets_there(world, mirror, client):
    world.add_items(1)
    (ada,) = world.volunteers(1)
    label(world, ada)
    leave(world.database, SCHEMA, ada, world.clock.now(), withdraw_answers=True)
    mirror.push()
    assert list(client.all_annotations(mirror.ls_project)) == []
    assert rows(world, Outbox) == []


def test_an_answer_whose_reply_was_lost_is_deleted_by_its_key(world, mirror, client):
    world.add_items(1)
    (ada,) = world.volunteers(1)
    label(world, ada)
    mirror.push()
    with world.database.writing() as session:
        session.exec(select(Annotation)).one().ls_annotation_id = None
    leave(world.database, SCHEMA, ada, world.clock.now(), withdraw_answers=True)
    mirror.push()
    assert list(client.all_annotations(mirror.ls_project)) == []


def test_an_answer_under_an_earlier_version_is_deleted_in_that_versions_project(world, mirror, client, schema):
    world.add_items(1)
    (ada,) = world.volunteers(1)
    label(world, ada)
    mirror.push()
    newer = replace(schema, version="1.1.0", sha256=new_id().ljust(64, "1").lower())
    with world.database.writing() as session:
        row = projects.guideline_version(session, world.clock.now(), newer)
        project = session.get_one(Project, world.project.id)
        project.guideline_version_id = row.id
    later = Mirror(world.database, client, project, newer, CONFIG, world.clock)
    later.push()
    leave(world.database, SCHEMA, ada, world.clock.now(), withdraw_answers=True)
    later.push()
    assert list(client.all_annotations(mirror.ls_project)) == []
    assert rows(world, Outbox) == []
