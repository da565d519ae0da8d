"""Our own map of coarse regions: a tile each, laid out by the points of the compass that their names hold. No borders, no places.

A region of fewer than ten items is not on it by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_PLACES = {
    "northwest": (0, 0),
    "north": (1, 0),
    "northeast": (2, 0),
    "west": (0, 1),
    "centre": (1, 1),
    "center": (1, 1),
    "central": (1, 1),
    "midlands": (1, 1),
    "east": (2, 1),
    "southwest": (0, 2),
    "south": (1, 2),
    "southeast": (2, 2),
}
_COLUMNS = 3
_LIGHTEST, _DARKEST = 0.12, 0.85


@dataclass(frozen=True, slots=True)
class Tile:
    """A region at a place of the grid; `depth` is how dark it is drawn, by its share of the largest."""

    name: str
    count: int
    column: int
    row: int
    depth: float

    @property
    def on_dark(self) -> bool:
        return self.depth > 0.68


@dataclass(frozen=True, slots=True)
class TileMap:
    """The tiles, the rows of the grid, and how many regions have too few items to be on it."""

    tiles: list[Tile]
    rows: int
    folded: int


def tile_map(regions: Mapping[str, int | None]) -> TileMap:
    """Lay regions out; None is a count that may not be told. A name without a place of its own goes below, in the order given."""
    told = {name: count for name, count in regions.items() if count}
    largest = max(told.values(), default=1)
    taken: set[tuple[int, int]] = set()
    placed: dict[str, tuple[int, int]] = {}
    for name in told:
        place = _PLACES.get("".join(filter(str.isalpha, name.casefold())))
        if place is not None and place not in taken:
            placed[name] = place
            taken.add(place)
    below = max((row for _, row in taken), default=-1) + 1
    for number, name in enumerate(one for one in told if one not in placed):
        placed[name] = (number % _COLUMNS, below + number // _COLUMNS)
    tiles = [
        Tile(name, count, *placed[name], _LIGHTEST + (_DARKEST - _LIGHTEST) * count / largest)
        for name, count in told.items()
    ]
    rows = max((row for _, row in placed.values()), default=-1) + 1
    return TileMap(tiles, rows, sum(count is None for count in regions.values()))
