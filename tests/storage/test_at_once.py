"""What two people, or one in two tabs, do at the same moment: it is done once, or the second sees what the first has done."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlmodel import select

from annotator.domain.errors import ConflictError
from annotator.domain.vetting import VettingStep
from annotator.people import second_factor
from annotator.people.factor_key import FactorKey
from annotator.storage import markers, own, people, second_factor as stored, vetting
from annotator.storage.tables_people import CoordinatorPause, Vetting
from tests.at_once import open_transaction


def writing(database, call, *given, **named):
    with database.writing() as session:
        call(session, *given, **named)


@pytest.fixture
def person(world):
    return world.volunteers(1)[0]


def test_of_two_first_values_of_a_marker_the_later_one_stands(database):
    with open_transaction(database) as (session, begin):
        markers.put(session, "mark", "one")
        later = begin(writing, database, markers.put, "mark", "other")
    later.result()
    with database.reading() as session:
        assert markers.get(session, "mark") == "other"


def test_what_is_put_is_what_the_same_session_gets(database):
    writing(database, markers.put, "mark", "before")
    with database.writing() as session:
        assert markers.locked(session, "mark").value == "before"
        markers.put(session, "mark", "after")
        assert markers.get(session, "mark") == "after"


def test_two_coordinators_pause_somebody_once_so_that_one_ends_it(world, person):
    pause = (world.clock.now(), person, person, "A look is needed.")
    with open_transaction(world.database) as (session, begin):
        vetting.pause(session, *pause)
        again = begin(writing, world.database, vetting.pause, *pause)
    with pytest.raises(ConflictError, match="paused already"):
        again.result()
    with world.database.reading() as session:
        assert len(session.exec(select(CoordinatorPause)).all()) == 1


def test_two_record_a_check_once_so_that_undoing_it_takes_it_away(world, person):
    check = (world.clock.now(), person, person, VettingStep.REFERENCES)
    with open_transaction(world.database) as (session, begin):
        vetting.record(session, *check)
        again = begin(writing, world.database, vetting.record, *check)
    again.result()
    with world.database.reading() as session:
        assert len(session.exec(select(Vetting)).all()) == 1


def test_of_two_first_choices_the_later_one_stands(world, person):
    with open_transaction(world.database) as (session, begin):
        own.choose(session, person, covered=True, session_goal=None)
        later = begin(writing, world.database, own.choose, person, covered=False, session_goal=7)
    later.result()
    with world.database.reading() as session:
        assert own.choice_of(session, person).session_goal == 7


def test_a_second_factor_that_is_being_confirmed_is_not_begun_anew(world, person):
    key = FactorKey(Path("nowhere"), embedded=False)
    second_factor.begin(world.database, key, person, world.clock.now())
    with open_transaction(world.database) as (session, begin):
        people.locked(session, person)
        stored.confirm(session, person, world.clock.now())
        session.flush()
        anew = begin(second_factor.begin, world.database, key, person, world.clock.now())
    with pytest.raises(ConflictError, match="already"):
        anew.result()
    assert second_factor.enrolled(world.database, person)
