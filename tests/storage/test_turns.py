"""Processes that write to one SQLite file take turns, and one that dies holds nobody up."""

from __future__ import annotations

import subprocess
import sys
from itertools import groupby
from threading import Thread
from time import sleep

import pytest

from annotator.domain.errors import ConflictError
from annotator.storage.turns import Turns

WRITER = """
import sys, time
from pathlib import Path
from annotator.storage.turns import Turns

path, name, seconds, stop = Path(sys.argv[1]), sys.argv[2], float(sys.argv[3]), Path(sys.argv[4])
turns = Turns(path, 20)
print("ready", flush=True)
while not stop.exists():
    with turns.take(), path.open("a") as log:
        log.write(name)
        log.flush()
        time.sleep(seconds)
"""
ENOUGH = 40


@pytest.fixture
def another(tmp_path):
    """A function that starts a process which writes its letter again and again, holding each turn for so many seconds."""
    path, stop, started = tmp_path / "x.sqlite3", tmp_path / "stop", []

    def start(name, seconds):
        command = [sys.executable, "-c", WRITER, str(path), name, str(seconds), str(stop)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout.readline() == "ready\n"
        return process

    yield start, path
    stop.touch()
    for process in started:
        process.kill()
        process.wait(20)
        process.stdout.close()


def test_who_writes_much_lets_others_in_after_each_turn(another):
    start, path = another
    start("a", 0.004)
    start("b", 0.004)
    own = Turns(path, 20)
    begun = 0
    for _ in range(ENOUGH):
        with own.take():
            begun = begun or path.stat().st_size
            with path.open("a") as log:
                log.write("c")
            sleep(0.004)
    between = [len(list(group)) for name, group in groupby(path.read_text()[begun:]) if name != "c"]
    assert between
    assert max(between) <= 4, "one process wrote again and again while others waited"


def test_a_process_that_is_killed_while_it_holds_the_turn_holds_nobody_up(another):
    start, path = another
    holder = start("a", 60)
    while not path.exists() or not path.stat().st_size:
        pass
    own = Turns(path, 0.05)
    with pytest.raises(ConflictError, match="busy"), own.take():
        pass
    holder.kill()
    holder.wait(20)
    with Turns(path, 20).take():
        pass
    with own.take():
        pass


def test_threads_of_a_process_wait_for_one_another_and_say_so_when_it_is_too_long():
    turns, refused = Turns(None, 0.05), []

    def take():
        try:
            with turns.take():
                pass
        except ConflictError as error:
            refused.append(error)

    with turns.take():
        waiting = Thread(target=take)
        waiting.start()
        waiting.join(20)
    assert len(refused) == 1
    take()
    assert len(refused) == 1
