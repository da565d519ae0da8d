"""Writing much without holding anybody up: a batch a transaction, and a rest after each for those who wait for the lock."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import TypeVar

from sqlmodel import Session

from annotator.storage.database import Database

T = TypeVar("T")

SIZE = 200
_REST = 2.0  # times as long as the batch took
_LONGEST = 0.1


def batches(rows: Iterable[T], size: int = SIZE) -> Iterator[list[T]]:
    """Yield the rows, so many at a time."""
    left = iter(rows)
    while batch := list(islice(left, size)):
        yield batch


@contextmanager
def writing_in_turn(database: Database) -> Iterator[Session]:
    """Give a session for writing one batch of many, then rest: whoever answers meanwhile comes first."""
    with database.writing() as session:
        session.connection()
        began = time.monotonic()
        yield session
    time.sleep(min(_LONGEST, _REST * (time.monotonic() - began)))
