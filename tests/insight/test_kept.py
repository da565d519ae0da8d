"""Values that are kept: a small one is always of now, a large one is never waited for."""

from __future__ import annotations

from threading import Event

import pytest

from annotator.insight import kept
from annotator.insight.kept import Kept


class Source:
    """Something that changes, how often it was worked out, and a gate that holds the work back."""

    def __init__(self):
        self.now, self.worked, self.gate, self.done = 0, 0, Event(), Event()
        self.gate.set()

    def work_out(self):
        self.gate.wait(5)
        self.worked += 1
        value = self.now
        self.done.set()
        return value

    def kept(self, *, large):
        return Kept(lambda: self.now, self.work_out, lambda _: large)


@pytest.fixture
def source():
    return Source()


def test_a_small_value_is_of_now_and_worked_out_once(source):
    value = source.kept(large=False)
    assert [value.get(), value.get()] == [0, 0]
    source.now = 5
    assert [value.get(), value.get()] == [5, 5]
    assert source.worked == 2


def test_a_large_value_is_renewed_behind_the_page_that_asks(source, monkeypatch):
    monkeypatch.setattr(kept, "_REST", 0)
    value = source.kept(large=True)
    assert value.get() == 0
    source.now = 5
    source.gate.clear()
    source.done.clear()
    assert [value.get(), value.get()] == [0, 0]
    source.gate.set()
    assert source.done.wait(5)
    with value._behind:
        assert value.get() == 5
    assert source.worked == 2


def test_a_large_value_is_left_alone_for_a_while(source, monkeypatch):
    monkeypatch.setattr(kept, "_REST", 1e12)
    value = source.kept(large=True)
    value.get()
    value.get()
    with value._behind:
        source.now = 5
    assert [value.get(), value.get()] == [0, 0]
    assert source.worked == 1


def test_work_that_fails_is_tried_again(source, monkeypatch):
    monkeypatch.setattr(kept, "_REST", 0)
    monkeypatch.setattr("threading.excepthook", lambda _: None)
    value = source.kept(large=True)
    value.get()
    source.now, work_out = 5, source.work_out
    value.work_out = lambda: 1 / 0
    value.get()
    with value._behind:
        value.work_out = work_out
    value.get()
    with value._behind:
        assert value.get() == 5
