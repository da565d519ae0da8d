"""Two processes at once: a transaction that is still open while another call begins."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager

LONG_ENOUGH = 0.5
"""Seconds in which a call comes to where it has to wait, or to its end where nothing makes it."""


@contextmanager
def open_transaction(database):
    """Give a session for writing, and a function that begins a call on a thread of its own before the transaction ends."""
    with ThreadPoolExecutor() as pool, database.writing() as session:

        def begin(call, *given, **named):
            begun = pool.submit(call, *given, **named)
            wait([begun], timeout=LONG_ENOUGH)
            return begun

        yield session, begin
