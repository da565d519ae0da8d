"""What the worker and a request do to the same person at the same moment."""

from __future__ import annotations

import pytest
from sqlmodel import select

from annotator.domain.controls import Placement
from annotator.domain.errors import ConflictError
from annotator.quality import training
from annotator.quality.bank import ensure_policy, fill, fill_up
from annotator.quality.evidence import weigh_controls_of
from annotator.storage import controls, people, projects, quality
from annotator.storage.tables import Project
from annotator.storage.tables_quality import Evidence
from guidelines.loader import latest, load
from tests.at_once import open_transaction
from tests.quality.banks import add_controls
from tests.world import SCHEMA


def test_an_answer_that_both_weigh_at_once_leaves_one_piece_of_evidence(world):
    add_controls(world, 1, placement=Placement(first=50))
    (person,) = world.volunteers(1)
    world.answer(person, world.next(person).lease_id)
    now = world.clock.now()
    with open_transaction(world.database) as (session, begin):
        bank = controls.policy(session, world.project.id).bank_id
        ((answer, *_),) = quality.unweighed_controls(session, bank, 1)
        session.add(
            Evidence(
                annotation_id=answer.id, person_id=person, source="control", llr=0.0, detail={}, right=True, at=now
            )
        )
        session.flush()
        weighing = begin(weigh_controls_of, world.database, world.project, SCHEMA, person, now)
    weighing.result()
    with world.database.reading() as session:
        assert [one.annotation_id for one in session.exec(select(Evidence))] == [answer.id]


def test_looking_at_the_training_page_waits_for_nobody(world):
    (person,) = world.volunteers(1)

    def look():
        with world.database.reading() as session:
            return training.standing(session, SCHEMA, person).qualified

    with open_transaction(world.database) as (session, begin):
        people.locked(session, person)
        assert begin(look).result(timeout=60) is not None


def opened(world, placement=None):
    with world.database.writing() as session:
        return ensure_policy(session, world.project, world.clock.now(), placement).bank_id


def test_of_two_who_open_the_bank_at_once_the_second_has_the_first_ones(world):
    with open_transaction(world.database) as (session, begin):
        first = ensure_policy(session, world.project, world.clock.now(), Placement(first=50)).bank_id
        second = begin(opened, world, Placement(first=3))
    assert second.result() == first
    with world.database.reading() as session:
        assert controls.policy(session, world.project.id).control_first == 50


def test_of_two_who_fill_the_bank_at_once_the_second_finds_it_full(world):
    opened(world)
    now, schema = world.clock.now(), load("postings", latest("postings")).schema
    with open_transaction(world.database) as (session, begin):
        assert fill_up(session, world.project, 3, "test", now) == 3
        second = begin(fill, world.database, world.project, schema, 5, "test", now)
    assert second.result() == 2
    with world.database.reading() as session:
        assert len(controls.bank(session, controls.policy(session, world.project.id).bank_id)) == 5


def test_a_bank_takes_no_other_projects_name(world):
    with world.database.writing() as session:
        taken = world.project.model_dump(exclude={"id", "name"})
        projects.ensure_project(session, world.clock.now(), Project(name="test, control items", **taken))
    with pytest.raises(ConflictError, match="another name"):
        opened(world)
