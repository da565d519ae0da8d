"""Webhooks from the change to the receiver: real HTTP servers that take, fail, hang and flap."""

from __future__ import annotations

import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from annotator.client import verify
from annotator.domain.errors import ConflictError, NotFoundError
from annotator.domain.items import ItemState
from annotator.domain.webhooks import LONGEST_PAUSE, TRIES, Event, pause_before
from annotator.storage import webhooks
from annotator.storage.tables_webhooks import WebhookDelivery
from annotator.webhooks.courier import Courier
from annotator.webhooks.endpoints import Endpoints
from tests.webhooks.receiver import (
    agree,
    listen,
    move,
    move_and_fail,
    receiving,
    the_endpoint,
    waiting,
)

PROGRAM = re.search(
    r"```python\n(.*?)```", (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text(encoding="utf-8"), re.DOTALL
)[1]


def test_what_happens_is_told_signed_with_ids_and_states_alone(world, endpoints, courier):
    with receiving(204) as server:
        secret = listen(world, endpoints, server)
        name = agree(world)
        move(world, name, ItemState.ADJUDICATING)
        move(world, name, ItemState.GOLD)
        assert courier.deliver() == 2
        told = [verify(secret, *one, now=world.clock.now().timestamp()) for one in server.seen]
    assert [(one.type, one.data) for one in told] == [
        ("item.agreed", {"item": name, "state": "agreed"}),
        ("item.adjudicated", {"item": name, "state": "gold"}),
    ]
    assert told[0].timestamp == world.clock.now()
    assert waiting(world) == []
    assert the_endpoint(world).delivered_at == world.clock.now()


def test_volunteers_who_agree_set_it_off(world, endpoints, courier):
    world.add_items(1)
    with receiving(204) as server:
        listen(world, endpoints, server)
        for person in world.volunteers(3):
            world.answer(person, world.next(person).lease_id)
        assert courier.deliver() == 1


def test_a_change_that_is_rolled_back_tells_nothing(world, endpoints):
    with receiving(204) as server:
        listen(world, endpoints, server)
    (name,) = world.add_items(1)
    with pytest.raises(ConflictError):
        move_and_fail(world, name)
    assert waiting(world) == []


def test_an_endpoint_is_told_only_of_what_it_asked_for(world, endpoints, courier):
    with receiving(204) as server:
        listen(world, endpoints, server, ["release.published"])
        agree(world)
        with world.database.writing() as session:
            data = {"release": "x", "version": "1.0.0", "state": "published"}
            webhooks.emit(session, world.clock.now(), world.project.id, Event.RELEASE_PUBLISHED, data)
        assert courier.deliver() == 1
        assert json.loads(server.seen[0][1])["data"] == data


def test_a_receiver_that_flaps_gets_everything_at_least_once(world, endpoints, courier):
    with receiving(503, 204, 500, 204) as server:
        listen(world, endpoints, server)
        names = [agree(world, number) for number in range(3)]
        for _ in range(6):
            courier.deliver()
            world.pass_time(hours=1)
        assert waiting(world) == []
        ids = [headers["webhook-id"] for headers, _ in server.seen]
        assert len(server.seen) == 5
        assert len(set(ids)) == 3
        assert {json.loads(body)["data"]["item"] for _, body in server.seen} == set(names)
    assert the_endpoint(world).failures == 0


def test_a_dead_endpoint_holds_up_no_other(world, endpoints):
    courier = Courier(world.database, world.clock, np.random.default_rng(7), private=True, deadline=5)
    with receiving(0) as slow, receiving(204) as well:
        listen(world, endpoints, slow)
        listen(world, endpoints, well)
        for number in range(3):
            agree(world, number)
        with ThreadPoolExecutor(1) as pool:
            round_ = pool.submit(courier.deliver)
            while len(well.seen) < 3 and not round_.done():
                time.sleep(0.01)
            assert not round_.done()  # the dead one is still waited for
            assert round_.result() == 3
        assert (len(slow.seen), len(well.seen)) == (1, 3)
    assert [row.error for row in waiting(world) if row.tries] == ["no reply within 5 s"]


def test_nothing_is_tried_before_its_pause_is_over(world, endpoints, courier):
    with receiving(500) as server:
        listen(world, endpoints, server)
        agree(world)
        courier.deliver()
        courier.deliver()
        assert len(server.seen) == 1
        (row,) = waiting(world)
        assert timedelta(seconds=5) <= row.due_at - world.clock.now() <= timedelta(seconds=10)
        assert row.error == "the receiver said 500"


def test_a_redirect_is_not_followed(world, endpoints, courier):
    with receiving(307, 204) as server:
        listen(world, endpoints, server)
        agree(world)
        assert courier.deliver() == 0
        assert len(server.seen) == 1
    assert waiting(world)[0].error == "redirects are not followed"


def test_what_is_never_taken_becomes_a_dead_letter_to_send_again_or_throw_away(world, endpoints, courier):
    with receiving(400) as server:
        listen(world, endpoints, server)
        agree(world)
        for _ in range(TRIES + 2):
            courier.deliver()
            world.pass_time(hours=7)
        assert len(server.seen) == TRIES
        (letter,) = waiting(world)
        assert letter.dead_at is not None
        server.statuses = (204,)
        endpoints.redeliver(letter.id, world.clock.now())
        assert courier.deliver() == 1
    with pytest.raises(NotFoundError):
        endpoints.discard(letter.id, world.clock.now())


def test_a_dead_letter_can_be_thrown_away_and_another_projects_cannot(world, endpoints):
    with receiving(204) as server:
        listen(world, endpoints, server)
    agree(world)
    (row,) = waiting(world)
    with pytest.raises(NotFoundError):
        endpoints.discard(row.id, world.clock.now())  # it is not dead
    with world.database.writing() as session:
        session.get_one(WebhookDelivery, row.id).dead_at = world.clock.now()
    with pytest.raises(NotFoundError):
        Endpoints(world.database, "another", "test").discard(row.id, world.clock.now())
    endpoints.discard(row.id, world.clock.now())
    assert waiting(world) == []


def test_a_place_that_was_allowed_once_is_judged_again_at_every_delivery(world, endpoints, courier):
    with receiving(204) as server:
        listen(world, endpoints, server)
        agree(world)
        strict = Courier(world.database, world.clock, np.random.default_rng(7), private=False)
        assert strict.deliver() == 0
        assert server.seen == []
    assert "https" in waiting(world)[0].error


def test_the_receiver_of_the_documentation_runs(world, endpoints, courier, capsys):
    names = {"secret": ""}
    exec(compile(PROGRAM, "docs/webhooks.md", "exec"), names)
    names["Receiver"].log_message = lambda *_: None
    with receiving(204, handler=names["Receiver"]) as server:
        agreed_secret = listen(world, endpoints, server)
        agree(world)
        world.clock.advance(timedelta(seconds=time.time() - world.clock.now().timestamp()))
        names["secret"] = "whsec_d3Jvbmc="
        assert courier.deliver() == 0
        names["secret"] = agreed_secret
        world.pass_time(seconds=20)
        assert courier.deliver() == 1
    assert capsys.readouterr().out == "item.agreed {'item': 'item-00000', 'state': 'agreed'}\n"


@pytest.mark.parametrize("tries", range(1, 12))
def test_pauses_grow_and_are_spread(tries):
    rng = np.random.default_rng(7)
    pauses = [pause_before(tries, rng) for _ in range(200)]
    longest = min(LONGEST_PAUSE, timedelta(seconds=10 * 4 ** (tries - 1)))
    assert longest / 2 <= min(pauses) < max(pauses) <= longest
    assert max(pauses) - min(pauses) > longest / 4
