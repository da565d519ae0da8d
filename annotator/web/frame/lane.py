"""The lane of labelling: a few threads of its own, so that no desk page that takes long stands in a volunteer's way.

They are few since a call is made of many short statements: more threads than a processor can run get in each other's way after each.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial, wraps
from typing import Any, ParamSpec, TypeVar

from anyio import CapacityLimiter, to_thread
from anyio.lowlevel import RunVar

WIDTH = 2
Given = ParamSpec("Given")
Found = TypeVar("Found")
_LANE = RunVar[CapacityLimiter]("labelling")


def in_lane(function: Callable[Given, Found]) -> Callable[Given, Coroutine[Any, Any, Found]]:
    """Return the function as one that is awaited while it runs in a thread of the lane, as soon as one is free."""

    @wraps(function)
    async def call(*args: Given.args, **more: Given.kwargs) -> Found:
        return await to_thread.run_sync(partial(function, *args, **more), limiter=_lane())

    return call


def _lane() -> CapacityLimiter:
    """Return the lane of this event loop."""
    try:
        return _LANE.get()
    except LookupError:
        made = CapacityLimiter(WIDTH)
        _LANE.set(made)
        return made
