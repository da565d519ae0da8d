"""The books balance after honest work, and every way to doctor them is found."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlmodel import select

from annotator.insight import consensus as refits
from annotator.insight.books import discrepancies
from annotator.insight.consensus import refit, refit_if_due
from annotator.storage.tables import Annotation, Audit, GuidelineVersion, Item, Lease, Outbox
from annotator.storage.tables_consensus import ConsensusFit
from annotator.storage.tables_exposure import Exposure
from tests.insight.test_consensus import SCHEMA, campaign

pytestmark = pytest.mark.usefixtures("no_limits")


def books(world, *, mirrored=True):
    with world.database.frozen() as session:
        return list(discrepancies(session, world.schema, world.clock.now(), mirrored=mirrored))


def small(world):
    """Two items with answers, one that somebody holds, one that was given up."""
    world.add_items(4)
    ada, ben = world.volunteers(2)
    for person in (ada, ben):
        world.answer(person, world.next(person).lease_id, "2")
    world.answer_marked(ada, world.next(ada).lease_id, "FEE")
    world.next(ada)
    return ada, ben


def test_honest_work_balances(world):
    small(world)
    world.pass_time(minutes=5)
    assert books(world) == []


def first(session, table, **where):
    return session.exec(select(table).filter_by(**where).order_by(table.id)).first()


def held_by_nobody(world, session):
    first(session, Item, leased=1).leased = 0


def answered_by_one_more(world, session):
    first(session, Item, answered=0, leased=0).answered = 1


def ready_while_held(world, session):
    first(session, Item, state="leased").state = "ready"


def leased_by_nobody(world, session):
    first(session, Item, answered=0, leased=0).state = "leased"


def answer_lost(world, session):
    session.delete(first(session, Annotation))


def answer_of_anothers_lease(world, session):
    one = first(session, Annotation)
    one.lease_id = first(session, Lease, state="live").id


def never_returned(world, session):
    first(session, Lease, state="live").expires_at = world.clock.now() - timedelta(hours=1)


def from_the_future(world, session):
    first(session, Lease, state="live").created_at = world.clock.now() + timedelta(days=1)


def active_for_ever(world, session, nobody):
    now = world.clock.now()
    session.add(Exposure(person_id=nobody, started_at=now, ended_at=now, open=True))


def line_changed(world, session):
    first(session, Audit, action="annotation.created").actor = "somebody"


def line_about_another(world, session):
    first(session, Audit, action="annotation.created").detail = {"annotation": "another"}


def not_on_its_way(world, session):
    session.exec(select(GuidelineVersion)).one().ls_project_id = 1
    session.delete(first(session, Outbox))


def posterior_changed(world, session):
    item = session.exec(select(Item).where(Item.answered > 0)).first()
    item.posterior = [0.4, 0.3, 0.2, 0.1]


def posterior_lost(world, session):
    session.exec(select(Item).where(Item.answered > 0)).first().posterior = None


def _lease(world, item, person, slot):
    now = world.clock.now()
    return Lease(item_id=item, person_id=person, slot=slot, state="live", created_at=now, expires_at=now)


DOCTORED = {
    held_by_nobody: "counters",
    answered_by_one_more: "counters",
    ready_while_held: "states",
    leased_by_nobody: "states",
    answer_lost: "answers",
    answer_of_anothers_lease: "answers",
    never_returned: "leases",
    from_the_future: "leases",
    active_for_ever: "exposure",
    line_changed: "audit log",
    line_about_another: "audit log",
    not_on_its_way: "mirror",
    posterior_changed: "consensus",
    posterior_lost: "consensus",
}


@pytest.mark.parametrize("doctor", DOCTORED, ids=lambda doctor: doctor.__name__)
def test_a_doctored_book_is_found(world, doctor):
    small(world)
    assert books(world) == []
    (nobody,) = world.volunteers(1)
    with world.database.writing() as session:
        doctor(world, session, nobody) if doctor is active_for_ever else doctor(world, session)
    assert DOCTORED[doctor] in {one.book for one in books(world)}


def test_an_item_with_more_people_than_it_may_have_is_told_as_such(world):
    world.add_items(1)
    people = world.volunteers(4)
    with world.database.writing() as session:
        item = first(session, Item)
        session.add_all([_lease(world, item.id, person, slot) for slot, person in enumerate(people)])
    assert "is with 4 people and may be with 3" in {one.what for one in books(world)}


def test_what_has_no_mirror_is_not_missed_there(world):
    small(world)
    with world.database.writing() as session:
        not_on_its_way(world, session)
    assert books(world, mirrored=False) == []


class PowerCutError(BaseException):
    """The process ends here."""


def test_a_refit_that_was_cut_off_is_made_again_and_leaves_no_posterior_of_an_earlier_fit(world, monkeypatch):
    campaign(world, items=30, careful=3, careless=0)
    now = world.clock.now()

    def cut(*_):
        raise PowerCutError

    with monkeypatch.context() as power:
        power.setattr(refits, "batches", cut)
        with pytest.raises(PowerCutError):
            refit_if_due(world.database, world.project, SCHEMA, now)
    assert books(world) == []  # it is known to be unfinished
    assert refit_if_due(world.database, world.project, SCHEMA, now)
    assert books(world) == []
    assert not refit_if_due(world.database, world.project, SCHEMA, now)


def test_an_item_first_answered_while_a_refit_works_it_out_is_brought_up_to_date_too(world, monkeypatch):
    campaign(world, items=30, careful=3, careless=0)
    world.add_items(1, first=100)
    (late,) = world.volunteers(1)
    given, fit_all = world.next(late), refits.fit_all

    def answer_meanwhile(*data):
        world.answer(late, given.lease_id, "3")
        return fit_all(*data)

    with monkeypatch.context() as moment:
        moment.setattr(refits, "fit_all", answer_meanwhile)
        assert refit(world.database, world.project, SCHEMA, world.clock.now())
    assert books(world) == []


def test_refits_of_two_workers_at_once_store_one_after_another(world):
    campaign(world, items=30, careful=3, careless=0)
    refit(world.database, world.project, SCHEMA, world.clock.now())
    with ThreadPoolExecutor(3) as pool:
        at_once = [
            pool.submit(refit, world.database, world.project, SCHEMA, world.clock.now() + timedelta(seconds=n))
            for n in range(6)
        ]
        assert any(one.result() for one in at_once)
    assert books(world) == []


def test_a_fit_after_one_of_the_future_is_the_newest(world):
    campaign(world, items=30, careful=3, careless=0)
    assert refit_if_due(world.database, world.project, SCHEMA, world.clock.now())
    with world.database.writing() as session:  # as if the clock had run ahead by years
        for fit in session.exec(select(ConsensusFit)).all():
            ahead = ConsensusFit(**{**fit.model_dump(), "id": "7Z" + fit.id[2:], "fitted_at": _years_on(fit.fitted_at)})
            session.add(ahead)
    world.add_items(1, first=100)
    (late,) = world.volunteers(1)
    world.answer(late, world.next(late).lease_id, "1")
    assert refit_if_due(world.database, world.project, SCHEMA, world.clock.now())
    assert books(world) == []


def _years_on(moment):
    return moment + timedelta(days=1000)
