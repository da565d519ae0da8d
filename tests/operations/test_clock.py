"""A clock that ran ahead and was set right leaves nothing that waits for the moment it showed."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from sqlmodel import select

from annotator.dispensing.returns import expire_from_the_future
from annotator.domain.ids import id_after, new_id
from annotator.domain.webhooks import Event
from annotator.insight.books import discrepancies
from annotator.storage import outbox, webhooks
from annotator.storage.tables import Lease, Outbox
from annotator.webhooks.courier import Courier
from annotator.webhooks.endpoints import Endpoints
from tests.webhooks.test_delivery import receiving

pytestmark = pytest.mark.usefixtures("no_limits")
AHEAD = {"days": 3}


def test_an_answer_given_while_it_was_ahead_goes_to_label_studio_at_once(world):
    world.add_items(1)
    (ada,) = world.volunteers(1)
    world.pass_time(**AHEAD)
    world.answer(ada, world.next(ada).lease_id)
    world.pass_time(days=-3)
    with world.database.reading() as session:
        assert len(outbox.due(session, world.project.id, world.clock.now(), 10)) == 1


def test_what_is_put_off_waits_no_longer_than_five_minutes(world):
    with world.database.writing() as session:
        outbox.add(session, world.clock.now(), outbox.OutboxKind.ANNOTATION, new_id())
    for _ in range(40):
        with world.database.writing() as session:
            outbox.put_off(session, session.exec(select(Outbox.id)).one(), world.clock.now(), "refused")
    with world.database.reading() as session:
        assert session.exec(select(Outbox.due_at)).one() == world.clock.now() + timedelta(minutes=5)
        assert outbox.due(session, world.project.id, world.clock.now(), 10) == []


def test_an_event_of_that_time_is_told_at_once(world):
    courier = Courier(world.database, world.clock, np.random.default_rng(1), private=True)
    with receiving(204) as server:
        endpoints = Endpoints(world.database, world.project.id, "test")
        endpoints.add(server.url, [Event.ITEM_AGREED.value], world.clock.now(), private=True)
        world.pass_time(hours=2)
        with world.database.writing() as session:
            webhooks.emit(session, world.clock.now(), world.project.id, Event.ITEM_AGREED, {"item": "a"})
        world.pass_time(hours=-2)
        assert courier.deliver() == 1


def test_a_lease_of_that_time_is_returned_and_can_be_given_to_its_person_again(world):
    (name,) = world.add_items(1)
    (ada,) = world.volunteers(1)
    world.pass_time(**AHEAD)
    given = world.next(ada)
    world.pass_time(days=-3)
    assert expire_from_the_future(world.database, world.clock.now()) == 1
    assert expire_from_the_future(world.database, world.clock.now()) == 0
    assert world.item(name).leased == 0
    assert world.next(ada).lease_id == given.lease_id
    with world.database.frozen() as session:
        found = discrepancies(session, world.schema, world.clock.now(), mirrored=False)
        assert [one for one in found if one.book != "leases"] == []
    world.check_books()


def test_a_lease_of_a_machine_that_is_a_little_ahead_stays(world):
    world.add_items(1)
    (ada,) = world.volunteers(1)
    world.pass_time(minutes=5)
    world.next(ada)
    world.pass_time(minutes=-5)
    assert expire_from_the_future(world.database, world.clock.now()) == 0
    with world.database.reading() as session:
        assert session.exec(select(Lease.state)).one() == "live"


def test_an_id_sorts_after_one_of_the_future():
    assert id_after(None) > "0"
    before, ahead = "0" * 26, "7" + "Y" * 24 + "Z"
    assert before < id_after(before) < ahead < id_after(ahead)
    assert id_after(ahead) == "7" + "Y" * 23 + "Z0"
