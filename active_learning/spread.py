"""Work in parts, spread over an executor: a pool of processes here, or a Dask cluster (`distributed.Client.get_executor`)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from functools import partial
from typing import Any

Each = Callable[[Callable[[Any], Any], Iterable[Any]], Iterable[Any]]
"""`map`, or what does the same elsewhere: results come in the order of what was given."""


def over(executor: Executor | None, at_once: int = 16) -> Each:
    """Return a `map` over an executor; the plain one where there is none. So many parts at the most are under way, so memory stays bounded."""
    return map if executor is None else partial(_each, executor, at_once)


def _each(executor: Executor, at_once: int, run: Callable[[Any], Any], given: Iterable[Any]) -> Iterator[Any]:
    waiting: deque[Future[Any]] = deque()
    for part in given:
        waiting.append(executor.submit(run, part))
        if len(waiting) >= at_once:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()
