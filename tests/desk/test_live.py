"""One look a process for everybody who listens; who joins is told at once, who is slow is told the newest; nobody, no look."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from annotator.insight.current import CurrentAgreement
from annotator.web.desk.live import Feed
from annotator.web.frame.board import Board


class Source:
    """Marks that a test changes, and how often they were looked at."""

    def __init__(self):
        self.marks, self.looks = {"strip": "0"}, 0

    def read(self):
        self.looks += 1
        return dict(self.marks)


def run(scene):
    """Run a scene in a thread of its own: a browser of another test may have a loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, scene).result()


async def collected(feed, count):
    found = []
    async for marks in feed.listen():
        found.append(marks["strip"])
        if len(found) == count:
            break
    return found


def test_everybody_is_told_what_changed_by_one_look():
    source = Source()
    feed = Feed(source.read, pause=0.01)

    async def scene():
        listeners = [asyncio.create_task(collected(feed, 2)) for _ in range(20)]
        await asyncio.sleep(0.05)
        source.marks = {"strip": "1"}
        return await asyncio.wait_for(asyncio.gather(*listeners), 5)

    assert run(scene()) == [["0", "1"]] * 20
    assert source.looks < 40


def test_nobody_listening_is_no_look_and_who_comes_later_is_told_anew():
    source = Source()
    feed = Feed(source.read, pause=0.01)

    async def scene():
        await collected(feed, 1)
        await asyncio.sleep(0.1)
        looks = source.looks
        await asyncio.sleep(0.1)
        assert source.looks == looks
        source.marks = {"strip": "7"}
        assert await asyncio.wait_for(collected(feed, 1), 5) == ["7"]

    run(scene())


def test_a_stream_ends_after_its_life_and_counts_no_more():
    feed = Feed(Source().read, pause=0.01, life=0.1, most=1)

    async def scene():
        listening = asyncio.create_task(collected(feed, 99))
        await asyncio.sleep(0.03)
        assert feed.full
        assert await asyncio.wait_for(listening, 5) == ["0"]
        await asyncio.sleep(0)
        assert not feed.full

    run(scene())


@pytest.mark.usefixtures("no_limits")
def test_marks_change_with_what_a_part_shows_and_with_nothing_else(world):
    world.agreement = CurrentAgreement(world.database, world.schema, world.project.id, world.clock)
    board = Board(world)
    world.add_items(2)
    (person,) = world.volunteers(1)
    before = board.marks()
    assert board.marks() == before
    lease = world.next(person).lease_id
    given = board.marks()
    assert given["strip"] != before["strip"]
    assert board.strip().progress.labelling == 1
    world.answer(person, lease)
    assert board.marks()["strip"] != given["strip"]
    assert board.marks()["agreement"] != given["agreement"]
    world.add_items(1, first=5)
    assert board.marks()["data"] != given["data"]
    assert board.strip() is board.strip()
