"""Small counts are not shown: whoever is one of few could be told from the others."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TypeVar

LEAST = 10
"""Fewest that may share a cell which is shown (k)."""

Cell = TypeVar("Cell", bound=Hashable)


def suppress(cells: Mapping[Cell, int]) -> dict[Cell, int | None]:
    """Return counts with those under `LEAST` as None.

    Where exactly one cell would be None, the next smallest goes as well: else the total gives it away.
    """
    hidden = {cell for cell, count in cells.items() if 0 < count < LEAST}
    others = [cell for cell, count in cells.items() if count >= LEAST]
    if len(hidden) == 1 and others:
        hidden.add(min(others, key=lambda cell: (cells[cell], str(cell))))
    return {cell: None if cell in hidden else count for cell, count in cells.items()}
