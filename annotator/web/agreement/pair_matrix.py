"""The matrix of annotators as a page shows it: under their pseudonyms, in the order of these, a block of people at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from annotator.insight.pairs import MINIMUM_SHARED, Pairs

BLOCK = 20
"""So many people stand beside so many others on one page."""
_BANDS = (0.4, 0.667, 0.8)


@dataclass(frozen=True, slots=True)
class Cell:
    """Two people by their pseudonyms, how many items both answered, and kappa with its interval; None where undefined."""

    one: str
    other: str
    shared: int
    kappa: float | None
    low: float | None
    high: float | None

    @property
    def band(self) -> int | None:
        """How strong the colour of the cell is, 0 to 3."""
        return None if self.kappa is None else sum(self.kappa >= edge for edge in _BANDS)

    @property
    def thin(self) -> bool:
        return self.shared < MINIMUM_SHARED


@dataclass(frozen=True, slots=True)
class Block:
    """Part of the matrix: `rows` by `columns`; None where a person would stand beside themselves."""

    row: int
    column: int
    columns: list[str]
    rows: list[tuple[str, list[Cell | None]]]

    @property
    def cells(self) -> list[Cell]:
        """Every two people of the block who share an item, once."""
        seen: dict[frozenset[str], Cell] = {}
        for _, cells in self.rows:
            for cell in cells:
                if cell is not None and cell.shared:
                    seen.setdefault(frozenset((cell.one, cell.other)), cell)
        return list(seen.values())


class PairTable:
    """Pairs with the names of people; `names` gives pseudonyms by id."""

    def __init__(self, pairs: Pairs, names: Mapping[str, str]) -> None:
        self._pairs = pairs
        named = [names[str(person)] for person in pairs.people]
        self._order = sorted(range(len(named)), key=named.__getitem__)
        self.people = [named[code] for code in self._order]

    @property
    def groups(self) -> list[tuple[str, str]]:
        """The first and the last person of each group of people that makes a block."""
        starts = range(0, len(self.people), BLOCK)
        return [(self.people[start], self.people[min(start + BLOCK, len(self.people)) - 1]) for start in starts]

    def block(self, row: int, column: int) -> Block:
        """Return the block of two groups; past the last one, the last."""
        last = max(len(self.groups) - 1, 0)
        row, column = min(row, last), min(column, last)
        rows, columns = self._group(row), self._group(column)
        return Block(
            row,
            column,
            [self.people[place] for place in columns],
            [(self.people[one], [self._cell(one, other) for other in columns]) for one in rows],
        )

    def cells(self) -> Iterator[Cell]:
        """Yield every two people who share an item, in order."""
        shared = self._pairs.shared[np.ix_(self._order, self._order)]
        for one, other in np.argwhere(np.triu(shared > 0, k=1)).tolist():
            cell = self._cell(one, other)
            if cell is not None:
                yield cell

    def _group(self, number: int) -> range:
        return range(number * BLOCK, min((number + 1) * BLOCK, len(self.people)))

    def _cell(self, one: int, other: int) -> Cell | None:
        if one == other:
            return None
        at = self._order[one], self._order[other]
        values = (self._pairs.kappa[at], self._pairs.low[at], self._pairs.high[at])
        kappa, low, high = (None if np.isnan(value) else float(value) for value in values)
        return Cell(self.people[one], self.people[other], int(self._pairs.shared[at]), kappa, low, high)
