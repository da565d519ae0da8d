"""Metadata made coarse before it is stored: region instead of city, quarter instead of date, small cells suppressed.

Pure functions. What they return is still personal data wherever the text is; they only make linking harder.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TypeVar

from annotator.domain.errors import InputError

SMALLEST_CELL = 10
"""Fewest rows that may share a combination of values (k)."""

SUPPRESSED = "suppressed"
UNKNOWN = "unknown"

Value = TypeVar("Value", bound=Hashable)


def quarter(when: date | datetime | str) -> str:
    """Return a date as its quarter, such as "2025-Q2". A string is read as ISO 8601.

    Raises InputError where the string is no date.
    """
    if isinstance(when, str):
        try:
            when = datetime.fromisoformat(when.strip())
        except ValueError:
            raise InputError("This is no ISO 8601 date.", where="date", mend="Write it as 2025-05-31.") from None
    return f"{when.year}-Q{(when.month + 2) // 3}"


def region(place: str, regions: Mapping[str, str]) -> str:
    """Return the region of a place, by a table from places (in lower case) to regions.

    A place that the table does not have becomes "unknown": it is never passed on as it came.
    """
    key = " ".join(place.casefold().split())
    if key in regions:
        return regions[key]
    known = {name.casefold(): name for name in regions.values()}
    return known.get(key, UNKNOWN)


def suppress(cells: Mapping[Value, int], smallest: int = SMALLEST_CELL) -> dict[Value, int | None]:
    """Return counts with those under `smallest` as None.

    Where exactly one cell would be None, the next smallest goes as well: else the total gives it away.
    """
    _check(smallest)
    hidden = {cell for cell, count in cells.items() if 0 < count < smallest}
    if len(hidden) == 1:
        others = [cell for cell, count in cells.items() if cell not in hidden and count > 0]
        if others:
            hidden.add(min(others, key=lambda cell: cells[cell]))
    return {cell: None if cell in hidden else count for cell, count in cells.items()}


def suppress_rare(
    rows: Sequence[Mapping[str, str]], keys: Sequence[str], smallest: int = SMALLEST_CELL
) -> list[dict[str, str]]:
    """Return rows in which every combination of `keys` is shared by at least `smallest` rows (Sweeney 2002).

    Keys are suppressed from the last to the first in rows whose combination is rare. If the rows suppressed in every key
    are too few by then, the rarest others join them. With fewer rows than `smallest` all keys of all rows are suppressed.
    Order and other columns stay.
    """
    _check(smallest)
    missing = sorted({key for key in keys for row in rows if key not in row})
    if missing:
        raise InputError(f"Rows lack {', '.join(missing)}.", where="metadata")
    result = [dict(row) for row in rows]
    for key in reversed(keys):
        sizes = _sizes(result, keys)
        for row in result:
            if sizes[_cell(row, keys)] < smallest:
                row[key] = SUPPRESSED
    hidden = (SUPPRESSED,) * len(keys)
    while 0 < (sizes := _sizes(result, keys))[hidden] < smallest and len(sizes) > 1:
        rarest = min((cell for cell in sizes if cell != hidden), key=lambda cell: (sizes[cell], cell))
        for row in result:
            if _cell(row, keys) == rarest:
                row.update(dict.fromkeys(keys, SUPPRESSED))
    return result


def _sizes(rows: Iterable[Mapping[str, str]], keys: Sequence[str]) -> Counter[tuple[str, ...]]:
    return Counter(_cell(row, keys) for row in rows)


def _cell(row: Mapping[str, str], keys: Sequence[str]) -> tuple[str, ...]:
    return tuple(row[key] for key in keys)


def _check(smallest: int) -> None:
    if smallest < 2:
        raise InputError(
            "A cell of one row hides nobody.", where="smallest", mend="Use at least 2; the project uses 10."
        )
