"""A slow duty of the worker holds up no other: each has a thread of its own, and those of one line take turns."""

from __future__ import annotations

import socket
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from threading import Event, Thread

import pytest
from pydantic import SecretStr
from sqlmodel import select

from annotator import working
from annotator.domain.errors import ConflictError
from annotator.domain.leases import LeaseState
from annotator.domain.roles import Role
from annotator.storage import heartbeat
from annotator.storage.tables import Lease
from annotator.studio.connect import studio_client
from annotator.worker import duties
from annotator.working import Duty, work


@pytest.fixture
def silent_studio():
    """A server that takes every connection and never says a word."""
    taken = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        Thread(target=_take, args=(listening, taken), daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        for connection in taken:
            connection.close()


def _take(listening, taken):
    while True:
        try:
            taken.append(listening.accept()[0])
        except OSError:
            return


@contextmanager
def at_work(service, given):
    stopping = Event()
    thread = Thread(target=work, args=(service, given, stopping))
    thread.start()
    try:
        yield stopping
    finally:
        stopping.set()
        thread.join(60)
        assert not thread.is_alive()


def wait(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def state_of_the_lease(service):
    with service.database.reading() as session:
        return session.exec(select(Lease)).one().state


def test_a_push_that_hangs_keeps_no_overdue_lease_from_being_returned(site, silent_studio, monkeypatch):
    monkeypatch.setattr(working, "_GRACE", 0.1)
    monkeypatch.setattr(working, "_BEAT", 0.1)
    site.add_items(["A text."])
    assert site.enter(Role.VOLUNTEER).post("/api/v1/next").status_code == 200
    settings = site.service.settings.model_copy(
        update={"studio": True, "studio_url": silent_studio, "studio_token": SecretStr("t")}
    )
    service = replace(site.service, settings=settings)
    given = duties(service, studio_client(settings))
    (push,) = (duty for duty in given if duty.name == "push to Label Studio")
    (expire,) = (duty for duty in given if duty.name == "expire leases")
    expire.pause = 0.1
    with at_work(service, given):
        wait(lambda: push.busy_since is not None)
        assert state_of_the_lease(service) == LeaseState.LIVE
        site.service.clock.advance(timedelta(seconds=service.project.lease_seconds))
        wait(lambda: state_of_the_lease(service) == LeaseState.EXPIRED)
        assert push.busy_since is not None, "it hangs all the while"
        wait(lambda: (beat := _beat(service)) and beat["push to Label Studio"].busy_since is not None)
        assert _beat(service)["expire leases"].last_well is not None


def _beat(service):
    with service.database.reading() as session:
        beat = heartbeat.read(session)
    return {duty.name: duty for duty in beat.duties} if beat is not None else None


def test_duties_of_a_line_take_turns_and_others_do_not_wait(site):
    under_way, seen, let_go, met = set(), [], Event(), Event()

    def turn(name):
        def run():
            under_way.add(name)
            seen.append(frozenset(under_way))
            time.sleep(0.01)
            under_way.discard(name)

        return run

    line = [Duty(name, turn(name), pause=0, line="one") for name in "abc"]
    alone = [Duty("waits", lambda: let_go.wait(60), pause=60), Duty("lets go", met.set, pause=60)]
    with at_work(site.service, [*line, *alone]):
        assert met.wait(60), "the one that waits holds up nobody"
        wait(lambda: len(seen) > 6)
        let_go.set()
    assert {each for one in seen for each in one} == {"a", "b", "c"}
    assert max(map(len, seen)) == 1


def test_what_fails_rests_longer_each_time_and_is_itself_again_once_it_goes_well(site):
    duty = Duty("push", _refuse, pause=1)
    rests = []
    for _ in range(6):
        working._do(site.service, duty)
        rests.append(duty.rest)
    assert rests == [2, 4, 8, 10, 10, 10]
    assert (duty.failures, duty.reason, duty.busy_since) == (6, "Not now.", None)
    duty.run = lambda: None
    working._do(site.service, duty)
    assert (duty.failures, duty.reason, duty.rest) == (0, "", 1)
    assert Duty("tidy", _refuse, pause=3600).rest == 3600


def _refuse():
    raise ConflictError("Not now.")


def test_a_worker_that_is_stopped_lets_what_is_under_way_come_to_its_end(site):
    begun, ended = Event(), Event()

    def run():
        begun.set()
        stopping.wait(60)
        time.sleep(0.3)
        ended.set()

    with at_work(site.service, [Duty("a duty", run, pause=60)]) as stopping:
        assert begun.wait(60)
    assert ended.is_set()


def test_what_hangs_is_not_begun_a_second_time_when_the_worker_leads_again(site, monkeypatch):
    monkeypatch.setattr(working, "_GRACE", 0.1)
    let_go, calls, begun = Event(), [], Event()

    def run():
        calls.append(1)
        begun.set()
        let_go.wait(60)

    duty = Duty("a duty", run, pause=0)
    with at_work(site.service, [duty]):
        assert begun.wait(60)
    another = Event()
    with at_work(site.service, [duty, Duty("another", another.set, pause=60)]):
        assert another.wait(60)
        assert len(calls) == 1
    let_go.set()
    duty.thread.join(60)
