"""The life of an endpoint: paused, gone, its secret changed, removed, refused."""

from __future__ import annotations

from datetime import timedelta

import pytest

from annotator.client import SignatureError, verify
from annotator.domain.errors import ConflictError, InputError, NotFoundError
from annotator.domain.items import ItemState
from annotator.domain.webhooks import FAILURES
from annotator.storage import webhooks
from tests.at_once import open_transaction
from tests.ports import free_port
from tests.webhooks.receiver import (
    EVENTS,
    agree,
    listen,
    receiving,
    the_endpoint,
    waiting,
)


def test_an_endpoint_that_fails_for_long_is_paused_and_goes_on_when_it_is_resumed(world, endpoints, courier):
    with receiving(500) as server:
        listen(world, endpoints, server)
        for number in range(FAILURES + 5):
            agree(world, number)
        for _ in range(FAILURES + 5):
            courier.deliver()
            world.pass_time(minutes=5)
        assert len(server.seen) == FAILURES
        one = the_endpoint(world)
        assert one.paused_at is not None
        server.statuses = (204,)
        assert courier.deliver() == 0
        endpoints.resume(one.id, world.clock.now())
        assert courier.deliver() + courier.deliver() == FAILURES + 5
    assert (the_endpoint(world).failures, waiting(world)) == (0, [])


def test_an_endpoint_that_says_it_is_gone_is_paused_at_once(world, endpoints, courier):
    with receiving(410) as server:
        listen(world, endpoints, server)
        agree(world)
        courier.deliver()
    assert the_endpoint(world).paused_at == world.clock.now()


def test_with_a_new_secret_both_sign_for_a_day(world, endpoints, courier):
    with receiving(204) as server:
        old = listen(world, endpoints, server)
        new = endpoints.rotate(the_endpoint(world).id, world.clock.now())
        assert new != old
        agree(world)
        courier.deliver()
        world.pass_time(hours=25)
        agree(world, 1)
        courier.deliver()
        (first, second) = server.seen
    early, late = (float(headers["webhook-timestamp"]) for headers, _ in server.seen)
    assert verify(old, *first, now=early) == verify(new, *first, now=early)
    assert verify(new, *second, now=late)
    with pytest.raises(SignatureError):
        verify(old, *second, now=late)


def test_removing_an_endpoint_takes_along_what_was_on_its_way(world, endpoints):
    with receiving(204) as server:
        listen(world, endpoints, server)
    agree(world)
    endpoints.remove(the_endpoint(world).id, world.clock.now())
    assert waiting(world) == []
    with pytest.raises(NotFoundError):
        endpoints.rotate("nothing", world.clock.now())


def test_a_change_that_meets_an_endpoint_being_removed_is_made_all_the_same(world, endpoints):
    with receiving(204) as server:
        listen(world, endpoints, server)
    one = the_endpoint(world)
    with open_transaction(world.database) as (session, begin):
        webhooks.endpoint(session, world.project.id, one.id)
        webhooks.remove(session, one.id)
        agreed = begin(agree, world)
    assert world.item(agreed.result()).state == ItemState.AGREED
    assert waiting(world) == []


def test_a_delivery_that_fails_while_its_endpoint_is_removed_holds_nobody_up(world, endpoints):
    with receiving(204) as server:
        listen(world, endpoints, server)
    agree(world)
    (row,) = waiting(world)

    def fail():
        with world.database.writing() as session:
            webhooks.failed(session, row, world.clock.now(), "no reply", timedelta(minutes=1))

    with open_transaction(world.database) as (session, begin):
        webhooks.endpoint(session, world.project.id, row.endpoint_id)
        failed = begin(fail)
        webhooks.remove(session, row.endpoint_id)
    failed.result()
    assert waiting(world) == []


def test_what_an_endpoint_may_not_be_is_refused_with_the_place(world, endpoints):
    now = world.clock.now()
    url = f"http://127.0.0.1:{free_port()}/"
    with pytest.raises(InputError, match="https"):
        endpoints.add(url, EVENTS, now, private=False)
    with pytest.raises(InputError, match="may not go to"):
        endpoints.add("https://localhost/", EVENTS, now, private=False)
    with pytest.raises(InputError, match="events"):
        endpoints.add(url, ["everything"], now, private=True)
    with pytest.raises(InputError, match="no address"):
        endpoints.add("https://nowhere.invalid/", EVENTS, now, private=True)
    endpoints.add(url, EVENTS, now, private=True)
    with pytest.raises(ConflictError):
        endpoints.add(url, EVENTS, now, private=True)
