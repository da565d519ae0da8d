"""Control items in Label Studio: a project of their own, so that the main one holds real answers and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlmodel import select

from annotator.dispensing.submit import Submission, submit
from annotator.domain.answers import Answer
from annotator.domain.controls import Placement
from annotator.domain.ids import new_id
from annotator.storage import controls
from annotator.storage.tables import Outbox
from annotator.studio.mirror import Books, Mirror
from tests.quality.banks import add_controls
from tests.studio.test_mirror import CONFIG, choice
from tests.world import SCHEMA

pytestmark = pytest.mark.studio


def test_each_side_of_the_mirror_holds_its_own_answers(world, client):
    schema = replace(
        SCHEMA,
        name="mirror",
        title="Concern for review in job, housing and service postings",
        sha256=new_id().ljust(64, "0").lower(),
    )
    world.add_items(3)
    met = set(add_controls(world, 2, placement=Placement(first=2, rate=0.001)))
    (person,) = world.volunteers(1)
    for _ in range(5):
        given = world.next(person)
        submission = Submission(given.lease_id, new_id(), 3.5, choice("1"), Answer(choices={"concern": ("1",)}))
        submit(world.database, world.project, SCHEMA, person, submission, world.clock.now())
        world.pass_time(seconds=30)
    with world.database.reading() as session:
        bank = controls.bank_of(session, world.project.id)
    main = Mirror(world.database, client, world.project, schema, CONFIG, world.clock)
    beside = Mirror(world.database, client, bank, schema, CONFIG, world.clock, part="(control items)")
    assert main.push() == 3
    with world.database.reading() as session:
        assert len(session.exec(select(Outbox)).all()) == 2, "the bank's answers wait for the bank's mirror"
    assert beside.push() == 2
    titles = {one.id: one.title for one in client.sdk.projects.list()}
    assert titles[main.ls_project].endswith(" 1.0.0")
    assert titles[beside.ls_project].endswith(" 1.0.0 (control items)"), (
        "a long title does not cost what tells them apart"
    )
    assert {task.item_id for task in client.all_annotations(beside.ls_project)} == met
    assert met.isdisjoint(task.item_id for task in client.all_annotations(main.ls_project))
    assert main.books() == Books(missing=0, unknown=0, twice=0, alike=3)
    assert beside.books() == Books(missing=0, unknown=0, twice=0, alike=2)
    assert (main.push(), main.sweep(), main.heal(), beside.push(), beside.heal()) == (0, 0, 0, 0, 0)
