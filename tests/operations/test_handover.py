"""Of several workers one leads; when it dies, or loses the database, another takes over and it leads no more."""

from __future__ import annotations

import subprocess
import sys
import time
from threading import Event, Thread

import pytest
from sqlalchemy import create_engine, text

from annotator import working
from annotator.storage.database import Database
from annotator.storage.leader import leadership
from annotator.working import Duty, work

LEADER = """
import sys
from annotator.storage.database import Database
from annotator.storage.leader import leadership
with leadership(Database(sys.argv[1])) as leads:
    print("leads" if leads() else "stands by", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def postgres_copy(request):
    """The URL of an empty database on PostgreSQL: leading is about it alone, no table is needed."""
    base, name = request.getfixturevalue("postgres_url"), "handover"
    admin = create_engine(Database(base).url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield base.replace("/postgres?", f"/{name}?")
    admin.dispose()


def started(url):
    command = [sys.executable, "-c", LEADER, url]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def break_connections(database):
    """End every connection to the database but ours, as a restart of the server does."""
    with database.engine.connect() as connection:
        ours = "datname = current_database() AND pid <> pg_backend_pid()"
        connection.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {ours}"))


def test_when_the_leading_process_is_killed_another_worker_takes_over(site, database, monkeypatch):
    monkeypatch.setattr(working, "_STAND_BY", 0.05)
    leader = started(database.url)
    assert leader.stdout.readline() == "leads\n"
    done, stopping = Event(), Event()
    second = Thread(target=work, args=(site.service, [Duty("a duty", done.set, pause=60)], stopping))
    second.start()
    try:
        assert not done.wait(0.5)
        leader.kill()
        assert done.wait(60)
    finally:
        stopping.set()
        second.join()
        leader.wait()
        leader.stdin.close()
        leader.stdout.close()


def test_whoever_gives_up_leading_lets_the_next_one(database):
    other = Database(database.url)
    with leadership(database) as leads:
        assert leads()
        with leadership(other) as second:
            assert not second()
    with leadership(other) as second:
        assert second()
    other.dispose()


def test_a_leader_whose_connection_is_broken_leads_no_more_and_another_does(postgres_copy):
    url = postgres_copy
    first, second = Database(url), Database(url)
    with leadership(first) as leads:
        assert leads()
        break_connections(second)
        with leadership(second) as takes_over:
            assert takes_over()
            assert not leads()
            assert not leads()
    first.dispose()
    second.dispose()


def test_a_worker_that_loses_its_database_leads_again_once_it_is_back(postgres_copy, monkeypatch):
    monkeypatch.setattr(working, "_STAND_BY", 0.05)
    monkeypatch.setattr(working, "_ASK", 0.05)
    url = postgres_copy
    database, admin, stopping, led = Database(url), Database(url), Event(), []
    monkeypatch.setattr(working, "_lead", lambda *given: led.append(1) or _until_lost(given[-1], stopping))
    thread = Thread(target=work, args=(_Holder(database), [], stopping))
    thread.start()
    try:
        _wait(lambda: len(led) == 1)
        break_connections(admin)
        _wait(lambda: len(led) == 2)
    finally:
        stopping.set()
        thread.join()
        database.dispose()
        admin.dispose()


def test_where_the_database_is_away_nobody_leads_and_nothing_breaks():
    away = Database("postgresql://nobody@127.0.0.1:1/nothing")
    with leadership(away) as leads:
        assert not leads()
    away.dispose()


class _Holder:
    """What a worker asks of the service before it leads."""

    def __init__(self, database):
        self.database = database


def _until_lost(leads, stopping):
    while leads() and not stopping.wait(0.02):
        pass


def _wait(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
