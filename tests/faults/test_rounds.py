"""A few rounds of every kind of fault on either database, and with a real Label Studio; `python -m tests.faults` lives through many."""

from __future__ import annotations

import random

import pytest
from sqlalchemy import text

from tests.faults.check import after_round
from tests.faults.house import House
from tests.faults.kinds import KINDS, STUDIO_KINDS
from tests.faults.rounds import Result, ground, live

SEED = 11


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    with ground(tmp_path_factory.mktemp("faults"), postgres=True) as made:
        yield made


@pytest.fixture
def house(made, request):
    kind, *studio = request.param if isinstance(request.param, tuple) else (request.param,)
    server = request.getfixturevalue("label_studio") if studio else None
    opened = House(made, kind, SEED, random.Random(SEED), server)
    yield opened
    opened.close()


@pytest.mark.parametrize("house", ["sqlite", "postgresql"], indirect=True)
def test_after_every_kind_of_fault_the_books_balance(house):
    result = Result()
    plan = [(number, kind, fault) for number, (kind, fault) in enumerate(sorted(KINDS.items()))]
    live(house, plan, SEED, result)
    assert result.found == []
    assert house.crew.acknowledged > len(plan)  # people could label between the faults
    assert sum(tally.failed for tally in result.tallies.values()) > 0  # and the faults were felt


@pytest.mark.parametrize("house", ["sqlite"], indirect=True)
def test_an_acknowledged_answer_that_is_lost_or_changed_is_found(house):
    house.crew.start()
    house.crew.wait(40, at_most=60)
    house.crew.stop()
    assert after_round(house) == []
    done = [one for volunteer in house.crew.volunteers for one in volunteer.done]
    lost, changed = done[0].annotation, done[1].annotation
    with house.service.database.engine.begin() as connection:
        connection.execute(text("DELETE FROM annotation WHERE id = :id"), {"id": lost})
        connection.execute(text("UPDATE annotation SET rating = '9' WHERE id = :id"), {"id": changed})
    found = after_round(house, calm=0.0)
    assert any(f"not stored as it was: ('{lost}'" in one for one in found)
    assert any(f"not stored as it was: ('{changed}'" in one for one in found)
    assert any(one.startswith("answers: ") for one in found)


@pytest.mark.studio
@pytest.mark.parametrize("house", [("sqlite", "studio")], indirect=True)
def test_after_faults_between_worker_and_label_studio_both_sides_hold_every_answer_once(house):
    result = Result()
    plan = [(number, kind, fault) for number, (kind, fault) in enumerate(sorted(STUDIO_KINDS.items()))]
    live(house, plan, SEED, result, label="with Label Studio")
    assert result.found == []
    assert house.crew.acknowledged > len(plan)
