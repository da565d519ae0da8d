"""The mirror's client against a real server: whatever is asked twice, or whose answer is lost, is there once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import psutil
import pytest

from annotator.domain.errors import ConfigError, NotFoundError, StudioUnavailableError
from annotator.studio.client import StudioClient
from annotator.studio.failures import StudioRefusedError
from annotator.studio.rows import TaskRef, key_number
from annotator.studio.wire import TITLE_LENGTH, titled
from tests.ports import free_port
from tests.studio.conftest import CONFIG, RESULT, TEXT, answer, rows

pytestmark = pytest.mark.studio


def held(client, project):
    """Every annotation of the project as the server holds it: (item, key number)."""
    return [(task.item_id, there.key_number) for task in client.all_annotations(project) for there in task.annotations]


def test_health_says_nothing_when_all_is_well(client):
    client.health()


def test_a_wrong_token_is_a_matter_of_configuration(label_studio):
    with pytest.raises(ConfigError, match="401"):
        StudioClient(label_studio.url, "0" * 40).health()


def test_nobody_there_is_unavailable():
    with pytest.raises(StudioUnavailableError):
        StudioClient(f"http://127.0.0.1:{free_port()}", "0" * 40).health()


def test_leaving_a_client_closes_its_connections_also_after_an_error(label_studio):
    before = connections(label_studio.port)
    with StudioClient(label_studio.url, label_studio.secrets.token) as client:
        client.health()
        assert len(connections(label_studio.port) - before) == 1
    assert connections(label_studio.port) <= before
    client.health()
    assert len(connections(label_studio.port) - before) == 1, "a call after that opens a new one"
    with pytest.raises(NotFoundError), client:
        client.label_config(10**6)
    assert connections(label_studio.port) <= before


def connections(port):
    """The connections that this process holds to a port, by the port at its own end."""
    held = psutil.Process().net_connections("tcp")
    return {one.laddr.port for one in held if one.raddr and one.raddr.port == port and one.status == "ESTABLISHED"}


def test_a_project_is_made_once_and_keeps_what_people_wrote_on_it(client, coordinator):
    first = client.ensure_project("postings/1.0.0/ab12", "Postings 1.0.0", CONFIG, "What a text shows.")
    there = coordinator.get(f"/api/projects/{first}/").json()
    renamed = {"title": "Our postings", "description": f"Please be careful.\n{there['description']}"}
    coordinator.patch(f"/api/projects/{first}/", json=renamed).raise_for_status()

    assert client.ensure_project("postings/1.0.0/ab12", "Postings 1.0.0", CONFIG) == first
    assert client.ensure_project("postings/1.0.0/cd34", "Postings 1.0.0", CONFIG) != first
    assert coordinator.get(f"/api/projects/{first}/").json()["title"] == "Our postings"


def test_a_long_title_gives_way_to_the_ending_that_tells_projects_apart():
    made = titled("Concern for review in job, housing and service postings", "1.0.0 (control items)")
    assert made == "Concern for review in job,… 1.0.0 (control items)"
    assert len(made) <= TITLE_LENGTH
    assert titled("Small", "1.0.0") == "Small 1.0.0"


def test_two_who_make_a_project_at_once_hold_to_the_same_one(client):
    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(lambda _: client.ensure_project("test/raced", "Raced", CONFIG), range(2)))

    assert set(made) == {client.ensure_project("test/raced", "Raced", CONFIG)}


def test_a_changed_label_config_is_set_back(client, coordinator, project, request):
    changed = CONFIG.replace('<Choice value="1"/>', '<Choice value="1"/><Choice value="2"/>')
    coordinator.patch(f"/api/projects/{project}/", json={"label_config": changed}).raise_for_status()

    assert client.ensure_project(f"test/{request.node.name}", "Test", CONFIG) == project
    assert coordinator.get(f"/api/projects/{project}/").json()["label_config"].strip() == CONFIG.strip()


def test_a_pseudonym_is_one_user_without_a_real_address(client, coordinator):
    user = client.ensure_user("Brave-Otter-3")
    assert client.ensure_user("brave-otter-3") == user
    assert client.ensure_user("brave-otter-4") != user
    assert coordinator.get(f"/api/users/{user}/").json()["email"] == "brave-otter-3@volunteer.invalid"


def test_tasks_are_imported_once_with_their_item_and_meta(client, coordinator, project):
    some = rows("item", 5)
    first = client.import_tasks(project, some[:3])
    again = client.import_tasks(project, [*some, some[4]])

    assert list(first) == ["item-0", "item-1", "item-2"]
    assert first.items() <= again.items()
    assert len(set(again.values())) == 5
    assert client.find_tasks(project, ["item-4", "elsewhere"]) == {"item-4": again["item-4"]}
    task = coordinator.get(f"/api/tasks/{again['item-4']}/").json()
    assert task["data"] == {"text": TEXT, "item": "item-4"}
    assert task["meta"] == {"item": "item-4", "quarter": "2026-Q1"}


def test_an_import_whose_answer_is_lost_is_found_again(client, lossy, project):
    line, far = lossy
    line.armed = True
    with pytest.raises(StudioUnavailableError):
        far.import_tasks(project, rows("item", 3))

    tasks = far.import_tasks(project, rows("item", 3))
    assert len(client.find_tasks(project, list(tasks))) == 3
    assert client.import_tasks(project, rows("item", 3)) == tasks


def test_an_annotation_put_twice_is_there_once(client, coordinator, project, volunteer):
    task = TaskRef("item-0", client.import_tasks(project, rows("item", 1))["item-0"])
    first = client.put_annotation(project, task, answer("key-a", volunteer))

    assert client.put_annotation(project, task, answer("key-a", volunteer)) == first
    assert held(client, project) == [("item-0", key_number("key-a"))]
    there = coordinator.get(f"/api/annotations/{first}/").json()
    assert (there["completed_by"], there["lead_time"], there["result"]) == (volunteer, 4.5, RESULT)
    assert there["ground_truth"] is False


def test_an_annotation_whose_answer_is_lost_is_there_once(client, lossy, project, volunteer):
    task = TaskRef("item-0", client.import_tasks(project, rows("item", 1))["item-0"])
    line, far = lossy
    line.armed = True
    with pytest.raises(StudioUnavailableError):
        far.put_annotation(project, task, answer("key-a", volunteer))

    annotation = far.put_annotation(project, task, answer("key-a", volunteer))
    assert [there.annotation_id for there in client.read_tasks(project, [task.task_id])[task.task_id].annotations] == [
        annotation
    ]


def test_two_writers_of_one_key_make_one_annotation(label_studio, client, project, volunteer):
    """The server's own UNIQUE constraint decides, not our look beforehand."""
    task = TaskRef("item-0", client.import_tasks(project, rows("item", 1))["item-0"])
    clients = [StudioClient(label_studio.url, label_studio.secrets.token) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        made = set(pool.map(lambda c: c._create_annotation(project, task.task_id, answer("key-a", volunteer)), clients))

    assert len(made) == 1
    assert held(client, project) == [("item-0", key_number("key-a"))]


def test_annotations_travel_with_new_tasks_and_are_found_by_their_key(client, project, volunteer):
    item = replace(rows("item", 1)[0], annotations=(answer("key-a", volunteer), answer("key-b", volunteer)))
    task = TaskRef("item-0", client.import_tasks(project, [item])["item-0"])
    client.import_tasks(project, [item])

    put = dict(client.put_annotations(project, [(task, answer(key, volunteer)) for key in ("key-a", "key-b", "key-c")]))
    assert held(client, project) == [("item-0", key_number(key)) for key in ("key-a", "key-b", "key-c")]
    assert len(set(put.values())) == 3


def test_an_answer_never_lands_on_another_items_task(client, coordinator, volunteer):
    """SQLite gives a deleted task's id to the next one."""
    doomed = client.ensure_project("test/doomed", "Doomed", CONFIG)
    old = client.import_tasks(doomed, rows("old", 1))["old-0"]
    coordinator.delete(f"/api/projects/{doomed}/").raise_for_status()
    fresh = client.ensure_project("test/fresh", "Fresh", CONFIG)
    assert client.import_tasks(fresh, rows("new", 1))["new-0"] == old

    with pytest.raises(NotFoundError):
        client.put_annotation(fresh, TaskRef("old-0", old), answer("key-a", volunteer))
    with pytest.raises(NotFoundError):
        client.put_annotation(doomed, TaskRef("old-0", old), answer("key-a", volunteer))
    assert held(client, fresh) == []


def test_deleting_twice_is_deleting_once_and_only_our_own(client, project, volunteer):
    task = TaskRef("item-0", client.import_tasks(project, rows("item", 1))["item-0"])
    annotation = client.put_annotation(project, task, answer("key-a", volunteer))

    assert client.delete_annotation(annotation, "key-b") is False
    assert held(client, project) == [("item-0", key_number("key-a"))]
    assert client.delete_annotation(annotation, "key-a") is True
    assert client.delete_annotation(annotation, "key-a") is False
    assert held(client, project) == []


def test_a_withdrawn_items_task_goes_with_its_annotations_and_only_its_own(client, project, volunteer):
    tasks = client.import_tasks(project, rows("item", 2))
    client.put_annotation(project, TaskRef("item-0", tasks["item-0"]), answer("key-a", volunteer))

    assert client.delete_task(project, TaskRef("item-1", tasks["item-0"])) is False
    assert client.delete_task(project, TaskRef("item-0", tasks["item-0"])) is True
    assert client.delete_task(project, TaskRef("item-0", tasks["item-0"])) is False
    assert client.find_tasks(project, ["item-0", "item-1"]) == {"item-1": tasks["item-1"]}
    assert held(client, project) == []


def test_what_a_coordinator_changes_is_seen_and_nothing_else(client, coordinator, project, volunteer):
    tasks = client.import_tasks(project, rows("item", 4))
    refs = [TaskRef(item, task) for item, task in tasks.items()]
    put = dict(client.put_annotations(project, [(ref, answer(ref.item_id, volunteer)) for ref in refs]))
    since = client.newest_change(project)
    assert client.newest_change(project, after=since) is None
    assert list(client.changed_since(project, since)) == []

    edited, deleted, added = put["item-0"], put["item-1"], tasks["item-2"]
    coordinator.patch(f"/api/annotations/{edited}/", json={"result": []}).raise_for_status()
    coordinator.delete(f"/api/annotations/{deleted}/").raise_for_status()
    coordinator.post(
        f"/api/tasks/{added}/annotations/", json={"result": RESULT, "ground_truth": True}
    ).raise_for_status()

    assert client.newest_change(project, after=since) == client.newest_change(project) > since
    seen = {change.item_id: change.annotations for change in client.changed_since(project, since)}
    assert seen.keys() == {"item-0", "item-1", "item-2"}
    assert [(there.annotation_id, there.key_number, there.result) for there in seen["item-0"]] == [
        (edited, key_number("item-0"), ())
    ]
    assert seen["item-1"] == ()
    by_hand = [there for there in seen["item-2"] if there.key_number is None]
    assert len(seen["item-2"]) == 2
    assert [there.ground_truth for there in by_hand] == [True]


def test_a_walk_of_many_pages_sees_each_task_once(client, project, volunteer, monkeypatch):
    monkeypatch.setattr("annotator.studio.client.READ_PAGE", 2)
    monkeypatch.setattr("annotator.studio.client.COUNT_PAGE", 3)
    tasks = client.import_tasks(project, rows("item", 8))
    answered = [TaskRef(item, task) for item, task in tasks.items() if task % 2]
    list(client.put_annotations(project, [(ref, answer(ref.item_id, volunteer)) for ref in answered]))

    assert [task.item_id for task in client.all_annotations(project)] == [ref.item_id for ref in answered]
    long_ago = client.newest_change(project) - timedelta(days=1)
    seen = [(task.item_id, len(task.annotations)) for task in client.changed_since(project, long_ago)]
    assert sorted(seen) == [(item, task % 2) for item, task in tasks.items()]


def test_an_empty_project_has_no_changes(client, project):
    assert client.newest_change(project) is None
    assert held(client, project) == []
    assert client.import_tasks(project, []) == {}


def test_a_refusal_names_no_text_of_the_posting(client, project):
    refused = replace(rows("item", 1)[0], annotations=(answer("key-a", volunteer=999_999),))
    with pytest.raises(StudioRefusedError) as error:
        client.import_tasks(project, [refused])
    assert error.value.status == 400
    assert "fee" not in str(error.value).lower()
