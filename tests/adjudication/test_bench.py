"""The bench over a real database: who gets which item, what a decision changes, and what it never does."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from annotator.adjudication.bench import Bench, Verdict
from annotator.domain.adjudication import Cause
from annotator.domain.answers import Answer
from annotator.domain.errors import ConflictError, InputError, LeaseExpiredError, NotFoundError
from annotator.domain.ids import new_id
from annotator.domain.items import ItemState
from annotator.domain.roles import Role
from annotator.storage import adjudication, item_state, items
from annotator.storage.tables import Annotation, Item, Person
from tests.at_once import open_transaction


@pytest.fixture
def bench(world):
    return Bench(world.database, world.project, world.schema)


def adjudicators(world, count):
    now = world.clock.now()
    people = [Person(pseudonym=new_id(), role=Role.ADJUDICATOR.value, created_at=now) for _ in range(count)]
    with world.database.writing() as session:
        session.add_all(people)
    return [person.id for person in people]


def disputed(world, *answers):
    """Make an item for each triple of ratings; return their public ids. Everybody answers everything."""
    world.add_items(len(answers))
    people = world.volunteers(3)
    for turn, person in enumerate(people):
        for _ in answers:
            given = world.next(person)
            number = int(given.public_id.removeprefix("item-"))
            rating = answers[number][turn]
            world.answer(person, given.lease_id, rating)
    return [f"item-{n:05d}" for n in range(len(answers))]


def verdict(public_id, rating="1", **more):
    answer = Answer(choices={"concern": (rating,)})
    return Verdict(public_id, new_id(), [{"id": "r"}], answer, Cause.AMBIGUOUS_TEXT, **more)


def decide(world, bench, person, public_id, rating="1", **more):
    bench.take(person, public_id, world.clock.now())
    return bench.decide(person, verdict(public_id, rating, **more), world.clock.now())


@pytest.mark.usefixtures("no_limits")
class TestBench:
    def test_a_decision_becomes_gold_beside_the_answers(self, world, bench):
        (name,) = disputed(world, ("0", "1", "2"))
        (ada,) = adjudicators(world, 1)
        with world.database.reading() as session:
            before = [a.model_dump() for a in session.exec(select(Annotation).order_by(Annotation.id))]
        assert world.item(name).state == ItemState.ADJUDICATING
        done = decide(world, bench, ada, name, "2")
        assert (done.settled, done.created) == (True, True)
        assert world.item(name).state == ItemState.GOLD
        with world.database.reading() as session:
            assert [a.model_dump() for a in session.exec(select(Annotation).order_by(Annotation.id))] == before

    def test_the_widest_doubt_comes_first(self, world, bench):
        near, far = disputed(world, ("0", "1", "2"), ("0", "1", "2"))
        with world.database.writing() as session:
            for name, posterior in ((near, [0.4, 0.3, 0.3, 0.0]), (far, [0.4, 0.0, 0.0, 0.6])):
                item = session.exec(select(Item).where(Item.public_id == name)).one()
                item.posterior, item.risk = posterior, 1 - max(posterior)
        (ada,) = adjudicators(world, 1)
        case = bench.next_case(ada, world.clock.now())
        assert case.item.public_id == far
        assert bench.next_case(ada, world.clock.now()).item.public_id == far  # asking again gives the same

    def test_an_item_lies_on_one_bench_until_its_hour_is_over(self, world, bench):
        (name,) = disputed(world, ("0", "1", "2"))
        ada, ben = adjudicators(world, 2)
        bench.take(ada, name, world.clock.now())
        assert bench.next_case(ben, world.clock.now()) is None
        with pytest.raises(ConflictError, match="on the bench"):
            bench.take(ben, name, world.clock.now())
        world.pass_time(minutes=61)
        assert bench.next_case(ben, world.clock.now()).item.public_id == name
        with pytest.raises(LeaseExpiredError):
            bench.decide(ada, verdict(name), world.clock.now())
        bench.put_back(ben)
        assert bench.take(ada, name, world.clock.now()).item.public_id == name

    def test_severe_items_take_two_and_a_third_where_they_differ(self, world, bench):
        agreed, split = disputed(world, ("0", "1", "3"), ("0", "1", "3"))
        ada, ben, cyd = adjudicators(world, 3)
        assert not decide(world, bench, ada, agreed, "3").settled
        with pytest.raises(ConflictError, match="answered or decided"):
            bench.take(ada, agreed, world.clock.now())
        assert decide(world, bench, ben, agreed, "3").settled
        assert not decide(world, bench, ada, split, "3").settled
        assert not decide(world, bench, ben, split, "0").settled
        assert decide(world, bench, cyd, split, "1").settled
        assert world.item(split).state == ItemState.GOLD

    def test_the_project_says_from_where_on_two_decide(self, world, bench):
        (name,) = disputed(world, ("0", "1", "3"))
        ada, coordinator = adjudicators(world, 2)
        bench.set_two_from(coordinator, None, world.clock.now())
        assert decide(world, bench, ada, name, "3").settled
        with pytest.raises(InputError, match="no rating"):
            bench.set_two_from(coordinator, "9", world.clock.now())

    def test_who_answered_an_item_never_decides_on_it(self, world, bench):
        (name,) = disputed(world, ("0", "1", "2"))
        with world.database.writing() as session:
            one = session.exec(select(Annotation.person_id)).first()
            session.get_one(Person, one).role = Role.ADJUDICATOR.value
        assert bench.next_case(one, world.clock.now()) is None
        with pytest.raises(ConflictError, match="answered or decided"):
            bench.take(one, name, world.clock.now())

    def test_the_same_key_stores_one_decision(self, world, bench):
        (name,) = disputed(world, ("0", "1", "2"))
        (ada,) = adjudicators(world, 1)
        bench.take(ada, name, world.clock.now())
        once = verdict(name)
        first = bench.decide(ada, once, world.clock.now())
        again = bench.decide(ada, once, world.clock.now())
        assert (again.adjudication_id, again.created) == (first.adjudication_id, False)

    def test_the_same_decision_twice_at_once_is_stored_once(self, world, bench):
        (name,) = disputed(world, ("0", "1", "2"))
        (ada,) = adjudicators(world, 1)
        bench.take(ada, name, world.clock.now())
        once = verdict(name)
        with open_transaction(world.database) as (session, begin):
            items.locked_by_public_id(session, world.project.id, name)
            twice = [begin(bench.decide, ada, once, world.clock.now()) for _ in range(2)]
        first, again = sorted((one.result() for one in twice), key=lambda done: not done.created)
        assert (first.created, again.created) == (True, False)
        assert first.adjudication_id == again.adjudication_id

    def test_an_item_that_is_settled_meanwhile_comes_on_no_bench(self, world, bench):
        (name,) = disputed(world, ("0", "1", "2"))
        ada, ben = adjudicators(world, 2)
        bench.take(ada, name, world.clock.now())
        with open_transaction(world.database) as (session, begin):
            adjudication.clear_bench(session, ada)
            item_state.move(session, world.clock.now(), ada, world.item(name).id, ItemState.GOLD)
            taken = begin(bench.take, ben, name, world.clock.now())
        with pytest.raises(ConflictError, match="gold"):
            taken.result()

    def test_an_item_that_is_withdrawn_meanwhile_is_not_decided(self, world, bench):
        (name,) = disputed(world, ("0", "1", "3"))
        (ada,) = adjudicators(world, 1)
        bench.take(ada, name, world.clock.now())
        with world.database.writing() as session:
            item_state.move(session, world.clock.now(), ada, world.item(name).id, ItemState.WITHDRAWN)
        with pytest.raises(ConflictError, match="withdrawn"):
            bench.decide(ada, verdict(name, "3"), world.clock.now())

    def test_reopening_sets_decisions_aside(self, world, bench):
        (name,) = disputed(world, ("0", "1", "2"))
        (ada,) = adjudicators(world, 1)
        decide(world, bench, ada, name, "2")
        bench.reopen(ada, name, world.clock.now() + timedelta(minutes=1))
        assert world.item(name).state == ItemState.ADJUDICATING
        assert decide(world, bench, ada, name, "0").settled
        with pytest.raises(NotFoundError):
            bench.reopen(ada, "nowhere", world.clock.now())

    def test_answers_come_in_an_order_of_each_adjudicators_own(self, world, bench):
        names = disputed(world, *[("0", "1", "2")] * 8)
        ada, ben = adjudicators(world, 2)
        orders = {}
        for person in (ada, ben):
            cases = [bench.take(person, name, world.clock.now()) for name in names]
            orders[person] = [[a.rating for _, a in case.answers] for case in cases]
            assert [letter for letter, _ in cases[0].answers] == ["A", "B", "C"]
            again = bench.take(person, names[0], world.clock.now())
            assert [a.rating for _, a in again.answers] == orders[person][0]
            bench.put_back(person)
        assert orders[ada] != orders[ben]
        assert len(set(map(tuple, orders[ada]))) > 1

    def test_a_letter_or_clause_that_is_none_is_refused_and_nothing_is_lost(self, world, bench):
        (name,) = disputed(world, ("0", "1", "2"))
        (ada,) = adjudicators(world, 1)
        bench.take(ada, name, world.clock.now())
        for wrong in ({"started_from": "Z"}, {"clause": "none"}):
            with pytest.raises(InputError):
                bench.decide(ada, replace(verdict(name), **wrong), world.clock.now())
        assert bench.decide(ada, verdict(name, started_from="B"), world.clock.now()).settled
