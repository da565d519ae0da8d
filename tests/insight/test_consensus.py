"""Consensus in the service: one answer moves one posterior, a refit puts everything right, and nothing is lost between."""

from __future__ import annotations

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from scipy.special import softmax
from sqlalchemy import event
from sqlmodel import select

from annotator.dispensing.posterior import first_skills
from annotator.dispensing.returns import skip
from annotator.insight import consensus as refits
from annotator.insight.consensus import drift_from_refit, refit, refit_if_due
from annotator.storage import consensus
from annotator.storage.tables import Annotation, Item
from annotator.storage.tables_consensus import ConsensusFit, Skill
from tests.world import SCHEMA, World

SPEC = SCHEMA.rating
pytestmark = pytest.mark.usefixtures("no_limits")


def posteriors(world):
    with world.database.reading() as session:
        return consensus.stored(session, world.project.id)


def campaign(world, items=30, careful=3, careless=1, seed=5):
    """Answers of people who know the truth nine times in ten, and of one who says anything."""
    rng = np.random.default_rng(seed)
    names = world.add_items(items)
    truth = dict(zip(names, rng.integers(0, 4, items), strict=True))
    people = world.volunteers(careful + careless)
    for place, person in enumerate(people):
        while hasattr(given := world.next(person), "lease_id"):
            honest = place < careful and rng.random() < 0.9
            world.answer(person, given.lease_id, str(truth[given.public_id] if honest else rng.integers(0, 4)))
    return truth, people


def test_one_answer_moves_its_items_posterior_in_the_same_transaction(world):
    (name,) = world.add_items(1)
    (ada,) = world.volunteers(1)
    world.answer(ada, world.next(ada).lease_id, "2")
    item = world.item(name)
    expected = first_skills(SPEC.values).posterior(["anybody"], [2])
    assert item.posterior == pytest.approx(expected.tolist())
    assert item.risk == pytest.approx(1 - expected.max())
    assert int(np.argmax(item.posterior)) == 2


def test_cannot_tell_and_a_skip_move_nothing(world):
    world.add_items(1)
    ada, ben = world.volunteers(2)
    world.answer(ada, world.next(ada).lease_id, "CT")
    skip(world.database, ben, world.next(ben).lease_id, world.clock.now())
    assert posteriors(world) == {}


def test_a_refit_knows_the_careful_from_the_careless(world):
    world.project.overlap = 4
    with world.database.writing() as session:
        session.merge(world.project)
    truth, people = campaign(world)
    assert refit(world.database, world.project, SCHEMA, world.clock.now())
    with world.database.reading() as session:
        skills = consensus.skills_of(session, world.project.id, SPEC.name)
    accuracies = [skills[person].accuracy for person in people]
    assert min(accuracies[:3]) > accuracies[3]
    assert all(skills[person].low < skills[person].accuracy < skills[person].high for person in people)
    items = {world.item(name).id: value for name, value in truth.items()}
    right = [int(np.argmax(p)) == items[item] for item, p in posteriors(world).items()]
    assert np.mean(right) > 0.8


def test_right_after_a_refit_the_stored_posteriors_are_those_of_a_fit_from_scratch(world):
    campaign(world)
    refit(world.database, world.project, SCHEMA, world.clock.now())
    assert drift_from_refit(world.database, world.project, SCHEMA) <= consensus.MOVED


def test_after_a_refit_answers_move_the_posterior_with_what_is_known_of_the_person(world):
    campaign(world, items=25, careless=0, careful=2)
    refit(world.database, world.project, SCHEMA, world.clock.now())
    (late,) = world.volunteers(1)
    given = world.next(late)
    before = posteriors(world)[given.item_id]
    world.answer(late, given.lease_id, "0")
    with world.database.reading() as session:
        fit = consensus.newest_fit(session, world.project.id, SPEC.name)
    unknown = np.array(fit.model["unknown"])[:, 0]
    expected = np.array(before) * unknown ** fit.model["temper"]
    assert posteriors(world)[given.item_id] == pytest.approx((expected / expected.sum()).tolist(), abs=1e-5)


def test_a_refit_of_one_project_leaves_what_another_knows_of_the_same_people(world):
    campaign(world, items=12, careful=3, careless=0)
    refit(world.database, world.project, SCHEMA, world.clock.now())
    before = known_in(world)
    beside = World(world.database, world.clock, name="beside")
    beside.add_items(1)
    for person, rating in zip(before, "012", strict=True):
        beside.answer(person, beside.next(person).lease_id, rating)
    assert refit(world.database, beside.project, SCHEMA, world.clock.now())
    assert known_in(world) == before
    assert known_in(beside).keys() == before.keys()
    assert known_in(beside) != before


def known_in(world):
    with world.database.reading() as session:
        skills = consensus.skills_of(session, world.project.id, SPEC.name)
    return {person: row.confusion for person, row in skills.items()}


def under_the_newest_fit(world):
    """The posterior of every rated item, worked out here from all its ratings and the newest fit."""
    with world.database.reading() as session:
        fit = consensus.newest_fit(session, world.project.id, SPEC.name)
        known = consensus.skills_of(session, world.project.id, SPEC.name)
        rows = session.exec(select(Annotation).where(Annotation.rating != None)).all()  # noqa: E711
    log_p = defaultdict(lambda: np.log(fit.model["prior"]))
    for row in rows:
        matrix = known[row.person_id].confusion if row.person_id in known else fit.model["unknown"]
        log_p[row.item_id] = log_p[row.item_id] + np.log(np.array(matrix)[:, int(row.rating)])
    return {item: softmax(fit.model["temper"] * values) for item, values in log_p.items()}


@pytest.mark.parametrize("moment", ["fit_all", "_by_item"], ids=["before skills are stored", "after"])
def test_an_answer_that_arrives_during_a_refit_counts_under_the_new_fit(world, monkeypatch, moment):
    campaign(world, items=25, careless=0, careful=2)
    (late,) = world.volunteers(1)
    answered = []
    then = getattr(refits, moment)

    def answer_meanwhile(*given):
        lease = world.next(late)
        world.answer(late, lease.lease_id, "3")
        answered.append(lease.item_id)
        return then(*given)

    monkeypatch.setattr(refits, moment, answer_meanwhile)
    refit(world.database, world.project, SCHEMA, world.clock.now())
    stored, expected = posteriors(world), under_the_newest_fit(world)
    assert stored[answered[0]] == pytest.approx(expected[answered[0]].tolist())
    assert stored.keys() == expected.keys()
    assert all(np.abs(np.array(stored[item]) - p).max() <= consensus.MOVED for item, p in expected.items())


def test_answers_and_refits_at_the_same_time_leave_every_posterior_right(world):
    campaign(world, items=40, careful=2, careless=0)
    people = world.volunteers(4)
    refit(world.database, world.project, SCHEMA, world.clock.now())

    def work(person):
        while hasattr(given := world.next(person), "lease_id"):
            world.answer(person, given.lease_id, str(hash(given.public_id) % 4))

    with ThreadPoolExecutor(5) as pool:
        working = [pool.submit(work, person) for person in people]
        while not all(one.done() for one in working):
            refit(world.database, world.project, SCHEMA, world.clock.now())
        assert [one.result() for one in working] == [None] * len(people)
    stored, expected = posteriors(world), under_the_newest_fit(world)
    assert stored.keys() == expected.keys()
    assert all(np.abs(np.array(stored[item]) - p).max() <= consensus.MOVED for item, p in expected.items())
    world.check_books()


def test_a_refit_without_news_rewrites_no_item(world):
    campaign(world, items=12, careful=3, careless=0)
    refit(world.database, world.project, SCHEMA, world.clock.now())
    written = []
    listener = lambda *call: written.append(call[2])  # noqa: E731
    event.listen(world.database.engine, "before_cursor_execute", listener)
    refit(world.database, world.project, SCHEMA, world.clock.now())
    event.remove(world.database.engine, "before_cursor_execute", listener)
    assert written
    assert not [statement for statement in written if statement.startswith("UPDATE item")]


def test_a_refit_is_due_when_answers_have_grown_or_an_hour_has_passed(world):
    campaign(world, items=20, careful=3, careless=0)
    assert not refit_if_due(world.database, world.project, SCHEMA, world.clock.now())
    names = [f"later-{n}" for n in range(20)]
    from annotator.domain.items import ItemState
    from annotator.storage import items

    rows = [items.NewItem(name, f"Text {name}.", items.text_hash(name), "synthetic", ItemState.READY) for name in names]
    with world.database.writing() as session:
        items.add(session, world.project, rows, world.clock.now())
    people = world.volunteers(2)

    def answer_some(count):
        for person in people:
            for _ in range(count):
                world.answer(person, world.next(person).lease_id, "1")

    answer_some(3)
    assert refit_if_due(world.database, world.project, SCHEMA, world.clock.now())
    assert not refit_if_due(world.database, world.project, SCHEMA, world.clock.now())
    answer_some(1)
    assert not refit_if_due(world.database, world.project, SCHEMA, world.clock.now())
    world.pass_time(minutes=61)
    assert refit_if_due(world.database, world.project, SCHEMA, world.clock.now())


def test_one_person_alone_teaches_nothing(world):
    world.add_items(3)
    (ada,) = world.volunteers(1)
    for _ in range(3):
        world.answer(ada, world.next(ada).lease_id)
    assert not refit(world.database, world.project, SCHEMA, world.clock.now())


def test_indicators_are_fitted_as_a_batch_beside_the_rating(world):
    campaign(world, items=12, careful=3, careless=0)
    with world.database.writing() as session:
        for number, row in enumerate(session.exec(select(Annotation)).all()):
            row.labels = {**row.labels, "FEE": "present" if number % 4 == 0 else "not stated", "DEBT": "not stated"}
            session.add(row)
    refit(world.database, world.project, SCHEMA, world.clock.now())
    with world.database.reading() as session:
        labels = set(session.exec(select(ConsensusFit.label)))
        some = session.exec(select(Item).where(Item.answered > 0)).first()
        assert set(session.exec(select(Skill.label))) == labels
    assert labels == {"concern", "FEE", "DEBT"}
    assert set(some.indicators) == {"FEE", "DEBT"}
    assert all(sum(values) == pytest.approx(1, abs=1e-4) for values in some.indicators.values())
