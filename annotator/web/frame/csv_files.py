"""Tables as CSV files that are sent while they are made, and that no spreadsheet can be made to run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

from fastapi.responses import StreamingResponse

from annotator.domain.words import Words
from exports.csv_cells import shown

_BATCH = 1_000

Cell = Words | str | int | float | None


def csv_file(name: str, headers: Sequence[str], rows: Iterable[Sequence[Cell]]) -> StreamingResponse:
    """Send rows as `name.csv`, as they come."""
    disposition = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return StreamingResponse(_pieces(headers, iter(rows)), media_type="text/csv", headers=disposition)


def _pieces(headers: Sequence[str], rows: Iterator[Sequence[Cell]]) -> Iterator[str]:
    rows = chain([headers], rows)
    while batch := list(islice(rows, _BATCH)):
        text = io.StringIO()
        csv.writer(text).writerows([_cell(cell) for cell in row] for row in batch)
        yield text.getvalue()


def _cell(value: Cell) -> str:
    """A word that a spreadsheet would run as a formula is shown as text; a number stays one."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, int):
        return str(value)
    return shown(str(value))
